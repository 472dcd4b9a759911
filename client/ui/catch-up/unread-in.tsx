import type { ChannelId, SpaceId } from '@snug/shared/protocol/ids.ts';
import Check from 'lucide-solid/icons/check';
import Hash from 'lucide-solid/icons/hash';
import { For, Show } from 'solid-js';
import { usePeer } from '../peer-context.ts';
import { hrefOf } from '../route.ts';

/** The channels of a space in which something is unread. */
export function UnreadIn(props: {
  space: SpaceId;
  onRead: (space: SpaceId, channel: ChannelId) => void;
}) {
  const { view } = usePeer();
  const space = () => view.spaces.find(({ id }) => id === props.space);
  return (
    <Show when={space()}>
      {(at) => (
        <section class="space-section" aria-label={at().name}>
          <h2>{at().name || 'A space without a name yet'}</h2>
          <ul class="waiting">
            <For each={at().channels.filter(({ unread }) => unread)}>
              {(channel) => (
                <li>
                  <a href={hrefOf({ at: 'space', space: at().id, channel: channel.id })}>
                    <Hash size={18} stroke-width={1.7} aria-hidden="true" />
                    <span class="waiting-words">
                      {channel.name || 'name under way'}
                      <span class="listed-head">new messages</span>
                    </span>
                  </a>
                  <button
                    type="button"
                    class="icon-button"
                    aria-label={`Mark as read: ${channel.name}`}
                    title="Mark as read"
                    onClick={() => props.onRead(at().id, channel.id)}
                  >
                    <Check size={18} stroke-width={1.7} aria-hidden="true" />
                  </button>
                </li>
              )}
            </For>
          </ul>
        </section>
      )}
    </Show>
  );
}
