import Hash from 'lucide-solid/icons/hash';
import Plus from 'lucide-solid/icons/plus';
import { createSignal, For, Show } from 'solid-js';
import { hrefOf } from '../route.ts';
import type { ShownSpace } from '../shown.ts';
import { NewChannel } from './new-channel.tsx';

/** The channels of a space. */
export function Channels(props: { space: ShownSpace; channel: string | undefined }) {
  const [adding, setAdding] = createSignal(false);
  let opener: HTMLButtonElement | undefined;
  const close = () => {
    setAdding(false);
    opener?.focus();
  };
  return (
    <nav aria-label="Channels" class="channels">
      <div class="channels-head">
        <h3>Channels</h3>
        <Show when={props.space.mayOpenChannels}>
          <button
            type="button"
            class="icon-button"
            aria-label="New channel"
            aria-expanded={adding()}
            ref={opener}
            onClick={() => setAdding(!adding())}
          >
            <Plus size={16} stroke-width={1.7} aria-hidden="true" />
          </button>
        </Show>
      </div>
      <Show when={adding()}>
        <NewChannel space={props.space} onClose={close} />
      </Show>
      <ul>
        <For each={props.space.channels}>
          {(channel) => (
            <li>
              <a
                class="shelf-link"
                classList={{ unread: channel.unread }}
                href={hrefOf({ at: 'space', space: props.space.id, channel: channel.id })}
                aria-current={props.channel === channel.id ? 'page' : undefined}
              >
                <Hash size={18} stroke-width={1.7} aria-hidden="true" />
                <span class="shelf-name">{channel.name || 'name under way'}</span>
                <Show when={channel.unread}>
                  <span class="unread-dot" aria-hidden="true" />
                  <span class="heard-only">, new messages</span>
                </Show>
              </a>
            </li>
          )}
        </For>
      </ul>
    </nav>
  );
}
