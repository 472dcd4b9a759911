/** What the timeline shows: messages, channels, threads, each made from the part of the index that it needs. */
import type { ChannelId, EntryId } from '@snug/shared/protocol/ids.ts';
import { Backwards } from './backwards.ts';
import { compareItems, type EntryIndex, type MessageItem } from './entry-index.ts';
import type { Rights } from './judge.ts';
import { type MessageState, stateOf, type Version, versionsOf } from './message-state.ts';
import type { Place, Placement } from './placement.ts';

/** A thread as its first message shows it. */
export interface ThreadSummary {
  readonly replies: number;
  /** The author's clock of its newest message, ms since 1970. */
  readonly latestAt: number;
}

export type Shown =
  | {
      readonly is: 'message';
      readonly message: MessageState;
      /** Absent where nothing was said under it, and within a thread. */
      readonly thread?: ThreadSummary;
    }
  /** Quietly says where messages that stood here have gone. */
  | {
      readonly is: 'pointer';
      readonly messages: readonly EntryId[];
      readonly to: Place;
      /** Who moved them. */
      readonly by: string;
      readonly at: number;
    };

export interface Listing {
  /** Oldest first. */
  readonly shown: readonly Shown[];
  /** There are older ones. */
  readonly more: boolean;
}

export interface ThreadEntry {
  readonly root: MessageState;
  readonly channel: ChannelId;
  readonly replies: number;
  readonly latest: MessageState;
}

/** What is held and has no effect in the view. */
export interface KeptOut {
  /** Does not fit its kind. */
  readonly invalid: number;
  /** Of a later version. */
  readonly unknown: number;
  /** Its author had no right to it. */
  readonly notAllowed: number;
}

export class Reading {
  readonly index: EntryIndex;
  readonly rights: Rights;
  readonly placement: Placement;
  readonly #states: Map<EntryId, MessageState>;

  constructor(
    index: EntryIndex,
    rights: Rights,
    placement: Placement,
    states: Map<EntryId, MessageState>,
  ) {
    this.index = index;
    this.rights = rights;
    this.placement = placement;
    this.#states = states;
  }

  /** A message that counts. */
  item(id: EntryId): MessageItem | undefined {
    const item = this.index.message(id);
    return item && this.rights.counts(item) ? item : undefined;
  }

  message(id: EntryId): MessageState | undefined {
    const item = this.item(id);
    return item && this.state(item);
  }

  state(item: MessageItem): MessageState {
    const known = this.#states.get(item.id);
    if (known) return known;
    const state = stateOf(item, this.index, this.rights);
    this.#states.set(item.id, state);
    return state;
  }

  placeOf(id: EntryId): Place | undefined {
    const item = this.item(id);
    return item && this.placement.placeOf(item);
  }

  /** Every wording of a message, oldest first. */
  versions(id: EntryId): readonly Version[] {
    const item = this.item(id);
    return item ? versionsOf(item, this.rights) : [];
  }

  /** The newest message at the top level of a channel that fits. */
  newest(channel: ChannelId, fits: (item: MessageItem) => boolean): MessageItem | undefined {
    const items = new Backwards([
      this.index.saidIn(channel),
      this.placement.arrivedIn(channel),
      [],
    ]);
    for (let next = items.next(); next; next = items.next()) {
      if ('to' in next || !this.rights.counts(next.item)) continue;
      if ((next.from !== 0 || this.placement.isAtHome(next.item)) && fits(next.item))
        return next.item;
    }
    return undefined;
  }

  /** The newest messages at the top level of a channel, with pointers to those that were moved away. */
  channel(channel: ChannelId, newest: number): Listing {
    const listing = new Backwards([
      this.index.saidIn(channel),
      this.placement.arrivedIn(channel),
      this.placement.leftFrom({ channel }),
    ]);
    return this.#list(listing, newest, (item) => this.placement.isAtHome(item));
  }

  /** The first message of a thread, and the newest that stand under it. */
  thread(root: EntryId, newest: number): Listing {
    const first = this.item(root);
    const place = first && this.placement.placeOf(first);
    if (!first || !place || place.thread !== undefined) return { shown: [], more: false };
    const left = this.placement.leftFrom({ channel: place.channel, thread: root });
    const rest = new Backwards([[], this.placement.thread(root), left]);
    const { shown, more } = this.#list(rest, newest, () => true);
    return { shown: [{ is: 'message', message: this.state(first) }, ...shown], more };
  }

  /** How much stands under a message; `undefined` where nothing does. */
  summary(root: EntryId): ThreadSummary | undefined {
    const messages = this.placement.thread(root);
    const latest = messages.at(-1);
    return latest && { replies: messages.length, latestAt: latest.entry.body.hlc };
  }

  #list(from: Backwards, newest: number, said: (item: MessageItem) => boolean): Listing {
    const shown: (Extract<Shown, { is: 'message' }> | PointerDraft)[] = [];
    for (let next = from.next(); next; next = from.next()) {
      if ('to' in next) {
        const later = shown.at(-1);
        const account = this.rights.accountOf(next.by);
        if (later?.is === 'pointer' && samePlace(later.to, next.to) && later.by === account) {
          later.messages.push(next.item.id);
          continue;
        }
        const at = next.by.entry.body.hlc;
        if (shown.length === newest) return listing(shown, true);
        shown.push({ is: 'pointer', messages: [next.item.id], to: next.to, by: account, at });
      } else if (this.rights.counts(next.item) && (next.from !== 0 || said(next.item))) {
        if (shown.length === newest) return listing(shown, true);
        const thread = this.summary(next.item.id);
        const message = { is: 'message', message: this.state(next.item) } as const;
        shown.push(thread ? { ...message, thread } : message);
      }
    }
    return listing(shown, false);
  }

  /** Every thread of the space, newest activity first. */
  threads(): readonly ThreadEntry[] {
    const entries: {
      readonly root: MessageItem;
      readonly latest: MessageItem;
      readonly replies: number;
    }[] = [];
    for (const id of this.placement.roots) {
      const root = this.item(id);
      const messages = root ? this.placement.thread(id) : [];
      const latest = messages.at(-1);
      if (root && latest) entries.push({ root, latest, replies: messages.length });
    }
    return entries
      .sort((a, b) => compareItems(b.latest, a.latest))
      .map(({ root, latest, replies }) => ({
        root: this.state(root),
        channel: this.placement.placeOf(root).channel,
        latest: this.state(latest),
        replies,
      }));
  }

  /** Messages that are pinned, or carry a tag, newest first; in one channel, threads included, or everywhere. */
  tended(how: 'pin' | { readonly tag: string }, channel?: ChannelId): readonly MessageState[] {
    const found: MessageItem[] = [];
    for (const id of this.index.tended(how === 'pin' ? 'pin' : 'tag')) {
      const item = this.item(id);
      if (!item || (channel !== undefined && this.placement.placeOf(item).channel !== channel))
        continue;
      const { pinned, tags, deleted } = this.state(item);
      if (!deleted && (how === 'pin' ? pinned : tags.includes(how.tag))) found.push(item);
    }
    return found.sort((a, b) => compareItems(b, a)).map((item) => this.state(item));
  }

  /** Entries that have no effect in the view. Looks at everything that was ever done. */
  keptOut(): KeptOut {
    const { invalid, unknown, changes } = this.index;
    const notAllowed = changes.filter((change) => !this.rights.mayAny(change)).length;
    return { invalid, unknown, notAllowed };
  }
}

type PointerDraft = Extract<Shown, { is: 'pointer' }> & { readonly messages: EntryId[] };

/** Pointers of neighbours that went to one place by one person's hand are one; they were gathered newest first. */
function listing(
  gathered: readonly (Extract<Shown, { is: 'message' }> | PointerDraft)[],
  more: boolean,
): Listing {
  for (const one of gathered) if (one.is === 'pointer') one.messages.reverse();
  return { shown: gathered.toReversed(), more };
}

function samePlace(a: Place, b: Place): boolean {
  return a.channel === b.channel && a.thread === b.thread;
}
