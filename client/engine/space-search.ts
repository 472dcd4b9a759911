/**
 * The messages of one space in an index of their own, kept up with its timeline piece by piece: a space that is left is forgotten by
 * dropping it. Nothing is believed of what may have changed but that a message is looked at again: what it is now decides.
 */
import type { ChannelId, EntryId } from '@snug/shared/protocol/ids.ts';
import { type Found, SearchIndex } from '../search/search-index.ts';
import { bitsOf, type Thing, thingsIn } from '../search/searched-message.ts';
import type { Wanted } from '../search/wanted.ts';
import type { Space } from '../space/space.ts';
import {
  compareItems,
  type EntryIndex,
  type Item,
  isChange,
  isMessage,
  type MessageItem,
} from '../space/timeline/entry-index.ts';
import { type MessageState, stateOf } from '../space/timeline/message-state.ts';
import type { Reading } from '../space/timeline/reading.ts';
import { conversationOf } from './conversation.ts';

/** What the index was told of a message. */
interface Known {
  readonly text: string;
  readonly channel: ChannelId;
  readonly author: string;
  readonly order: number;
  readonly things: number;
  readonly tags: string;
}

export class SpaceSearch {
  readonly #space: Space;
  readonly #now: () => number;
  readonly #index: SearchIndex;
  readonly #known = new Map<EntryId, Known>();
  /** How many of a channel's entries have been looked at: a chain only grows. */
  readonly #taken = new Map<ChannelId, number>();
  /** Messages to be looked at again. */
  readonly #touched = new Set<EntryId>();
  /** All messages, while each is looked at: lists of them, each with the newest last. */
  #pass: MessageItem[][] = [];
  #membership: Space['membership'] | undefined;
  #orders = -1;
  #shape = -1;
  #isStale = true;

  /**
   * @param seed as `SearchIndex` takes it
   * @param now the viewer's clock, ms since 1970
   */
  constructor(space: Space, seed: number, now: () => number) {
    this.#space = space;
    this.#now = now;
    this.#index = new SearchIndex({ seed });
  }

  search(wanted: Wanted, page: Parameters<SearchIndex['search']>[1]): Found {
    return this.#index.search(wanted, page);
  }

  /** Order of the newest message that is still to be looked at; `undefined` where none is. */
  get next(): number | undefined {
    if (this.#touched.size > 0) return Number.POSITIVE_INFINITY;
    return this.#newest()?.at(-1)?.standing.order;
  }

  /** Notes what has changed since this was asked last. */
  notice(): void {
    const reading = conversationOf(this.#space, this.#now());
    const { index } = reading;
    const { membership } = this.#space;
    for (const channel of membership.channels) this.#noticeIn(channel, index);
    if (this.#shape !== index.shape) {
      this.#shape = index.shape;
      for (const id of index.moved) this.#touchMoved(id, index);
    }
    // Who counts, and in which order, may be another for any of them.
    if (this.#membership !== membership || this.#orders !== index.orders.version)
      this.#isStale = true;
    this.#membership = membership;
    this.#orders = index.orders.version;
    // A pass that is under way ends first: else one that is always begun anew would never end.
    if (this.#isStale && this.#pass.length === 0) this.#beginPass(index);
  }

  #noticeIn(channel: ChannelId, index: EntryIndex): void {
    const { entries } = this.#space.channel(channel);
    const taken = this.#taken.get(channel) ?? 0;
    this.#taken.set(channel, entries.length);
    // The first pass looks at all of them.
    if (this.#orders === -1) return;
    for (let at = taken; at < entries.length; at++) {
      const entry = entries[at];
      const item = entry && index.item(entry.id);
      if (!item) continue;
      // More that arrives of somebody who was removed may make earlier entries count.
      const { everListed } = this.#space.membership;
      if (everListed.get(item.entry.author)?.cuts.length) this.#isStale = true;
      this.#touchedBy(item, index);
    }
  }

  #touchedBy(item: Item, index: EntryIndex): void {
    if (isMessage(item)) {
      this.#touchWithAllUnder(item.id, index);
      // It has a thread now.
      if (item.operation.thread !== undefined) this.#touched.add(item.operation.thread);
    } else if (isChange(item)) {
      for (const target of item.operation.targets) {
        const changed = index.item(target);
        if (isChange(changed)) for (const id of changed.operation.targets) this.#touched.add(id);
        else this.#touched.add(target);
      }
    }
  }

  /** Also the threads between which it goes. */
  #touchMoved(id: EntryId, index: EntryIndex): void {
    this.#touchWithAllUnder(id, index);
    const from = index.message(id)?.operation.thread;
    if (from !== undefined) this.#touched.add(from);
    for (const { operation } of index.pointingAt(id))
      if (operation.is === 'move' && 'thread' in operation.to)
        this.#touched.add(operation.to.thread);
  }

  /** Where a message stands, all stands that was said under it. Without recursion: threads may be said under threads. */
  #touchWithAllUnder(root: EntryId, index: EntryIndex): void {
    const open = [root];
    const passed = new Set(open);
    for (let id = open.pop(); id !== undefined; id = open.pop()) {
      this.#touched.add(id);
      for (const below of index.saidUnder(id)) {
        if (passed.has(below.id)) continue;
        passed.add(below.id);
        open.push(below.id);
      }
    }
  }

  #beginPass(index: EntryIndex): void {
    this.#isStale = false;
    const top = [...this.#space.membership.channels].map((channel) => [...index.saidIn(channel)]);
    const under = [...index.roots].flatMap((root) => [...index.saidUnder(root)]);
    this.#pass = [...top, under.sort(compareItems)].filter((items) => items.length > 0);
  }

  /** Of the lists that are left the one with the newest message. */
  #newest(): MessageItem[] | undefined {
    let newest: MessageItem[] | undefined;
    for (const items of this.#pass) {
      const order = items.at(-1)?.standing.order;
      if (order !== undefined && order > (newest?.at(-1)?.standing.order ?? -1)) newest = items;
    }
    return newest;
  }

  /** Looks at what has changed, then at the newest of the others, until `isOver` says that it has taken long enough. */
  work(isOver: () => boolean): void {
    const reading = conversationOf(this.#space, this.#now());
    for (const id of this.#touched) {
      this.#touched.delete(id);
      this.#look(id, reading);
      if (isOver()) return;
    }
    for (let items = this.#newest(); items; items = this.#newest()) {
      const item = items.pop();
      if (item) this.#look(item.id, reading);
      if (isOver()) break;
    }
    this.#pass = this.#pass.filter((items) => items.length > 0);
    if (this.#isStale && this.#pass.length === 0) this.#beginPass(reading.index);
  }

  #look(id: EntryId, reading: Reading): void {
    const item = reading.item(id);
    // Not by way of the reading, which would keep what it made for as long as the space is open.
    const state = item && stateOf(item, reading.index, reading.rights);
    if (!item || !state || state.deleted) {
      if (this.#known.delete(id)) this.#index.remove(id);
      return;
    }
    const { channel } = reading.placement.placeOf(item);
    const has = thingsOf(state, reading);
    const { text, account: author, order, tags } = state;
    const fresh = { text, channel, author, order, things: bitsOf(has), tags: tags.join('\n') };
    const before = this.#known.get(id);
    if (before && isSame(before, fresh)) return;
    this.#known.set(id, fresh);
    if (before && isMarked(before, fresh)) this.#index.mark(id, { has, order });
    else {
      const space = this.#space.record.id;
      this.#index.put({ id, space, channel, author, text, order, at: state.at, has, tags });
    }
  }
}

/** Nothing is another, but what can be said anew of a message that stays. */
function isMarked(one: Known, other: Known): boolean {
  return (
    one.text === other.text &&
    one.channel === other.channel &&
    one.author === other.author &&
    one.tags === other.tags
  );
}

function isSame(one: Known, other: Known): boolean {
  return isMarked(one, other) && one.order === other.order && one.things === other.things;
}

function thingsOf(state: MessageState, reading: Reading): readonly Thing[] {
  const things = new Set(thingsIn(state.text));
  if (state.mentions.length > 0) things.add('mention');
  if (state.reactions.length > 0) things.add('reaction');
  if (state.reply !== undefined) things.add('reply');
  if (state.pinned) things.add('pin');
  if (state.edited) things.add('edit');
  if (reading.summary(state.id)) things.add('thread');
  return [...things];
}
