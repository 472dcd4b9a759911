import { countOf } from '../pieces/times-and-sizes.ts';

/** What was just done, beside the way to undo it. */
export function movedWords(messages: number, to: 'thread' | { readonly channel: string }): string {
  if (to === 'thread') return `Moved ${countOf(messages, 'message')} into a thread.`;
  const channel = to.channel ? `#${to.channel}` : 'another channel';
  return `Moved ${countOf(messages, 'message')} to ${channel}.`;
}
