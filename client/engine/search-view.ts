/** What a search is asked, and what it answers, as plain data. */
import type { ChannelId, EntryId, PeerId, SpaceId } from '@snug/shared/protocol/ids.ts';
import type { Hint } from '../search/query.ts';
import type { Cursor } from '../search/search-index.ts';

export interface SearchInput {
  /** As typed: words, "phrases", -without, `from:`, `in:`, `before:`, `after:`, `on:`, `has:`, `tag:`. */
  readonly query: string;
  /** Of a page, 1 to 100. */
  readonly limit: number;
  /** In this space only. */
  readonly space?: SpaceId;
  /** `next` of the page before. */
  readonly before?: Cursor;
}

export interface FoundMessageView {
  readonly id: EntryId;
  readonly space: SpaceId;
  readonly spaceName: string;
  readonly channel: ChannelId;
  readonly channelName: string;
  /** The first message of the thread in which it stands. */
  readonly thread?: EntryId;
  readonly author: PeerId;
  /** Empty where their name has not arrived. */
  readonly authorName: string;
  readonly own: boolean;
  /** The author's clock, ms since 1970. */
  readonly at: number;
  /** Of a long message what stands around the first word that was found, with … where something is left out. */
  readonly text: string;
  /** Where in `text` the words stand, in UTF-16 code units; ascending, none overlaps another. */
  readonly highlights: readonly { readonly start: number; readonly end: number }[];
  readonly permalink: string;
}

export interface SearchView {
  /** Newest first. */
  readonly messages: readonly FoundMessageView[];
  /** How many there are in all, as far as they have been looked at. */
  readonly total: number;
  /** Where the next page begins; absent on the last. */
  readonly next?: Cursor;
  readonly hints: readonly Hint[];
  /** False while older messages are still being looked at, some seconds after a start. */
  readonly complete: boolean;
}
