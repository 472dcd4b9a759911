import './listed.css';
import Spool from 'lucide-solid/icons/spool';
import { createEffect, createResource, createSignal, For, on, Show } from 'solid-js';
import type { ThreadIndexView } from '../../engine/overview-view.ts';
import { repliesWords } from '../channel/message-words.ts';
import { PageList } from '../page/page-list.tsx';
import { usePeer } from '../peer-context.ts';
import { nameOf } from '../pieces/names.ts';
import { clockTime, dayName } from '../pieces/times-and-sizes.ts';
import { TroubleNote } from '../pieces/trouble-note.tsx';
import { hrefOf } from '../route.ts';
import type { ShownSpace } from '../shown.ts';
import { SpacePage } from './space-page.tsx';

/** Every thread of a space, newest activity first. */
export function ThreadsPage(props: { space: ShownSpace }) {
  const { ask } = usePeer();
  const [trouble, setTrouble] = createSignal<string>();
  const [threads, { refetch }] = createResource(
    () => props.space.id,
    async (space): Promise<readonly ThreadIndexView[]> => {
      const result = await ask.threads({ space });
      if (result.ok) return result.value;
      setTrouble(result.trouble.message);
      return [];
    },
  );
  // Something new has been said somewhere.
  createEffect(
    on(
      () => props.space.channels.map(({ unread }) => unread).join(),
      () => void refetch(),
      { defer: true },
    ),
  );
  return (
    <SpacePage
      space={props.space}
      title="Threads and pages"
      under={`of ${props.space.name}, newest first`}
    >
      <PageList space={props.space} />
      <h2 class="listed-title">Threads</h2>
      <TroubleNote message={trouble()} />
      <Show when={threads.latest}>
        {(all) => (
          <Show
            when={all().length > 0}
            fallback={
              <p class="quiet">
                There are no threads yet. One begins where somebody presses Start thread at a
                message, or moves messages together.
              </p>
            }
          >
            <ul class="listed" aria-label="Threads">
              <For each={all()}>
                {({ root, replies, latest }) => (
                  <li>
                    <a
                      href={hrefOf({
                        at: 'space',
                        space: props.space.id,
                        channel: root.channel,
                        thread: root.id,
                      })}
                    >
                      <span class="listed-head">
                        <strong>{nameOf(root.authorName)}</strong>
                        {` in #${root.channelName}`}
                      </span>
                      <span class="listed-text" dir="auto">
                        {root.text || 'A message that was deleted'}
                      </span>
                      <span class="listed-foot">
                        <Spool size={14} stroke-width={1.7} aria-hidden="true" />
                        <b>{repliesWords(replies)}</b>
                        {`last from ${nameOf(latest.authorName)}, ${dayName(latest.at, Date.now())} ${clockTime(latest.at)}`}
                      </span>
                    </a>
                  </li>
                )}
              </For>
            </ul>
          </Show>
        )}
      </Show>
    </SpacePage>
  );
}
