/** What is searched: a message as the index takes it, and what else than words can be asked of it. */
import type { ChannelId, EntryId, SpaceId } from '@snug/shared/protocol/ids.ts';

/** What `has:` asks for, in the order of their bits: kept indexes hold the bits, so new ones come last. */
export const THINGS = [
  'link',
  'code',
  'file',
  'picture',
  'mention',
  'reaction',
  'reply',
  'thread',
  'pin',
  'edit',
] as const;
export type Thing = (typeof THINGS)[number];

export interface Place {
  readonly space: SpaceId;
  readonly channel: ChannelId;
}

export interface SearchedMessage extends Place {
  readonly id: EntryId;
  /** The account, or the device where it has none. */
  readonly author: string;
  readonly text: string;
  /** As in the timeline: newest first is by this, then by id. */
  readonly order: number;
  /** The author's clock, ms since 1970: what `before:` and `after:` compare. */
  readonly at: number;
  readonly has?: readonly Thing[];
  readonly tags?: readonly string[];
}

/** One bit a thing. */
export function bitsOf(things: Iterable<Thing>): number {
  let bits = 0;
  for (const thing of things) bits |= 1 << THINGS.indexOf(thing);
  return bits;
}

const LINK = /\bhttps?:\/\/[^\s/]/i;
const CODE = /`[^`\n]+`|^```/m;
const MENTION = /(?:^|[\s(])@@?[\p{L}\p{N}]/u;

/** What a text has in it by its own letters. Linear in its length. */
export function thingsIn(text: string): Thing[] {
  const things: Thing[] = [];
  if (LINK.test(text)) things.push('link');
  if (CODE.test(text)) things.push('code');
  if (MENTION.test(text)) things.push('mention');
  return things;
}
