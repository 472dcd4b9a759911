import type { WaitingView, WaitsBecause } from '../../engine/catch-up-view.ts';
import { nameOf } from '../pieces/names.ts';
import { countOf } from '../pieces/times-and-sizes.ts';

/** Over which heading what waits stands. */
export const HEADINGS: readonly (readonly [WaitsBecause, string])[] = [
  ['asked', 'Asking for you now'],
  ['named', 'Naming you'],
  ['answered', 'Replies to you'],
  ['thread', 'Threads you take part in'],
];

/** How much is new, never counted beyond nine. */
export function newIn(fresh: number): string {
  return fresh > 9 ? 'more than 9 new' : countOf(fresh, 'new message');
}

/** Where it was said: space, then channel. */
export function placeOf({ spaceName, message }: WaitingView): string {
  return [spaceName, message.channelName].filter(Boolean).join(' · ');
}

/** What a button that marks it as read is called among others of its kind. */
export function markName({ message, thread }: WaitingView): string {
  return thread
    ? `Mark as read: thread ${thread.text}`
    : `Mark as read: ${nameOf(message.authorName)}, ${message.text}`;
}
