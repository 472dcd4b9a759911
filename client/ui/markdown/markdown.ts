import MarkdownIt from 'markdown-it';
import { boundBlocks, MARKDOWN_BOUNDS } from './bounded-rules.ts';
import { safeLink } from './safe-link.ts';

/**
 * Markdown as plain data. There is no HTML anywhere on the way from a message to the page: the parser's tokens become
 * these nodes and the nodes become elements, so a message can express nothing that is not listed here.
 */
export type Inline =
  | { readonly is: 'text'; readonly text: string }
  | { readonly is: 'break' }
  | { readonly is: 'code'; readonly text: string }
  | { readonly is: 'strong' | 'emphasis' | 'struck'; readonly inner: readonly Inline[] }
  | {
      readonly is: 'link';
      readonly href: string;
      /** Where it leads, when its text names another place. */
      readonly leadsTo?: string;
      readonly inner: readonly Inline[];
    };

export type Block =
  | { readonly is: 'paragraph' | 'heading'; readonly inner: readonly Inline[] }
  | { readonly is: 'quote'; readonly inner: readonly Block[] }
  /** `plain` is text as it was typed, where the message goes beyond what is drawn. */
  | { readonly is: 'code' | 'plain'; readonly text: string }
  | { readonly is: 'list'; readonly start?: number; readonly items: readonly (readonly Block[])[] }
  | { readonly is: 'rule' }
  | { readonly is: 'table'; readonly rows: readonly (readonly (readonly Inline[])[])[] };

const parser = new MarkdownIt({ html: false, linkify: true, breaks: true, maxNesting: 100 });
boundBlocks(parser);

type Token = ReturnType<typeof parser.parse>[number];

// Every destination is judged by `safeLink`, which also says what to show in its place.
parser.validateLink = () => true;
parser.normalizeLinkText = (text: string) => text;
// An e-mail address or `example.org` without a scheme is left alone: whoever means a link writes one.
parser.linkify.set({ fuzzyLink: false, fuzzyEmail: false });

/**
 * Parses a message. Never throws; text that is no Markdown comes back as paragraphs. At most `MARKDOWN_BOUNDS.nodes` nodes:
 * the block that would go beyond them and all after it come back as one plain text.
 */
export function parseMarkdown(text: string): readonly Block[] {
  const tokens = parser.parse(text, {});
  const at = { index: 0 };
  const blocks: Block[] = [];
  let nodes = 0;
  for (; at.index < tokens.length; at.index++) {
    const line = tokens[at.index]?.map?.[0] ?? 0;
    const block = blockOf(tokens, at);
    if (!block) continue;
    nodes += nodesIn(block);
    if (nodes > MARKDOWN_BOUNDS.nodes) {
      const rest = text.replace(/\r\n?/g, '\n').split('\n').slice(line).join('\n');
      return [...blocks, { is: 'plain', text: rest.trimEnd() }];
    }
    blocks.push(block);
  }
  return blocks;
}

/** How many nodes there are in a block, itself included. */
export function nodesIn(node: Block | Inline): number {
  const all = (nodes: readonly (Block | Inline)[]) =>
    nodes.reduce((sum, inner) => sum + nodesIn(inner), 1);
  switch (node.is) {
    case 'list':
      return node.items.reduce((sum, item) => sum + all(item), 1);
    case 'table':
      return node.rows.reduce((sum, row) => row.reduce((cells, cell) => cells + all(cell), sum), 1);
    default:
      return 'inner' in node ? all(node.inner) : 1;
  }
}

/** Reads blocks up to the end, or to the closing token of whoever called. */
function blocksOf(tokens: readonly Token[], at: { index: number }): Block[] {
  const blocks: Block[] = [];
  for (; at.index < tokens.length; at.index++) {
    if ((tokens[at.index]?.nesting ?? -1) < 0) return blocks;
    const block = blockOf(tokens, at);
    if (block) blocks.push(block);
  }
  return blocks;
}

/** Reads one block and leaves `at` on its last token. */
function blockOf(tokens: readonly Token[], at: { index: number }): Block | undefined {
  const token = tokens[at.index];
  switch (token?.type) {
    case 'paragraph_open':
    case 'heading_open': {
      const inline = tokens[at.index + 1];
      at.index += 2;
      const is = token.type === 'heading_open' ? 'heading' : 'paragraph';
      return { is, inner: inlinesOf(inline) };
    }
    case 'blockquote_open':
      at.index++;
      return { is: 'quote', inner: blocksOf(tokens, at) };
    case 'bullet_list_open':
      at.index++;
      return { is: 'list', items: itemsOf(tokens, at) };
    case 'ordered_list_open':
      at.index++;
      return {
        is: 'list',
        items: itemsOf(tokens, at),
        start: Number(token.attrGet('start') ?? 1),
      };
    case 'table_open':
      at.index++;
      return { is: 'table', rows: rowsOf(tokens, at) };
    case 'fence':
    case 'code_block':
      return { is: 'code', text: token.content.replace(/\n$/, '') };
    case 'hr':
      return { is: 'rule' };
    default:
      return token?.content
        ? { is: 'paragraph', inner: [{ is: 'text', text: token.content }] }
        : undefined;
  }
}

function itemsOf(tokens: readonly Token[], at: { index: number }): Block[][] {
  const items: Block[][] = [];
  for (; at.index < tokens.length; at.index++) {
    if (tokens[at.index]?.type !== 'list_item_open') break;
    at.index++;
    items.push(blocksOf(tokens, at));
  }
  return items;
}

function rowsOf(tokens: readonly Token[], at: { index: number }): Inline[][][] {
  const rows: Inline[][][] = [];
  for (; at.index < tokens.length && tokens[at.index]?.type !== 'table_close'; at.index++) {
    const token = tokens[at.index];
    if (token?.type === 'tr_open') rows.push([]);
    else if (token?.type === 'inline') rows.at(-1)?.push(inlinesOf(token));
  }
  return rows;
}

const marks: Readonly<Record<string, 'strong' | 'emphasis' | 'struck'>> = {
  strong_open: 'strong',
  em_open: 'emphasis',
  s_open: 'struck',
};

function inlinesOf(token: Token | undefined): Inline[] {
  const children = token?.children;
  if (!children) return token?.content ? [{ is: 'text', text: token.content }] : [];
  return runOf(children, { index: 0 });
}

function runOf(tokens: readonly Token[], at: { index: number }, depth = 0): Inline[] {
  const run: Inline[] = [];
  let passedOver = 0;
  for (; at.index < tokens.length; at.index++) {
    const token = tokens[at.index];
    if (!token) return run;
    if (token.nesting < 0) {
      if (passedOver === 0) return run;
      passedOver--;
      continue;
    }
    const mark = marks[token.type];
    if (mark && depth >= MARKDOWN_BOUNDS.depth) {
      // Its text is read all the same, without the mark.
      passedOver++;
    } else if (mark) {
      at.index++;
      run.push({ is: mark, inner: runOf(tokens, at, depth + 1) });
    } else if (token.type === 'link_open') {
      at.index++;
      run.push(...linkOf(String(token.attrGet('href') ?? ''), runOf(tokens, at, depth + 1)));
    } else if (token.type === 'image') {
      // Fetching it would tell a stranger's server who reads what and when.
      const src = String(token.attrGet('src') ?? '');
      run.push(...linkOf(src, [{ is: 'text', text: token.content || src }]));
    } else if (token.type === 'softbreak' || token.type === 'hardbreak') {
      run.push({ is: 'break' });
    } else if (token.type === 'code_inline') {
      run.push({ is: 'code', text: token.content });
    } else if (token.content) {
      run.push({ is: 'text', text: token.content });
    }
  }
  return run;
}

/** A link, or when it is none that may be followed, its text and the address in clear. */
function linkOf(href: string, inner: readonly Inline[]): readonly Inline[] {
  const shown = plainText(inner);
  const link = safeLink(href, shown);
  if (link)
    return [
      { is: 'link', inner: inner.length > 0 ? inner : [{ is: 'text', text: href }], ...link },
    ];
  return shown === href || href === '' ? inner : [...inner, { is: 'text', text: ` (${href})` }];
}

/** The text of a run, as it is read. */
export function plainText(run: readonly Inline[]): string {
  return run
    .map((node) => {
      if (node.is === 'break') return ' ';
      return 'inner' in node ? plainText(node.inner) : node.text;
    })
    .join('');
}
