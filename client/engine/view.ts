/**
 * What a person sees of their device, as plain data: the engine sends it whole whenever it changes, the UI draws it, the
 * headless peer prints it. And what they can ask for: commands, each answered by a `Result`.
 */
import type { ChannelId, EntryId, PeerId, SpaceId } from '@snug/shared/protocol/ids.ts';
import type { LinksStatus } from '../mesh/links-port.ts';
import type { FileView, FileWorkView, ImportView } from './archive-view.ts';
import type { CatchUpView } from './catch-up-view.ts';
import type { LinkingView, OwnDeviceView } from './device-view.ts';
import type {
  MessageHistoryView,
  PlaceView,
  SpaceHistoryView,
  TendedView,
  ThreadIndexView,
} from './overview-view.ts';
import type { PageSummary, PageView, RevisionView, Splice } from './page-view.ts';
import type { SearchInput, SearchView } from './search-view.ts';

/** Something that went wrong, for a person: what happened, what was kept, what to do. */
export interface Trouble {
  readonly code:
    | 'bad-invite'
    | 'expired-invite'
    | 'bad-link'
    | 'expired-link'
    | 'used-link'
    | 'words-differ'
    | 'not-linked'
    | 'refused-invite'
    | 'not-yet'
    | 'other-version'
    | 'storage-refused'
    | 'storage-full'
    | 'damaged'
    | 'not-allowed'
    | 'too-long'
    | 'not-found'
    | 'bad-file'
    | 'wrong-passphrase'
    | 'not-erased'
    | 'removed'
    | 'internal';
  readonly message: string;
}

export type Result<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly trouble: Trouble };

export type Role = 'admin' | 'gardener' | 'member';

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
  /** Kept and readable, out of the way. Absent: no. */
  readonly archived?: true;
}

/**
 * `joining`: the invite was taken, nobody has let us in yet (nobody is there, or it is under way); `trouble` tells what somebody
 * answered, if anybody did.
 * `refused`: somebody looked at the invite and said no; `trouble` says why.
 * `removed`: this device does not belong to it any more; `trouble` says by whom, where that is known. What is held stays readable.
 * `archive`: known from a file only. It can be read; nobody is met there, and nothing can be written.
 */
export type SpaceState = 'joining' | 'open' | 'refused' | 'removed' | 'archive';

/** Somebody who was let in while their invite was taken away: nothing of theirs counts until a member confirms them. */
export interface ProvisionalView {
  readonly account: string;
  readonly device: PeerId;
  /** Empty where it is not known. */
  readonly name: string;
}

/** An invite by which somebody may come in now. */
export interface InviteView {
  /** By which it is revoked. */
  readonly key: string;
  /** Empty where it is not known. */
  readonly byName: string;
  readonly you: boolean;
  readonly uses: 'reusable' | 'single';
  readonly openDoor: boolean;
  /** ms since 1970. */
  readonly expires?: number;
}

/** Whom one writes to alone. */
export interface DirectView {
  readonly account: string;
  /** What they call themselves; empty where it is not known. */
  readonly name: string;
  /** What this person calls them. */
  readonly petname?: string;
  /** Nothing of it is to be made much of. Absent: no. */
  readonly muted?: true;
  /** One has knocked at their inbox, and their device has not said yet that it heard. Absent: no. */
  readonly knocking?: true;
}

/** Somebody of whom this person has said something. */
export interface ContactView {
  readonly account: string;
  /** What they call themselves; empty where it is not known. */
  readonly name: string;
  readonly petname?: string;
  readonly blocked?: true;
  readonly muted?: true;
  /**
   * The words on both screens were the same. `changed`: one of the two has other devices since, and they have to be compared again.
   * Absent: never compared.
   */
  readonly verified?: 'yes' | 'changed';
}

/** The contact card by which strangers may knock. */
export interface CardView {
  readonly link: string;
}

/** Somebody with whom no space is shared asks to write to this person. */
export interface KnockView {
  readonly account: string;
  /** As they call themselves: nobody vouches for it. */
  readonly name: string;
  /** May be empty. */
  readonly text: string;
  /** By this device's clock, ms since 1970. */
  readonly at: number;
}

export interface SpaceView {
  readonly id: SpaceId;
  /** Of a direct one, what the other is called. */
  readonly name: string;
  readonly state: SpaceState;
  readonly trouble?: Trouble;
  readonly you: Role;
  readonly mayInvite: boolean;
  readonly mayOpenChannels: boolean;
  /** Signaling servers where it meets. */
  readonly servers: readonly string[];
  readonly members: readonly MemberView[];
  /** Absent: nobody. */
  readonly provisional?: readonly ProvisionalView[];
  /** Absent: there is none. */
  readonly invites?: readonly InviteView[];
  readonly channels: readonly ChannelView[];
  /** Members here just now, oneself included. */
  readonly here: number;
  /** It is for direct messages: one channel, two people. Absent: it is not. */
  readonly direct?: DirectView;
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

/** The message that another answers. */
export interface QuoteView {
  readonly id: EntryId;
  readonly authorName: string;
  /** Its beginning; empty if it is deleted. */
  readonly text: string;
}

/** People are told by their names, empty where one has not arrived. */
export interface ReactionView {
  readonly emoji: string;
  readonly names: readonly string[];
  /** Whether one of them is this person. */
  readonly you: boolean;
}

/** What stands under a message. */
export interface ThreadView {
  readonly replies: number;
  /** The newest of them, oldest first. */
  readonly newest: readonly MessageView[];
}

export interface MessageView {
  readonly id: EntryId;
  readonly author: PeerId;
  readonly authorName: string;
  /** Written by this person, on whichever device. */
  readonly own: boolean;
  /** Empty once it is deleted. */
  readonly text: string;
  /** The author's clock, ms since 1970. */
  readonly at: number;
  /** The author's clock is more than five minutes ahead of this one. */
  readonly farOff: boolean;
  /** On what was written on this device only. */
  readonly delivery?: Delivery;
  readonly reply?: QuoteView;
  /** When it was made what it is, by its author's clock. */
  readonly editedAt?: number;
  readonly deleted?: { readonly byName: string; readonly byAuthor: boolean };
  readonly reactions?: readonly ReactionView[];
  /** 👀 and 👀👀: who has seen it, and who will answer. */
  readonly seen?: readonly {
    readonly name: string;
    readonly answers: boolean;
    /** Whether it is this person. */
    readonly you: boolean;
  }[];
  readonly pinned?: { readonly byName: string };
  readonly tags?: readonly string[];
  /** It names this person; `urgent`: attention is asked for now. */
  readonly namesYou?: 'quietly' | 'urgently';
  readonly thread?: ThreadView;
}

/** Where messages stand that stood here. */
export interface PointerView {
  /** The message before which it is shown; absent: at the end. */
  readonly before?: EntryId;
  readonly messages: readonly EntryId[];
  readonly byName: string;
  readonly at: number;
  /** Another channel, or the thread of a message here or there. */
  readonly channel: ChannelId;
  readonly channelName: string;
  readonly thread?: EntryId;
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
  readonly pointers: readonly PointerView[];
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
  /** The contact book; absent: it is empty. */
  readonly contacts?: readonly ContactView[];
  /** Absent: there is none, and nobody can knock. */
  readonly card?: CardView;
  /** Absent: none waits for an answer. */
  readonly knocks?: readonly KnockView[];
  readonly timeline?: TimelineView;
  /** Exports and imports under way; absent: none. */
  readonly fileWork?: readonly FileWorkView[];
  /** This person's devices; absent where this is the only one. */
  readonly devices?: readonly OwnDeviceView[];
  /** A device that is being linked. */
  readonly linking?: LinkingView;
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

/** A message of a space, wherever it stands. */
export interface MessagePlace {
  space: SpaceId;
  message: EntryId;
}

/** The entries by which something was done: what an undo names. */
export interface Done {
  readonly entries: readonly EntryId[];
}

/** Commands and what each answers. Every failure is a `Trouble`; none throws. */
export interface Commands {
  setName(input: { name: string }): Promise<Result<null>>;
  createSpace(input: { name: string }): Promise<Result<{ space: SpaceId; channel: ChannelId }>>;
  /** Takes a link or token. Answers once the invite is understood and kept; letting in happens in the space's `state`. */
  joinSpace(input: { invite: string }): Promise<Result<{ space: SpaceId }>>;
  /**
   * A link on the page's own origin: the same reusable invite each time, or a new one where it is said how often it may be used
   * or for how long, in ms from now (a minute to 300 days).
   */
  invite(input: {
    space: SpaceId;
    uses?: 'single' | 'reusable';
    expiresIn?: number;
  }): Promise<Result<{ link: string; expires: number }>>;
  /** Nobody comes in by it any more. Admins, and whoever made it. */
  revokeInvite(input: { space: SpaceId; invite: string }): Promise<Result<null>>;
  /** Makes good the admission of somebody provisional. */
  confirmMember(input: { space: SpaceId; account: string }): Promise<Result<null>>;
  /** Takes somebody out of the space with all their devices; a new epoch follows. Admins only. */
  removeMember(input: { space: SpaceId; account: string }): Promise<Result<null>>;
  /** Takes another device of one's own out of the space; a new epoch follows. */
  removeDevice(input: { space: SpaceId; device: PeerId }): Promise<Result<null>>;
  /** Admins only. The last admin stays one. */
  setRole(input: { space: SpaceId; account: string; role: Role }): Promise<Result<null>>;
  /** Starts a new epoch. Admins only. */
  renewKeys(input: { space: SpaceId }): Promise<Result<null>>;
  /** Tells the others, and forgets everything of it here. */
  leaveSpace(input: { space: SpaceId }): Promise<Result<null>>;
  /** What the space is called from now on. Admins only. */
  renameSpace(input: { space: SpaceId; name: string }): Promise<Result<null>>;
  /** Where the space meets from now on: 1 to 3 addresses. Admins only. */
  setServers(input: { space: SpaceId; servers: readonly string[] }): Promise<Result<null>>;
  /**
   * Where this person and somebody with whom they share a space write to each other alone: the one there is, or a new one, of which
   * the other is told by a sealed note in the shared space.
   */
  messagePerson(input: { account: string }): Promise<Result<{ space: SpaceId }>>;
  /** Keeps somebody in the contact book, or not, and what is said of them there. What is absent stays; an empty petname is none. */
  setContact(input: {
    account: string;
    kept?: boolean;
    petname?: string;
    /** Their direct messages are not shown any more. */
    blocked?: boolean;
    muted?: boolean;
  }): Promise<Result<null>>;
  /**
   * Six numbers below 2,048, words of a list, that both people see when each holds the other's real devices, and `of` which devices
   * they are. Takes some seconds.
   */
  verificationPhrase(input: {
    account: string;
  }): Promise<Result<{ words: readonly number[]; of: string }>>;
  /** The words for these devices are the same on the other's screen, or (`of` is absent) the mark is taken away. */
  markVerified(input: { account: string; of?: string }): Promise<Result<null>>;
  /** A contact card, in place of the one there was, whose link then leads nowhere. */
  makeCard(input: Record<string, never>): Promise<Result<{ link: string }>>;
  /** Nobody can knock any more. */
  withdrawCard(input: Record<string, never>): Promise<Result<null>>;
  /** Asks whoever gave the card, a link or token, to write to each other; `text` says who asks, at most 200 characters. */
  knock(input: { card: string; text: string }): Promise<Result<{ space: SpaceId }>>;
  /** Agrees to write with somebody who has knocked, or lets it be: then they are told nothing. */
  answerKnock(input: { account: string; accept: boolean }): Promise<Result<null>>;
  /** What a contact card says, and whether somebody made it up. */
  readCard(input: { card: string }): Promise<Result<{ account: string; name: string }>>;
  createChannel(input: { space: SpaceId; name: string }): Promise<Result<{ channel: ChannelId }>>;
  /** Which channel the timeline shows, and how many of its newest messages (50 to 5,000). */
  watch(
    input: { space: SpaceId; channel: ChannelId; newest: number } | null,
  ): Promise<Result<null>>;
  /** What is absent stays. Admins and gardeners, members only what none of these has named yet; archiving is theirs alone. */
  setChannel(input: {
    space: SpaceId;
    channel: ChannelId;
    name?: string;
    /** Empty: none. */
    topic?: string;
    archived?: boolean;
  }): Promise<Result<null>>;
  /** Answers once the entry is stored on this device. */
  say(input: {
    space: SpaceId;
    channel: ChannelId;
    text: string;
    /** The message under which it is said. */
    thread?: EntryId;
    /** The message that it answers. */
    reply?: EntryId;
    /** Accounts that it names, at most 32; urgently: `@@`. */
    mentions?: readonly { account: string; urgent?: boolean }[];
  }): Promise<Result<{ id: EntryId }>>;
  /**
   * A key was touched in a channel's field. To be called as often as that happens: it is said seldom, and said no more some
   * seconds after the last call.
   */
  typing(input: { space: SpaceId; channel: ChannelId }): Promise<Result<null>>;
  /** Everything up to the newest message of the channel has been seen. */
  markRead(input: { space: SpaceId; channel: ChannelId }): Promise<Result<null>>;
  /** One's own message says this from now on; earlier wordings are kept. */
  edit(
    input: MessagePlace & {
      text: string;
      mentions?: readonly { account: string; urgent?: boolean }[];
    },
  ): Promise<Result<Done>>;
  /** One's own, as an admin or gardener anybody's. Others are asked to show it no more: what they hold they hold. */
  delete(input: MessagePlace): Promise<Result<Done>>;
  react(input: MessagePlace & { emoji: string; on: boolean }): Promise<Result<Done>>;
  /** 1: seen; 2: seen, will answer; 0: taken back. */
  markSeen(input: MessagePlace & { level: 0 | 1 | 2 }): Promise<Result<Done>>;
  pin(input: MessagePlace & { on: boolean }): Promise<Result<Done>>;
  tag(
    input: MessagePlace & { on?: readonly string[]; off?: readonly string[] },
  ): Promise<Result<Done>>;
  /** Messages into the thread of one of them or of another, or to the top level of a channel. At most 256. */
  move(input: {
    space: SpaceId;
    messages: readonly EntryId[];
    to: { thread: EntryId } | { channel: ChannelId };
  }): Promise<Result<Done>>;
  /** A thread becomes a new channel. */
  promote(input: MessagePlace & { name: string }): Promise<Result<Done & { channel: ChannelId }>>;
  /** A text that many write together. It starts from the messages that `sources` names, up to 256, in that order; else from the thread's. */
  createPage(input: {
    space: SpaceId;
    channel: ChannelId;
    title: string;
    thread?: EntryId;
    sources?: readonly EntryId[];
  }): Promise<Result<{ page: EntryId }>>;
  /** Of a space, the one changed last first; those put away, too. */
  pages(input: { space: SpaceId }): Promise<Result<readonly PageSummary[]>>;
  /** As it is now. To be asked again when the view has changed. */
  readPage(input: { space: SpaceId; page: EntryId }): Promise<Result<PageView>>;
  /** `splices` are of the text that `version` was; what others wrote since stays. Answers what comes of both. */
  editPage(input: {
    space: SpaceId;
    page: EntryId;
    version: number;
    splices: readonly Splice[];
    title?: string;
  }): Promise<Result<PageView>>;
  /** Whoever began it, admins and gardeners. */
  putAwayPage(input: { space: SpaceId; page: EntryId; away: boolean }): Promise<Result<null>>;
  /** Newest first, 500 at most. */
  pageHistory(input: { space: SpaceId; page: EntryId }): Promise<Result<readonly RevisionView[]>>;
  /** The text as whoever made this change saw it then. */
  pageAt(input: {
    space: SpaceId;
    page: EntryId;
    change: EntryId;
  }): Promise<Result<{ text: string }>>;
  /** What was done by entries that `Done` named, or that a history names, has no effect any more. */
  undo(input: { space: SpaceId; entries: readonly EntryId[] }): Promise<Result<Done>>;
  /** Who did what in a space: the newest of it, 1 to 500 of what was done to messages, and as many acts of membership. */
  spaceHistory(input: { space: SpaceId; newest: number }): Promise<Result<SpaceHistoryView>>;
  /** Every wording of a message, and what was done to it. */
  messageHistory(input: MessagePlace): Promise<Result<MessageHistoryView>>;
  /** The threads of a space, newest activity first; at most 500. */
  threads(input: { space: SpaceId }): Promise<Result<readonly ThreadIndexView[]>>;
  /** What is pinned and tagged in a channel and its threads. */
  tended(input: { space: SpaceId; channel: ChannelId }): Promise<Result<TendedView>>;
  /**
   * Where a message stands, as an address names it, or in a channel the first that was said at a time, ms since 1970, or
   * after.
   */
  locate(
    input: { space: SpaceId; message: string } | { space: SpaceId; channel: ChannelId; at: number },
  ): Promise<Result<PlaceView>>;
  /**
   * Makes a link by which another device of this person's is linked, for five minutes and one use; the view's `linking` tells how it goes.
   * @param input.name what this device is called on the others
   */
  linkDevice(input: { name: string }): Promise<Result<{ link: string; expires: number }>>;
  /** The words on both screens match: the other device is let into every space. */
  confirmLinking(input: Record<string, never>): Promise<Result<null>>;
  /** Ends a linking that is under way, because the words differ or for no reason; forgets one that is over. */
  endLinking(input: { differ: boolean }): Promise<Result<null>>;
  /** Links this device by a link that another has made. @param input.name what this one is called on the others */
  acceptLink(input: { link: string; name: string }): Promise<Result<null>>;
  /** Takes another of one's devices out of every space; new epochs follow. */
  unlinkDevice(input: { device: PeerId }): Promise<Result<null>>;
  /** What waits for this person in all their spaces, without what is unread besides. */
  catchUp(input: Record<string, never>): Promise<Result<CatchUpView>>;
  /** These have been dealt with; or all that waits has, and all that is unread. */
  caughtUp(
    input: { space: SpaceId; messages: readonly EntryId[] } | { everything: true },
  ): Promise<Result<null>>;
  /** Over everything that is held, newest first. Never fails: what was not understood is hinted at. */
  search(input: SearchInput): Promise<Result<SearchView>>;
  /** Everything that is held of a space in a file that the passphrase opens (8 characters at least). `fileWork` tells how far it is. */
  exportSpace(input: { space: SpaceId; passphrase: string }): Promise<Result<FileView>>;
  /** The same as text that anybody can read, without what was deleted. To be asked for by name, never instead of the other. */
  exportText(input: { space: SpaceId }): Promise<Result<FileView>>;
  /** Takes an exported space up, or adds to it what is missing here. Each entry is judged as if a neighbour had sent it. */
  importSpace(input: { file: Blob; passphrase: string }): Promise<Result<ImportView>>;
}

/** A device at work, as the UI and the headless peer hold it. */
export interface Peer extends Commands {
  readonly view: View;
  /** Calls back after each change, with the new view. Returns the unsubscriber. */
  subscribe(listener: (view: View) => void): () => void;
  /** Says goodbye to neighbours and servers, and stops. */
  close(): Promise<void>;
  /**
   * Leaves for good: says goodbye, and erases everything that this device keeps, its key too, so that the next start is the first.
   * Others keep what they hold, and go on listing the device until it is removed. Afterwards this peer does nothing more. Where
   * something could not be erased, the trouble says what.
   */
  wipe(): Promise<Result<null>>;
  /** Asks for a promise that what is kept here stays even when the device runs short of room. Answers whether there is one. */
  keepForGood(): Promise<boolean>;
  /** Whether everything goes through a server, so that nobody one talks with learns this device's address. */
  readonly hidesAddress: boolean;
  /** From now on and at each start. Answers whether the choice will outlive this page. */
  hideAddress(hide: boolean): boolean;
}
