import type { MessageView, PointerView } from '../../engine/view.ts';
import { nameOf } from '../pieces/names.ts';
import { countOf } from '../pieces/times-and-sizes.ts';

/** Names beyond so many are counted. */
const NAMED = 5;

/** "Ada, Ben and Cy"; of many the first five and how many more. */
export function namesInWords(names: readonly string[]): string {
  const named = names.slice(0, NAMED).map((name) => nameOf(name));
  const rest = names.length - named.length;
  const parts = rest > 0 ? [...named, `${rest} more`] : named;
  const last = parts.pop() ?? '';
  return parts.length > 0 ? `${parts.join(', ')} and ${last}` : last;
}

/** "1 reply", "6 replies". */
export function repliesWords(count: number): string {
  return `${count} ${count === 1 ? 'reply' : 'replies'}`;
}

/** What stands in place of a message that is no longer shown. */
export function deletedWords({ byName, byAuthor }: NonNullable<MessageView['deleted']>): string {
  return byAuthor ? 'Deleted by its author' : `Removed by ${nameOf(byName)}`;
}

/** The quiet pointer in the place that messages came from. */
export function pointerWords(pointer: PointerView, here: string): string {
  const what = countOf(pointer.messages.length, 'message');
  const channel = pointer.channelName || 'another channel';
  const place =
    pointer.thread === undefined
      ? `to #${channel}`
      : pointer.channel === here
        ? 'into a thread'
        : `into a thread in #${channel}`;
  return `${what} moved ${place} by ${nameOf(pointer.byName)}`;
}
