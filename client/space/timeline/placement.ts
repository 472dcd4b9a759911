/**
 * Where each message stands: where it was said, or where the last move that has effect put it. A move to a place
 * that is not known, or not yet, has no effect, so no message is ever nowhere. Threads are one level deep: what goes
 * under a message that stands in a thread itself stands in that thread. Where moves run in a circle, the earliest message of the
 * circle stays where it was said and the others stand in its thread.
 */
import type { ChannelId, EntryId } from '@snug/shared/protocol/ids.ts';
import {
  type ChangeItem,
  compareItems,
  type EntryIndex,
  isMessage,
  type MessageItem,
} from './entry-index.ts';
import { addTo } from './groups.ts';
import type { Rights } from './judge.ts';

/** The top level of a channel, or with `thread` the thread of that message, which stands in the channel. */
export interface Place {
  readonly channel: ChannelId;
  readonly thread?: EntryId;
}

/** One place in the course of a message: where it was said, then where each move put it. */
type Step = { readonly by?: ChangeItem } & (
  | { readonly under: MessageItem }
  /** `spread`: its thread became the channel. */
  | { readonly channel: ChannelId; readonly spread: boolean }
);

/** The message at the top level that a message stands under, or which it is. */
interface Top {
  readonly item: MessageItem;
  readonly channel: ChannelId;
  readonly spread: boolean;
}

/** A message that was moved away stays as a pointer in each place that it stood in. */
export interface Moved {
  readonly item: MessageItem;
  readonly to: Place;
  readonly by: ChangeItem;
}

export class Placement {
  readonly #index: EntryIndex;
  readonly #rights: Rights;
  readonly #tops = new Map<MessageItem, Top>();
  /** Messages that may stand elsewhere than they were said, and so all that was said under them. */
  readonly #strays: ReadonlySet<MessageItem>;
  readonly #arrived = new Map<ChannelId, MessageItem[]>();
  readonly #under = new Map<EntryId, MessageItem[]>();
  readonly #left = { channel: new Map<ChannelId, Moved[]>(), thread: new Map<EntryId, Moved[]>() };
  readonly #threads = new Map<EntryId, readonly MessageItem[]>();

  constructor(index: EntryIndex, rights: Rights) {
    this.#index = index;
    this.#rights = rights;
    this.#strays = this.#findStrays();
    for (const item of this.#strays) this.#settle(item);
    for (const list of this.#arrived.values()) list.sort(compareItems);
    for (const list of [...this.#left.channel.values(), ...this.#left.thread.values()])
      list.sort((a, b) => compareItems(a.item, b.item));
  }

  placeOf(item: MessageItem): Place {
    const top = this.#topOf(item);
    return top.item === item || top.spread
      ? { channel: top.channel }
      : { channel: top.channel, thread: top.item.id };
  }

  /** Whether a message stands at the top level of the channel where it was said. */
  isAtHome(item: MessageItem): boolean {
    if (item.operation.thread === undefined && !this.#strays.has(item)) return true;
    const place = this.placeOf(item);
    return place.thread === undefined && place.channel === item.channel;
  }

  /** Messages that stand at the top level of a channel and were not said there, oldest first. */
  arrivedIn(channel: ChannelId): readonly MessageItem[] {
    return this.#arrived.get(channel) ?? [];
  }

  /** Messages that stood in a place and were moved away, oldest first. */
  leftFrom(place: Place): readonly Moved[] {
    const left =
      place.thread === undefined
        ? this.#left.channel.get(place.channel)
        : this.#left.thread.get(place.thread);
    return left ?? [];
  }

  /** The messages of a thread below its first, oldest first, counting ones only. */
  thread(root: EntryId): readonly MessageItem[] {
    if (this.#index.saidUnder(root).length === 0 && !this.#under.has(root)) return [];
    const known = this.#threads.get(root);
    if (known) return known;
    const found = new Set<MessageItem>();
    const open: EntryId[] = [root];
    for (let id = open.pop(); id !== undefined; id = open.pop()) {
      for (const item of this.#index.saidUnder(id)) {
        if (this.#strays.has(item) || found.has(item)) continue;
        found.add(item);
        open.push(item.id);
      }
    }
    for (const item of this.#under.get(root) ?? []) found.add(item);
    const first = this.#index.message(root);
    // What was said under a message that stands elsewhere itself is found under that one's own first message.
    const standing = first && this.placeOf(first).thread === undefined ? [...found] : [];
    const messages = standing
      .filter((item) => this.#rights.counts(item) && this.placeOf(item).thread === root)
      .sort(compareItems);
    this.#threads.set(root, messages);
    return messages;
  }

  /** More has been said under a message. False if that may change where messages stand. */
  grows(root: MessageItem): boolean {
    this.#threads.delete(root.id);
    return this.#rights.counts(root) && !this.#strays.has(root);
  }

  /** Messages under which others may stand. */
  get roots(): ReadonlySet<EntryId> {
    return new Set([...this.#index.roots, ...this.#under.keys()]);
  }

  /** Moved ones, those said under what is not there, and all that was said under these. */
  #findStrays(): Set<MessageItem> {
    const open: MessageItem[] = [];
    for (const id of this.#index.moved) open.push(...this.#known(id));
    for (const root of this.#index.roots)
      if (this.#known(root).length === 0) open.push(...this.#index.saidUnder(root));
    const strays = new Set<MessageItem>();
    for (let item = open.pop(); item; item = open.pop()) {
      if (strays.has(item)) continue;
      strays.add(item);
      for (const below of this.#index.saidUnder(item.id)) open.push(below);
    }
    return strays;
  }

  #settle(item: MessageItem): void {
    if (!this.#rights.counts(item)) return;
    const place = this.placeOf(item);
    if (place.thread !== undefined) addTo(this.#under, place.thread, item);
    else if (item.operation.thread !== undefined || place.channel !== item.channel)
      addTo(this.#arrived, place.channel, item);
    const steps = this.#steps(item);
    const by = steps.pop()?.by;
    if (by === undefined) return;
    const told = new Set([keyOf(place)]);
    for (const step of steps) {
      const from = this.#placeAt(step, item);
      if (told.has(keyOf(from))) continue;
      told.add(keyOf(from));
      const moved = { item, to: place, by };
      if (from.thread === undefined) addTo(this.#left.channel, from.channel, moved);
      else addTo(this.#left.thread, from.thread, moved);
    }
  }

  #placeAt(step: Step, item: MessageItem): Place {
    if ('channel' in step) return { channel: step.channel };
    const top = this.#topOf(step.under);
    return top.spread || top.item === item
      ? { channel: top.channel }
      : { channel: top.channel, thread: top.item.id };
  }

  #known(id: EntryId): readonly MessageItem[] {
    const item = this.#index.item(id);
    return isMessage(item) && this.#rights.counts(item) ? [item] : [];
  }

  /** Where it was said, then each move that has effect. */
  #steps(item: MessageItem): Step[] {
    const { thread } = item.operation;
    const root = thread === undefined ? undefined : this.#known(thread)[0];
    const steps: Step[] = [root ? { under: root } : { channel: item.channel, spread: false }];
    if (!this.#index.moved.has(item.id)) return steps;
    for (const by of this.#rights.effective(item)) {
      const { operation } = by;
      if (operation.is === 'promote') {
        if (this.#rights.hasChannel(operation.channel))
          steps.push({ channel: operation.channel, spread: true, by });
      } else if (operation.is === 'move') {
        const { to } = operation;
        if ('channel' in to) {
          if (this.#rights.hasChannel(to.channel))
            steps.push({ channel: to.channel, spread: false, by });
        } else {
          const [under] = this.#known(to.thread);
          if (under && under !== item) steps.push({ under, by });
        }
      }
    }
    return steps;
  }

  /** Without recursion: what is moved under what may be a long row. */
  #topOf(start: MessageItem): Top {
    const path: MessageItem[] = [];
    const passed = new Map<MessageItem, number>();
    let top: Top | undefined;
    for (let item = start; top === undefined; ) {
      const from = passed.get(item);
      top = this.#tops.get(item);
      if (top) break;
      if (from !== undefined) {
        const [earliest] = path.slice(from).sort(compareItems);
        const first = earliest ?? item;
        top = { item: first, channel: first.channel, spread: false };
        break;
      }
      passed.set(item, path.length);
      path.push(item);
      const step = this.#steps(item).at(-1);
      if (step && 'under' in step) item = step.under;
      else {
        const channel = step?.channel ?? item.channel;
        top = { item, channel, spread: step?.spread ?? false };
      }
    }
    for (const item of path) this.#tops.set(item, top);
    return top;
  }
}

function keyOf({ channel, thread }: Place): string {
  return `${channel} ${thread ?? ''}`;
}
