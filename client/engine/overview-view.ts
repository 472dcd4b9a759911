/** What a person asks to see of a space beside its newest messages: who did what, its threads, what is pinned. As plain data. */
import type { ChannelId, EntryId, PeerId } from '@snug/shared/protocol/ids.ts';
import type { Role } from './view.ts';

/** Something that was done to messages, and can be undone by who may. People are told by their names, empty where one has not arrived. */
export interface DeedView {
  readonly byName: string;
  readonly account: string;
  /** Whether it was this person. */
  readonly you: boolean;
  /** Their clock, ms since 1970. */
  readonly at: number;
  readonly what:
    | { readonly is: 'edit' | 'delete' }
    | { readonly is: 'pin'; readonly on: boolean }
    | { readonly is: 'reaction'; readonly emoji: string; readonly on: boolean }
    | { readonly is: 'seen'; readonly level: 0 | 1 | 2 }
    | { readonly is: 'tag'; readonly on: readonly string[]; readonly off: readonly string[] }
    /** Into a thread, or without `thread` to the top level of a channel. */
    | { readonly is: 'move'; readonly channelName: string; readonly thread?: EntryId }
    | { readonly is: 'promote'; readonly channel: ChannelId; readonly channelName: string };
  /** The beginning of the first of the messages; empty where it is deleted or has not arrived. */
  readonly excerpt: string;
  readonly messages: readonly EntryId[];
  /** What an undo of it names. */
  readonly entries: readonly EntryId[];
  readonly mayUndo: boolean;
  readonly undone?: { readonly byName: string; readonly at: number };
}

/** Something that was done to who belongs to a space and what they may. These carry no time: only their order is known. */
export interface ActView {
  readonly byName: string;
  readonly account: string;
  readonly you: boolean;
  readonly what:
    | { readonly is: 'founded' | 'left' | 'revoked' | 'keys' | 'keeper' | 'history' | 'kept' }
    | { readonly is: 'admitted' | 'removed' | 'confirmed' | 'device'; readonly name: string }
    | { readonly is: 'role'; readonly name: string; readonly role: Role }
    | { readonly is: 'invite'; readonly uses: 'reusable' | 'single' }
    | { readonly is: 'channel'; readonly name: string };
  /** Accounts that it is about, beside whose act it is. */
  readonly about: readonly string[];
  /** It has no effect: whoever did it had been removed, or had no right to it. */
  readonly void?: true;
}

export interface SpaceHistoryView {
  /** Newest first. */
  readonly deeds: readonly DeedView[];
  /** Newest first. */
  readonly acts: readonly ActView[];
}

export interface MessageHistoryView {
  /** Every wording, oldest first; none where it is deleted. */
  readonly versions: readonly { readonly text: string; readonly at: number }[];
  /** Oldest first. */
  readonly deeds: readonly DeedView[];
}

/** A message in a list of such. */
export interface ListedMessageView {
  readonly id: EntryId;
  readonly author: PeerId;
  readonly authorName: string;
  readonly own: boolean;
  readonly at: number;
  /** Its beginning. */
  readonly text: string;
  readonly channel: ChannelId;
  readonly channelName: string;
  /** The first message of the thread in which it stands. */
  readonly thread?: EntryId;
}

/** A thread in an index of such. */
export interface ThreadIndexView {
  readonly root: ListedMessageView;
  readonly replies: number;
  readonly latest: Pick<ListedMessageView, 'authorName' | 'at' | 'text'>;
}

/** What is pinned and tagged in a channel, its threads included; newest first. */
export interface TendedView {
  readonly pinned: readonly ListedMessageView[];
  /** Most used first. */
  readonly tags: readonly {
    readonly tag: string;
    readonly messages: readonly ListedMessageView[];
  }[];
}

/** Where a message is to be found. */
export interface PlaceView {
  readonly channel: ChannelId;
  readonly message: EntryId;
  /** The first message of the thread in which it stands. */
  readonly thread?: EntryId;
  /** How many of the channel's newest have to be watched for it to be among them. */
  readonly newest: number;
}
