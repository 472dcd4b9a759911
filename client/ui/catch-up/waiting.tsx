import Check from 'lucide-solid/icons/check';
import { Show } from 'solid-js';
import type { WaitingView } from '../../engine/catch-up-view.ts';
import { usePeer } from '../peer-context.ts';
import { KnitAvatar } from '../pieces/knit-avatar.tsx';
import { PersonName } from '../pieces/person-name.tsx';
import { clockTime, dayName } from '../pieces/times-and-sizes.ts';
import { hrefOf } from '../route.ts';
import { markName, newIn, placeOf } from './catch-up-words.ts';

/** One thing that waits: it leads to where it was said, and is read then. */
export function Waiting(props: { of: WaitingView; onRead: () => void }) {
  const { ask, view } = usePeer();
  const message = () => props.of.message;
  const href = () => {
    const { channel, thread, id } = message();
    const place = { at: 'space', space: props.of.space, channel } as const;
    return hrefOf(thread === undefined ? { ...place, message: id } : { ...place, thread });
  };
  const account = () =>
    view.spaces
      .find(({ id }) => id === props.of.space)
      ?.members.find(({ devices }) => devices.includes(message().author))?.account ??
    message().author;
  return (
    <li classList={{ asked: props.of.because === 'asked' }}>
      <a
        href={href()}
        // One goes on to it; what comes of it is not waited for.
        onClick={() =>
          void ask
            .caughtUp({ space: props.of.space, messages: [...props.of.messages] })
            .catch(() => {})
        }
      >
        <KnitAvatar of={account()} size={32} />
        <span class="waiting-words">
          <span class="listed-head">
            <strong>
              <PersonName name={message().authorName} account={account()} mark={undefined} />
            </strong>{' '}
            {`${dayName(message().at, Date.now())} ${clockTime(message().at)}`}
          </span>
          <span class="listed-text">{message().text}</span>
          <span class="listed-head">
            <Show when={props.of.thread} fallback={placeOf(props.of)}>
              {(thread) =>
                `${placeOf(props.of)} · ${newIn(thread().fresh)} under “${thread().text.slice(0, 60)}”`
              }
            </Show>
          </span>
        </span>
      </a>
      <button
        type="button"
        class="icon-button"
        aria-label={markName(props.of)}
        title="Mark as read"
        onClick={() => props.onRead()}
      >
        <Check size={18} stroke-width={1.7} aria-hidden="true" />
      </button>
    </li>
  );
}
