/**
 * The entries of all of a space's channels, by what they point at: the view of one message depends on that message and
 * on the entries under its id, so it can be made without looking at the rest. Nothing here judges; it only grows.
 */
import { toHex } from '@snug/shared/crypto/bytes.ts';
import type { ChannelId, EntryId } from '@snug/shared/protocol/ids.ts';
import { namesIn, type Opened, tipOf } from '../chain.ts';
import { mergeInto, Orders, type Standing } from '../chain-order.ts';
import { addOnce, addTo } from './groups.ts';
import { type Change, type MessageOperation, type Operation, operationOf } from './operation.ts';

export interface Item {
  readonly id: EntryId;
  /** Where it was written. */
  readonly channel: ChannelId;
  readonly entry: Opened;
  readonly operation: Operation;
  readonly standing: Standing;
}
export type MessageItem = Item & { readonly operation: MessageOperation };
export type ChangeItem = Item & { readonly operation: Change };

export function isMessage(item: Item | undefined): item is MessageItem {
  return item?.operation.is === 'message';
}

export function isChange(item: Item | undefined): item is ChangeItem {
  return item !== undefined && 'targets' in item.operation;
}

const NONE: readonly never[] = [];

/** Order of what people see, then id. */
export function compareItems(a: Item, b: Item): number {
  return a.standing.order - b.standing.order || (a.id < b.id ? -1 : a.id > b.id ? 1 : 0);
}

export class EntryIndex {
  readonly orders = new Orders();
  readonly #items = new Map<EntryId, Item>();
  readonly #pointing = new Map<EntryId, ChangeItem[]>();
  readonly #top = new Map<ChannelId, InOrder>();
  readonly #threads = new Map<EntryId, MessageItem[]>();
  readonly #moved = new Set<EntryId>();
  readonly #destinations = new Set<EntryId>();
  readonly #mentioning = new Map<string, Set<EntryId>>();
  readonly #replies: MessageItem[] = [];
  readonly #tended = new Map<'pin' | 'tag', Set<EntryId>>();
  readonly #changes: ChangeItem[] = [];
  readonly #grown: MessageItem[] = [];
  /** Entries that do not fit their kind, and entries of kinds that this version does not know. */
  invalid = 0;
  unknown = 0;
  /** Changes whenever messages may stand in other places than before; but see {@link takeGrown}. */
  shape = 0;

  get size(): number {
    return this.#items.size;
  }

  /** Takes in an entry that a channel holds; one that is known already changes nothing. Returns what it may have changed. */
  add(channel: ChannelId, entry: Opened): readonly EntryId[] {
    if (this.#items.has(entry.id)) return NONE;
    const tip = toHex(tipOf(entry.id));
    const standing = this.orders.add(tip, entry.body.hlc, namesIn(entry.body));
    const operation = operationOf(entry);
    const item = { id: entry.id, channel, entry, operation, standing };
    this.#items.set(entry.id, item);
    if (isMessage(item)) {
      this.#addMessage(item);
      return [item.id];
    }
    if (operation.is === 'unknown') this.unknown++;
    else if (operation.is === 'invalid') this.invalid++;
    else if (operation.is !== 'message' && operation.is !== 'page')
      return this.#addChange({ ...item, operation });
    return NONE;
  }

  #addMessage(item: MessageItem): void {
    const { thread, reply, mentions } = item.operation;
    if (thread === undefined) this.#topOf(item.channel).add(item);
    else addTo(this.#threads, thread, item);
    const awaited = [this.#threads, this.#moved, this.#destinations].some((s) => s.has(item.id));
    if (awaited) this.shape++;
    if (thread !== undefined) this.#grow(thread);
    if (reply !== undefined) this.#replies.push(item);
    for (const { account } of mentions) this.#mentions(account, item.id);
  }

  /** Said under a message that stands where it was said, as nearly all is: that thread alone has grown. */
  #grow(thread: EntryId): void {
    const root = this.message(thread);
    const plain = root && root.operation.thread === undefined && !this.#moved.has(thread);
    if (plain) this.#grown.push(root);
    else this.shape++;
  }

  /** Messages under which more has been said since this was last asked, all else being as it was. */
  takeGrown(): readonly MessageItem[] {
    return this.#grown.splice(0);
  }

  #addChange(item: ChangeItem): readonly EntryId[] {
    const { operation } = item;
    for (const target of operation.targets) addTo(this.#pointing, target, item);
    this.#changes.push(item);
    switch (operation.is) {
      case 'edit':
        for (const { account } of operation.mentions)
          for (const target of operation.targets) this.#mentions(account, target);
        break;
      case 'pin':
      case 'tag':
        for (const target of operation.targets) addOnce(this.#tended, operation.is, target);
        break;
      case 'move':
      case 'promote':
        for (const target of operation.targets) this.#moved.add(target);
        if (operation.is === 'move' && 'thread' in operation.to)
          this.#destinations.add(operation.to.thread);
        this.shape++;
        break;
      case 'undo':
        this.shape++;
        // Also what the undone acts changed.
        return operation.targets.flatMap((target) => {
          const undone = this.#items.get(target);
          return isChange(undone) ? undone.operation.targets : NONE;
        });
    }
    return operation.targets;
  }

  #mentions(account: string, message: EntryId): void {
    addOnce(this.#mentioning, account, message);
  }

  item(id: EntryId): Item | undefined {
    return this.#items.get(id);
  }

  message(id: EntryId): MessageItem | undefined {
    const item = this.#items.get(id);
    return isMessage(item) ? item : undefined;
  }

  /** Changes that name an entry, in the order in which they came. */
  pointingAt(id: EntryId): readonly ChangeItem[] {
    return this.#pointing.get(id) ?? NONE;
  }

  /** Messages that were said at the top level of a channel, oldest first. */
  saidIn(channel: ChannelId): readonly MessageItem[] {
    return this.#top.get(channel)?.list(this.orders.version) ?? NONE;
  }

  /** Messages that were said in the thread of another, as they came. */
  saidUnder(root: EntryId): readonly MessageItem[] {
    return this.#threads.get(root) ?? NONE;
  }

  /** Entries under which something was said. */
  get roots(): Iterable<EntryId> {
    return this.#threads.keys();
  }

  /** Entries that somebody moved, or whose thread somebody made a channel. */
  get moved(): ReadonlySet<EntryId> {
    return this.#moved;
  }

  /** Messages that some version of names an account. */
  mentioning(account: string): Iterable<EntryId> {
    return this.#mentioning.get(account) ?? NONE;
  }

  get replies(): readonly MessageItem[] {
    return this.#replies;
  }

  /** Messages that somebody pinned, or tagged. */
  tended(how: 'pin' | 'tag'): Iterable<EntryId> {
    return this.#tended.get(how) ?? NONE;
  }

  /** Everything that was done, as it came. */
  get changes(): readonly ChangeItem[] {
    return this.#changes;
  }

  #topOf(channel: ChannelId): InOrder {
    const held = this.#top.get(channel);
    if (held) return held;
    const fresh = new InOrder();
    this.#top.set(channel, fresh);
    return fresh;
  }
}

/** A list that is sorted when it is looked at. */
class InOrder {
  readonly #list: MessageItem[] = [];
  #fresh: MessageItem[] = [];
  #version = 0;

  add(item: MessageItem): void {
    this.#fresh.push(item);
  }

  list(version: number): readonly MessageItem[] {
    if (version !== this.#version) {
      this.#list.sort(compareItems);
      this.#version = version;
    }
    mergeInto(this.#list, this.#fresh, compareItems);
    this.#fresh = [];
    return this.#list;
  }
}
