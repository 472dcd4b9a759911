/** Reads a place from its newest end: what was said there, what was moved there, and what was moved away. */
import { compareItems, type MessageItem } from './entry-index.ts';
import type { Moved } from './placement.ts';

export type Next = { readonly from: number; readonly item: MessageItem } | Moved;

/** Three lists, each oldest first, taken together from their ends. */
export class Backwards {
  readonly #lists: readonly [readonly MessageItem[], readonly MessageItem[], readonly Moved[]];
  readonly #at: [number, number, number];

  constructor(lists: readonly [readonly MessageItem[], readonly MessageItem[], readonly Moved[]]) {
    this.#lists = lists;
    this.#at = [lists[0].length, lists[1].length, lists[2].length];
  }

  next(): Next | undefined {
    const [said, arrived, left] = this.#lists;
    const ends = [
      said[this.#at[0] - 1],
      arrived[this.#at[1] - 1],
      left[this.#at[2] - 1]?.item,
    ] as const;
    let newest: 0 | 1 | 2 | undefined;
    for (const list of [0, 1, 2] as const) {
      const item = ends[list];
      const best = newest === undefined ? undefined : ends[newest];
      if (item && (!best || compareItems(item, best) > 0)) newest = list;
    }
    if (newest === undefined) return undefined;
    this.#at[newest]--;
    if (newest === 2) return left[this.#at[2]];
    const item = ends[newest];
    return item && { from: newest, item };
  }
}
