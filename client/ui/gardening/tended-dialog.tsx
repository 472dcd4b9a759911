import '../space/listed.css';
import type { ChannelId } from '@snug/shared/protocol/ids.ts';
import { createResource, createSignal, For, Show } from 'solid-js';
import type { ListedMessageView, TendedView } from '../../engine/overview-view.ts';
import { usePeer } from '../peer-context.ts';
import { Dialog } from '../pieces/dialog.tsx';
import { nameOf } from '../pieces/names.ts';
import { clockTime, dayName } from '../pieces/times-and-sizes.ts';
import { TroubleNote } from '../pieces/trouble-note.tsx';
import { goTo } from '../router.ts';
import type { ShownSpace } from '../shown.ts';

/** What is pinned and tagged in a channel; each leads to its message. */
export function TendedDialog(props: {
  space: ShownSpace;
  channel: ChannelId;
  onClose: () => void;
}) {
  const { ask } = usePeer();
  const [trouble, setTrouble] = createSignal<string>();
  const [tended] = createResource(async (): Promise<TendedView> => {
    const result = await ask.tended({ space: props.space.id, channel: props.channel });
    if (result.ok) return result.value;
    setTrouble(result.trouble.message);
    return { pinned: [], tags: [] };
  });
  const List = (list: { name: string; messages: readonly ListedMessageView[] }) => (
    <ul class="listed" aria-label={list.name}>
      <For each={list.messages}>
        {(message) => (
          <li>
            <button
              type="button"
              onClick={() => {
                props.onClose();
                goTo({
                  at: 'space',
                  space: props.space.id,
                  channel: message.channel,
                  message: message.id,
                });
              }}
            >
              <span class="listed-head">
                <strong>{nameOf(message.authorName)}</strong>
                {` ${dayName(message.at, Date.now())}, ${clockTime(message.at)}${message.thread ? ', in a thread' : ''}`}
              </span>
              <span class="listed-text" dir="auto">
                {message.text}
              </span>
            </button>
          </li>
        )}
      </For>
    </ul>
  );
  return (
    <Dialog title="Pinned and tagged" onClose={props.onClose}>
      <TroubleNote message={trouble()} />
      <Show when={tended.latest}>
        {(found) => (
          <>
            <section>
              <h3>Pinned</h3>
              <Show
                when={found().pinned.length > 0}
                fallback={<p class="quiet">Nothing is pinned here. A message’s menu pins it.</p>}
              >
                <List name="Pinned" messages={found().pinned} />
              </Show>
            </section>
            <For each={found().tags}>
              {({ tag, messages }) => (
                <section>
                  <h3>{`#${tag}`}</h3>
                  <List name={`#${tag}`} messages={messages} />
                </section>
              )}
            </For>
          </>
        )}
      </Show>
    </Dialog>
  );
}
