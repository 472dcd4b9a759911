/**
 * What a person sees of their device, as plain data: the engine sends it whole whenever it changes, the UI draws it, the
 * headless peer prints it. And what they can ask for: commands, each answered by a `Result`.
 */
import type { ChannelId, EntryId, PeerId, SpaceId } from '@snug/shared/protocol/ids.ts';
import type { LinksStatus } from '../mesh/links-port.ts';

/** Something that went wrong, for a person: what happened, what was kept, what to do. */
export interface Trouble {
  readonly code:
    | 'bad-invite'
    | 'expired-invite'
    | 'refused-invite'
    | 'not-yet'
    | 'other-version'
    | 'storage-refused'
    | 'storage-full'
    | 'damaged'
    | 'not-allowed'
    | 'too-long'
    | 'not-found'
    | 'internal';
  readonly message: string;
}

export type Result<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly trouble: Trouble };

export type Role = 'admin' | 'member';

/** How a member is tied to this device just now. */
export type Tie = 'direct' | 'relayed' | 'through others' | 'offline';

export interface MemberView {
  readonly account: string;
  readonly devices: readonly PeerId[];
  /** Empty until their profile has arrived; the UI then says "Someone new". */
  readonly name: string;
  readonly you: boolean;
  readonly role: Role;
  readonly tie: Tie;
  /** Name of whom they are reached through, where the tie is `through others` and it is known. */
  readonly via?: string;
}

export interface ChannelView {
  readonly id: ChannelId;
  /** Empty until the sealed name has arrived. */
  readonly name: string;
  readonly topic: string;
  readonly unread: boolean;
}

/**
 * `joining`: the invite was taken, nobody has let us in yet (nobody is there, or it is under way); `trouble` tells what somebody
 * answered, if anybody did.
 * `refused`: somebody looked at the invite and said no; `trouble` says why.
 */
export type SpaceState = 'joining' | 'open' | 'refused';

export interface SpaceView {
  readonly id: SpaceId;
  readonly name: string;
  readonly state: SpaceState;
  readonly trouble?: Trouble;
  readonly you: Role;
  readonly mayInvite: boolean;
  readonly mayOpenChannels: boolean;
  /** Signaling servers where it meets. */
  readonly servers: readonly string[];
  readonly members: readonly MemberView[];
  readonly channels: readonly ChannelView[];
  /** Members here just now, oneself included. */
  readonly here: number;
}

/**
 * `device`: nobody else is known to hold it. `stored`: at least one other device has acknowledged storing it.
 * `everyone`: everyone who is here now has; when somebody comes who has not, it is `stored` until they do. Where more than 50 others
 * are here, how many of them have it stands in place of the last two.
 */
export type Delivery =
  | 'device'
  | 'stored'
  | 'everyone'
  | { readonly held: number; readonly of: number };

export interface MessageView {
  readonly id: EntryId;
  readonly author: PeerId;
  readonly authorName: string;
  readonly own: boolean;
  readonly text: string;
  /** The author's clock, ms since 1970. */
  readonly at: number;
  /** The author's clock is more than five minutes ahead of this one. */
  readonly farOff: boolean;
  /** On one's own messages only. */
  readonly delivery?: Delivery;
}

/** A draft that the leading tab has not stored yet, or an entry under way. */
export interface PendingView {
  readonly draft: string;
  readonly text: string;
  readonly at: number;
  readonly trouble?: Trouble;
}

/** "2 messages of Ada's have not arrived." */
export interface GapView {
  readonly author: PeerId;
  readonly authorName: string;
  readonly missing: number;
}

/** The newest messages of the watched channel, oldest first. */
export interface TimelineView {
  readonly space: SpaceId;
  readonly channel: ChannelId;
  readonly messages: readonly MessageView[];
  readonly pending: readonly PendingView[];
  readonly gaps: readonly GapView[];
  /** Names of the others who are typing here just now, empty where a name has not arrived. */
  readonly typing: readonly string[];
  /** Older messages are held and not in `messages`. */
  readonly more: boolean;
  /** The first message that is newer than what was read when the channel was opened. */
  readonly firstUnread?: EntryId;
}

export type StorageState =
  /** Kept on this device. */
  | 'kept'
  /** Kept, but the browser may clear it under pressure: persistence was not granted. */
  | 'best-effort'
  /** The browser refuses storage: all is lost when the tab closes. */
  | 'refused'
  /** The last write failed because the disk or quota is full. */
  | 'full';

export interface DeviceView {
  readonly peer: PeerId;
  /** Absent before first run is done. */
  readonly name?: string;
  /** Whether this tab leads, that is, holds the links and the storage. */
  readonly leads: boolean;
  /** The signaling server that the page names, or came from. */
  readonly server?: string;
  readonly storage: StorageState;
}

export interface View {
  /** `starting` until storage has been read; `failed` when the engine cannot run here. */
  readonly phase: 'starting' | 'first-run' | 'ready' | 'failed';
  readonly failure?: Trouble;
  readonly device?: DeviceView;
  readonly spaces: readonly SpaceView[];
  readonly timeline?: TimelineView;
  readonly links: LinksStatus;
}

/** The view without what the links' side knows better. */
export type EngineView = Omit<View, 'links'>;

/** A message that came in, or was written here, in whichever channel: for programs rather than screens. */
export interface Received {
  readonly space: SpaceId;
  readonly channel: ChannelId;
  readonly channelName: string;
  readonly message: MessageView;
}

/** Commands and what each answers. Every failure is a `Trouble`; none throws. */
export interface Commands {
  setName(input: { name: string }): Promise<Result<null>>;
  createSpace(input: { name: string }): Promise<Result<{ space: SpaceId; channel: ChannelId }>>;
  /** Takes a link or token. Answers once the invite is understood and kept; letting in happens in the space's `state`. */
  joinSpace(input: { invite: string }): Promise<Result<{ space: SpaceId }>>;
  /** The same reusable invite each time, as a link on the page's own origin. */
  invite(input: { space: SpaceId }): Promise<Result<{ link: string; expires: number }>>;
  leaveSpace(input: { space: SpaceId }): Promise<Result<null>>;
  /** Where the space meets from now on: 1 to 3 addresses. Admins only. */
  setServers(input: { space: SpaceId; servers: readonly string[] }): Promise<Result<null>>;
  createChannel(input: { space: SpaceId; name: string }): Promise<Result<{ channel: ChannelId }>>;
  /** Which channel the timeline shows, and how many of its newest messages (50 to 5,000). */
  watch(
    input: { space: SpaceId; channel: ChannelId; newest: number } | null,
  ): Promise<Result<null>>;
  /** Answers once the entry is stored on this device. */
  say(input: {
    space: SpaceId;
    channel: ChannelId;
    text: string;
  }): Promise<Result<{ id: EntryId }>>;
  /**
   * A key was touched in a channel's field. To be called as often as that happens: it is said seldom, and said no more some
   * seconds after the last call.
   */
  typing(input: { space: SpaceId; channel: ChannelId }): Promise<Result<null>>;
  /** Everything up to the newest message of the channel has been seen. */
  markRead(input: { space: SpaceId; channel: ChannelId }): Promise<Result<null>>;
}

/** A device at work, as the UI and the headless peer hold it. */
export interface Peer extends Commands {
  readonly view: View;
  /** Calls back after each change, with the new view. Returns the unsubscriber. */
  subscribe(listener: (view: View) => void): () => void;
  /** Says goodbye to neighbours and servers, and stops. */
  close(): Promise<void>;
}
