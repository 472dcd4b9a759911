import './direct-list.css';
import { For, Show } from 'solid-js';
import { usePeer } from '../peer-context.ts';
import { KnitAvatar } from '../pieces/knit-avatar.tsx';
import { nameOf } from '../pieces/names.ts';
import { hrefOf } from '../route.ts';
import { currentRoute } from '../router.ts';
import { conversationsOf } from './people.ts';

/** One's conversations of two, by name. Nothing where there are none. */
export function DirectList(props: { current: string }) {
  const { view } = usePeer();
  const conversations = () => conversationsOf(view.spaces);
  return (
    <Show when={conversations().length > 0}>
      <nav aria-label="Direct messages" class="channels directs">
        <div class="channels-head">
          <h3>Direct messages</h3>
        </div>
        <ul>
          <For each={conversations()}>
            {(space) => (
              <li>
                <a
                  class="shelf-link"
                  classList={{ unread: space.channels.some(({ unread }) => unread) }}
                  href={hrefOf({ at: 'space', space: space.id, ...channelOf(space) })}
                  aria-current={
                    currentRoute().at === 'space' && props.current === space.id ? 'page' : undefined
                  }
                >
                  <KnitAvatar of={space.direct?.account ?? space.id} size={20} />
                  <span class="shelf-name">{nameOf(space.name)}</span>
                  <Show when={space.channels.some(({ unread }) => unread)}>
                    <span class="unread-dot" aria-hidden="true" />
                    <span class="heard-only">, new messages</span>
                  </Show>
                </a>
              </li>
            )}
          </For>
        </ul>
      </nav>
    </Show>
  );
}

function channelOf({ channels }: { readonly channels: readonly { readonly id: string }[] }) {
  const [channel] = channels;
  return channel ? { channel: channel.id } : {};
}
