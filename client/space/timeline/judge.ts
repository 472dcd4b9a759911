/**
 * Whose word counts for what. An author changes and deletes what is theirs; admins and gardeners tend and take away what
 * others wrote; everybody reacts for themselves.
 */
import type { ChannelId, PeerId } from '@snug/shared/protocol/ids.ts';
import type { Opened } from '../chain.ts';
import {
  type ChangeItem,
  compareItems,
  type EntryIndex,
  type Item,
  isChange,
  isMessage,
} from './entry-index.ts';

export type Rank = 'admin' | 'gardener' | 'member';

/** What the membership says. The same object for as long as it says the same of what is held. */
export interface Judge {
  /** `undefined`: the entry does not count at all. */
  rankOf(entry: Opened, channel: ChannelId): Rank | undefined;
  /** The account of a device; a device nobody knows of stands for itself. */
  accountOf(peer: PeerId): string | undefined;
  hasChannel(channel: ChannelId): boolean;
}

/** Acts that change where and how a message stands, not what it says. */
export function isTending({ operation: { is } }: ChangeItem): boolean {
  return is === 'pin' || is === 'tag' || is === 'move' || is === 'promote';
}

export class Rights {
  readonly #index: EntryIndex;
  readonly #judge: Judge;

  constructor(index: EntryIndex, judge: Judge) {
    this.#index = index;
    this.#judge = judge;
  }

  counts(item: Item): boolean {
    return this.#judge.rankOf(item.entry, item.channel) !== undefined;
  }

  accountOf(item: Item): string {
    return this.#judge.accountOf(item.entry.author) ?? item.entry.author;
  }

  hasChannel(channel: ChannelId): boolean {
    return this.#judge.hasChannel(channel);
  }

  /** Whether a change may be made to this message by its author. Whoever the author is, they must count. */
  mayChange(change: ChangeItem, target: Item): boolean {
    const rank = this.#judge.rankOf(change.entry, change.channel);
    if (rank === undefined) return false;
    const own = this.accountOf(change) === this.accountOf(target);
    switch (change.operation.is) {
      case 'reaction':
      case 'seen':
        return true;
      case 'edit':
        return own;
      case 'delete':
      case 'pin':
      case 'tag':
      case 'move':
      case 'promote':
        return own || rank !== 'member';
      case 'undo':
        return false;
    }
  }

  /**
   * An act is undone by whoever did it; tending also by those who tend for all. A deletion stands until the same person
   * takes it back. Undoing cannot be undone: one does it again.
   */
  undoneBy(change: ChangeItem): ChangeItem | undefined {
    return this.#index
      .pointingAt(change.id)
      .filter((undo) => undo.operation.is === 'undo' && this.#mayUndo(undo, change))
      .sort(compareItems)[0];
  }

  /** Whether a change has effect on anything that it names, as far as that is held: what is not may allow it yet. */
  mayAny(change: ChangeItem): boolean {
    if (!this.counts(change)) return false;
    const held = change.operation.targets.flatMap((id) => this.#index.item(id) ?? []);
    if (held.length < change.operation.targets.length) return true;
    return held.some((target) =>
      change.operation.is === 'undo'
        ? isChange(target) && this.#mayUndo(change, target)
        : isMessage(target) && this.mayChange(change, target),
    );
  }

  #mayUndo(undo: ChangeItem, change: ChangeItem): boolean {
    const rank = this.#judge.rankOf(undo.entry, undo.channel);
    if (rank === undefined || change.operation.is === 'undo') return false;
    if (this.accountOf(undo) === this.accountOf(change)) return true;
    return isTending(change) && rank !== 'member';
  }

  /** The changes to a message that have effect, in order. */
  effective(target: Item): ChangeItem[] {
    return this.#index
      .pointingAt(target.id)
      .filter((change) => this.mayChange(change, target) && !this.undoneBy(change))
      .sort(compareItems);
  }
}
