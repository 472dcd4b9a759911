import type { EntryId, SpaceId } from '@snug/shared/protocol/ids.ts';
import { createResource, createSignal, For, Show } from 'solid-js';
import type { DeedView, MessageHistoryView } from '../../engine/overview-view.ts';
import { usePeer } from '../peer-context.ts';
import { Dialog } from '../pieces/dialog.tsx';
import { clockTime, dayName } from '../pieces/times-and-sizes.ts';
import { TroubleNote } from '../pieces/trouble-note.tsx';
import { Deed } from '../space/space-history.tsx';

/** Every wording of a message, and what was done to it by whom. */
export function MessageHistory(props: { space: SpaceId; message: EntryId; onClose: () => void }) {
  const { ask } = usePeer();
  const [trouble, setTrouble] = createSignal<string>();
  const [history, { refetch }] = createResource(
    async (): Promise<MessageHistoryView | undefined> => {
      const { space, message } = props;
      const result = await ask.messageHistory({ space, message });
      if (result.ok) return result.value;
      setTrouble(result.trouble.message);
      return undefined;
    },
  );
  const undo = async (deed: DeedView) => {
    const result = await ask.undo({ space: props.space, entries: deed.entries });
    setTrouble(result.ok ? undefined : result.trouble.message);
    if (result.ok) await refetch();
  };
  const when = (at: number) => `${dayName(at, Date.now())}, ${clockTime(at)}`;
  return (
    <Dialog title="History of this message" onClose={props.onClose}>
      <TroubleNote message={trouble()} />
      <Show when={history.latest}>
        {(told) => (
          <>
            <section class="history" aria-label="Wordings">
              <h3>Wordings</h3>
              <ol>
                <For each={told().versions}>
                  {(version, index) => (
                    <li class="deed">
                      <p dir="auto">
                        {version.text}
                        <small>
                          {` · ${index() === 0 ? 'written' : 'edited'} ${when(version.at)}`}
                        </small>
                      </p>
                    </li>
                  )}
                </For>
              </ol>
              <Show when={told().versions.length === 0}>
                <p class="quiet">It is deleted; what it said is not shown any more.</p>
              </Show>
            </section>
            <Show when={told().deeds.length > 0}>
              <section class="history" aria-label="What was done">
                <h3>What was done</h3>
                <ol>
                  <For each={told().deeds}>
                    {(deed) => (
                      <Deed deed={{ ...deed, excerpt: '' }} onUndo={() => void undo(deed)} />
                    )}
                  </For>
                </ol>
              </section>
            </Show>
          </>
        )}
      </Show>
    </Dialog>
  );
}
