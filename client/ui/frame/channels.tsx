import Hash from 'lucide-solid/icons/hash';
import Plus from 'lucide-solid/icons/plus';
import { createSignal, For, Show } from 'solid-js';
import type { ChannelView } from '../../engine/view.ts';
import { hrefOf } from '../route.ts';
import type { ShownSpace } from '../shown.ts';
import { NewChannel } from './new-channel.tsx';

/** The channels of a space. */
export function Channels(props: { space: ShownSpace; channel: string | undefined }) {
  const [adding, setAdding] = createSignal(false);
  const archived = () => props.space.channels.filter((channel) => channel.archived);
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
        <For each={props.space.channels.filter((channel) => !channel.archived)}>
          {(channel) => <Item {...props} of={channel} />}
        </For>
      </ul>
      <Show when={archived().length > 0}>
        <details class="archived" open={archived().some(({ id }) => id === props.channel)}>
          <summary>Archived</summary>
          <ul>
            <For each={archived()}>{(channel) => <Item {...props} of={channel} />}</For>
          </ul>
        </details>
      </Show>
    </nav>
  );
}

function Item(props: { space: ShownSpace; channel: string | undefined; of: ChannelView }) {
  return (
    <li>
      <a
        class="shelf-link"
        classList={{ unread: props.of.unread }}
        href={hrefOf({ at: 'space', space: props.space.id, channel: props.of.id })}
        aria-current={props.channel === props.of.id ? 'page' : undefined}
      >
        <Hash size={18} stroke-width={1.7} aria-hidden="true" />
        <span class="shelf-name">{props.of.name || 'name under way'}</span>
        <Show when={props.of.unread}>
          <span class="unread-dot" aria-hidden="true" />
          <span class="heard-only">, new messages</span>
        </Show>
      </a>
    </li>
  );
}
