import type { EntryId } from '@snug/shared/protocol/ids.ts';
import Spool from 'lucide-solid/icons/spool';
import { Show } from 'solid-js';
import type { ThreadView } from '../../engine/view.ts';
import { nameOf } from '../pieces/names.ts';
import { clockTime } from '../pieces/times-and-sizes.ts';
import { useDesk } from './desk.ts';
import { repliesWords } from './message-words.ts';

/** That there is a thread under a message, from whom the last of it came, and the way into it. */
export function Replies(props: { of: EntryId; thread: ThreadView }) {
  const desk = useDesk();
  const last = () => props.thread.newest.at(-1);
  return (
    <button type="button" class="replies" onClick={() => desk?.openThread?.(props.of)}>
      <Spool size={15} stroke-width={1.7} aria-hidden="true" />
      <strong>{repliesWords(props.thread.replies)}</strong>
      <Show when={last()}>
        {(message) => (
          <span>{`last from ${nameOf(message().authorName)}, ${clockTime(message().at)}`}</span>
        )}
      </Show>
    </button>
  );
}
