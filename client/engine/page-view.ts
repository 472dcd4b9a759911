/** What a person sees of pages: texts that many write together. */
import type { ChannelId, EntryId } from '@snug/shared/protocol/ids.ts';
import type { Splice } from '../space/pages/page-edit.ts';

export type { Splice };

export interface PageSummary {
  readonly id: EntryId;
  readonly title: string;
  readonly channel: ChannelId;
  /** The first message of the thread that it grew from. */
  readonly thread?: EntryId;
  /** Messages from which it started. */
  readonly sources: readonly EntryId[];
  /** Of the last change, by its author's clock, ms since 1970. */
  readonly at: number;
  readonly byName: string;
  /** Put away, and kept. */
  readonly away: boolean;
}

/** A message from which a page started. */
export interface SourceView {
  readonly id: EntryId;
  readonly authorName: string;
  /** Its beginning; empty where it is deleted or has not arrived. */
  readonly text: string;
  readonly at: number;
}

export interface PageView extends PageSummary {
  readonly text: string;
  /** What an edit names as that which it was made to: this text. */
  readonly version: number;
  readonly from: readonly SourceView[];
  /** Whether this person may put it away and bring it back. */
  readonly mayPutAway: boolean;
}

export interface RevisionView {
  readonly id: EntryId;
  readonly byName: string;
  readonly at: number;
  /** Characters that it put in and took out. */
  readonly added: number;
  readonly removed: number;
  readonly title?: string;
  readonly away?: boolean;
}
