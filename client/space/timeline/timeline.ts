/**
 * A space's conversation as people see it: a pure function of the opened entries of its channels, of who may what and
 * of the viewer's clock. The same set in any order and any batches gives the same view. What does not fit its kind, or its author's
 * rights, has no effect and is counted; kinds of a later version are kept and not shown.
 */
import type { ChannelId, EntryId } from '@snug/shared/protocol/ids.ts';
import type { Opened } from '../chain.ts';
import { EntryIndex } from './entry-index.ts';
import { type Judge, Rights } from './judge.ts';
import type { MessageState } from './message-state.ts';
import { Placement } from './placement.ts';
import { Reading } from './reading.ts';

export class Timeline {
  readonly index = new EntryIndex();
  #states = new Map<EntryId, MessageState>();
  #judge: Judge | undefined;
  #orders = -1;
  #shape = -1;
  #placement: Placement | undefined;

  add(channel: ChannelId, entries: Iterable<Opened>): void {
    for (const entry of entries)
      for (const changed of this.index.add(channel, entry)) this.#states.delete(changed);
  }

  /** The view as these rights and this clock (ms since 1970) make it. To be read before anything more is added. */
  read(judge: Judge, now: number): Reading {
    const { index } = this;
    index.orders.settle(now);
    if (judge !== this.#judge || index.orders.version !== this.#orders) {
      this.#judge = judge;
      this.#orders = index.orders.version;
      this.#states.clear();
      this.#placement = undefined;
    }
    const rights = new Rights(index, judge);
    return new Reading(index, rights, this.#placed(rights), this.#states);
  }

  /** Made anew where messages may stand elsewhere than before; that a thread has grown is told. */
  #placed(rights: Rights): Placement {
    const { index } = this;
    const grown = index.takeGrown();
    const known = this.#shape === index.shape ? this.#placement : undefined;
    if (known && grown.map((root) => known.grows(root)).every(Boolean)) return known;
    const placement = new Placement(index, rights);
    this.#placement = placement;
    this.#shape = index.shape;
    return placement;
  }
}
