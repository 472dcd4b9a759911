import './markdown.css';
import { createMemo, createResource, For, Show } from 'solid-js';
import type { Block, Inline } from './markdown.ts';

/** The parser, fetched once and only by a page that has something to read. Without it text is shown as it was typed. */
const [parser] = createResource(async () => {
  try {
    const { parseMarkdown } = await import('./markdown.ts');
    return { parse: parseMarkdown };
  } catch {
    return undefined;
  }
});

/** Text that needs no parser looks the same with and without one. */
const hasMarks = /[*_`~#>\-+|[\]\\!<&:\d]/;

/** A message's text. No HTML is made anywhere: nodes become elements, text becomes text. */
export function Markdown(props: { text: string }) {
  const blocks = createMemo(() =>
    hasMarks.test(props.text) ? parser()?.parse(props.text) : undefined,
  );
  return (
    <Show
      when={blocks()}
      fallback={
        <div class="markdown plain" dir="auto">
          {props.text}
        </div>
      }
    >
      {(parsed) => (
        <div class="markdown" dir="auto">
          <Blocks blocks={parsed()} />
        </div>
      )}
    </Show>
  );
}

function Blocks(props: { blocks: readonly Block[] }) {
  return <For each={props.blocks}>{(block) => <OneBlock block={block} />}</For>;
}

function OneBlock(props: { block: Block }) {
  const block = props.block;
  switch (block.is) {
    case 'paragraph':
      return (
        <p>
          <Run of={block.inner} />
        </p>
      );
    case 'heading':
      return (
        <p class="md-heading">
          <Run of={block.inner} />
        </p>
      );
    case 'quote':
      return (
        <blockquote>
          <Blocks blocks={block.inner} />
        </blockquote>
      );
    case 'code':
      return (
        <pre tabindex={0} dir="ltr">
          <code>{block.text}</code>
        </pre>
      );
    case 'plain':
      return <p class="md-plain">{block.text}</p>;
    case 'list': {
      const items = (
        <For each={block.items}>
          {(item) => (
            <li>
              <Blocks blocks={item} />
            </li>
          )}
        </For>
      );
      return block.start === undefined ? <ul>{items}</ul> : <ol start={block.start}>{items}</ol>;
    }
    case 'rule':
      return <hr />;
    case 'table':
      return <Table rows={block.rows} />;
  }
}

function Table(props: { rows: Extract<Block, { is: 'table' }>['rows'] }) {
  return (
    <div class="md-table">
      <table>
        <For each={props.rows}>
          {(row, index) => (
            <tr>
              <For each={row}>
                {(cell) =>
                  index() === 0 ? (
                    <th scope="col">
                      <Run of={cell} />
                    </th>
                  ) : (
                    <td>
                      <Run of={cell} />
                    </td>
                  )
                }
              </For>
            </tr>
          )}
        </For>
      </table>
    </div>
  );
}

function Run(props: { of: readonly Inline[] }) {
  return <For each={props.of}>{(node) => <OneInline node={node} />}</For>;
}

function OneInline(props: { node: Inline }) {
  const node = props.node;
  switch (node.is) {
    case 'text':
      return <>{node.text}</>;
    case 'break':
      return <br />;
    case 'code':
      return <code>{node.text}</code>;
    case 'strong':
      return (
        <strong>
          <Run of={node.inner} />
        </strong>
      );
    case 'emphasis':
      return (
        <em>
          <Run of={node.inner} />
        </em>
      );
    case 'struck':
      return (
        <del>
          <Run of={node.inner} />
        </del>
      );
    case 'link':
      return (
        <a href={node.href} target="_blank" rel="noopener noreferrer nofollow">
          <Run of={node.inner} />
          <Show when={node.leadsTo}>{(host) => <span class="leads-to"> ({host()})</span>}</Show>
        </a>
      );
  }
}
