import '../channel/channel.css';
import { For } from 'solid-js';
import { Message } from '../channel/message.tsx';
import { Ticks } from '../channel/ticks.tsx';
import { Markdown } from '../markdown/markdown-view.tsx';
import { KnitAvatar } from '../pieces/knit-avatar.tsx';
import { Mark } from '../pieces/mark.tsx';
import { Thread } from '../pieces/thread.tsx';
import { conversation } from '../test/lyre-street.ts';
import { invites, scenes } from '../test/scenes.ts';

const ties = ['direct', 'relayed', 'through others', 'offline'] as const;
const deliveries = ['device', 'stored', 'everyone', { held: 37, of: 52 }] as const;
const sample =
  '# A heading\n\nText with **strong**, *emphasis*, ~~struck~~, `code`, [a link](https://example.org) and ' +
  '[bank.example](https://evil.example).\n\n> quoted\n> twice\n\n- one\n- two\n  1. nested\n\n' +
  '| bed | layers |\n|---|---|\n| inner | 2 |\n\n```\nlet x = 1;\n```\n\n![a picture](https://example.org/a.png) <b>no html</b>';

/** Pieces and scenes on one page, for whoever works on them. Only in development. */
export function Gallery() {
  return (
    <main
      style={{ height: '100%', overflow: 'auto', padding: '24px', display: 'grid', gap: '28px' }}
    >
      <h1>
        <Mark /> Gallery
      </h1>
      <section>
        <h2>Scenes</h2>
        <ul>
          <For each={Object.keys(scenes)}>
            {(scene) => (
              <li>
                <a href={`?scene=${scene}`}>{scene}</a>
              </li>
            )}
          </For>
        </ul>
      </section>
      <section>
        <h2>Invites</h2>
        <ul>
          <For each={Object.entries(invites)}>
            {([what, token]) => (
              <li>
                {what}: <a href={`?scene=street#/join/${token}`}>opened by a member</a>,{' '}
                <a href={`?scene=first-run#/join/${token}`}>at first run</a>
              </li>
            )}
          </For>
        </ul>
      </section>
      <section>
        <h2>Knit</h2>
        <div style={{ display: 'flex', 'flex-wrap': 'wrap', gap: '10px' }}>
          <For each={Array.from({ length: 48 }, (_, i) => `key ${i}`)}>
            {(key) => <KnitAvatar of={key} size={56} />}
          </For>
        </div>
      </section>
      <section>
        <h2>Threads and ticks</h2>
        <For each={ties}>
          {(tie) => (
            <p>
              <Thread tie={tie} width={60} /> {tie}
            </p>
          )}
        </For>
        <For each={deliveries}>{(delivery) => <Ticks delivery={delivery} />}</For>
      </section>
      <section style={{ 'max-width': '720px' }}>
        <h2>Messages</h2>
        <Markdown text={sample} />
        <ol>
          <For each={conversation.slice(0, 4)}>
            {(message) => <Message message={message} head account={message.author} />}
          </For>
        </ol>
      </section>
    </main>
  );
}
