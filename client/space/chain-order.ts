/**
 * The order of what people see: `max(hlc, 1 + order of refs and prev)`, then id; a pure function of the entries held and
 * the viewer's clock. An `hlc` more than five minutes past that clock does not count while it is so, and is never
 * inherited: one far-off clock cannot drag a channel along.
 */

/** How far another's clock may be ahead before it is not believed, ms. */
export const CLOCK_AHEAD_MS = 5 * 60_000;

/** Where an entry stands. Its values change as others arrive and as the clock goes: see {@link Orders.version}. */
export interface Standing {
  readonly order: number;
  /** Its author's clock is more than five minutes ahead of the viewer's. */
  readonly farOff: boolean;
}

interface Node {
  order: number;
  farOff: boolean;
  /** `undefined` as long as the entry is only named by others. */
  hlc: number | undefined;
  /** Entries that name this one. */
  after: Node[] | undefined;
  /** How many held ones it names: counted anew for each pass over all. */
  waitsFor: number;
}

export class Orders {
  readonly #nodes = new Map<string, Node>();
  #fresh: (readonly [Node, readonly string[]])[] = [];
  #version = 0;
  #stale = false;
  /**
   * Orders hold as long as the viewer's clock believes the same entries: its horizon (clock and five minutes) is not below
   * the furthest clock that counted and below the nearest that did not.
   */
  #horizon = 0;
  #counted = 0;
  #nextToCount = Number.POSITIVE_INFINITY;

  /**
   * Takes an entry in by its tip, with the tips of those it names. Its standing holds after the next {@link settle}.
   * An entry that is known already stays as it was.
   */
  add(tip: string, hlc: number, names: readonly string[]): Standing {
    const node = this.#node(tip);
    if (node.hlc !== undefined) return node;
    node.hlc = hlc;
    this.#fresh.push([node, names]);
    return node;
  }

  /** Changes whenever standings given before may be others now. */
  get version(): number {
    return this.#version;
  }

  /** Brings every standing up to what is held and to the clock, ms since 1970. */
  settle(now: number): void {
    const horizon = now + CLOCK_AHEAD_MS;
    if (horizon < this.#counted || horizon >= this.#nextToCount) this.#stale = true;
    this.#horizon = horizon;
    for (const [node, names] of this.#fresh) {
      let order = this.#own(node);
      for (const name of names) {
        const before = this.#node(name);
        if (before.after) before.after.push(node);
        else before.after = [node];
        if (before.hlc !== undefined) order = Math.max(order, 1 + before.order);
      }
      node.order = order;
      // Whoever named it before it came, and does not stand behind it: with honest clocks that is nobody.
      if (node.after?.some((later) => later.order <= order)) this.#stale = true;
    }
    this.#fresh = [];
    if (this.#stale) this.#anew();
  }

  #node(tip: string): Node {
    const known = this.#nodes.get(tip);
    if (known) return known;
    const node = { order: 0, farOff: false, hlc: undefined, after: undefined, waitsFor: 0 };
    this.#nodes.set(tip, node);
    return node;
  }

  /** What an entry's own clock gives it. */
  #own(node: Node): number {
    const hlc = node.hlc ?? 0;
    node.farOff = hlc > this.#horizon;
    if (node.farOff) this.#nextToCount = Math.min(this.#nextToCount, hlc);
    else this.#counted = Math.max(this.#counted, hlc);
    return node.farOff ? 0 : hlc;
  }

  /** Kahn's topological order: without recursion, as chains are as long as channels. Names are hashes, so there is no cycle. */
  #anew(): void {
    this.#stale = false;
    this.#version++;
    this.#counted = 0;
    this.#nextToCount = Number.POSITIVE_INFINITY;
    const held = [...this.#nodes.values()].filter((node) => node.hlc !== undefined);
    for (const node of held) {
      node.order = this.#own(node);
      node.waitsFor = 0;
    }
    for (const node of held) for (const later of node.after ?? []) later.waitsFor++;
    const ready = held.filter((node) => node.waitsFor === 0);
    for (let node = ready.pop(); node; node = ready.pop()) {
      for (const later of node.after ?? []) {
        later.order = Math.max(later.order, 1 + node.order);
        if (--later.waitsFor === 0) ready.push(later);
      }
    }
  }
}

/**
 * Puts what has just come into a sorted list, in place. What belongs together at one spot, at the end nearly always, costs no
 * more than its place; else what stands behind that spot is merged with it, in linear time.
 */
export function mergeInto<T>(
  list: T[],
  fresh: readonly T[],
  compare: (a: T, b: T) => number,
): void {
  const sorted = fresh.toSorted(compare);
  const [first] = sorted;
  const last = sorted.at(-1);
  if (first === undefined || last === undefined) return;
  const behind = list.splice(firstBehind(list, first, compare));
  const [next] = behind;
  if (next === undefined || compare(last, next) < 0) {
    append(list, sorted);
    append(list, behind);
    return;
  }
  let at = 0;
  for (const one of behind) {
    for (
      let before = sorted[at];
      before !== undefined && compare(before, one) < 0;
      before = sorted[++at]
    )
      list.push(before);
    list.push(one);
  }
  append(list, at === 0 ? sorted : sorted.slice(at));
}

/** Where the first of a sorted list stands that comes behind one. */
function firstBehind<T>(list: readonly T[], one: T, compare: (a: T, b: T) => number): number {
  const last = list.at(-1);
  if (last === undefined || compare(last, one) < 0) return list.length;
  let [low, high] = [0, list.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    const at = list[middle];
    if (at !== undefined && compare(at, one) < 0) low = middle + 1;
    else high = middle;
  }
  return low;
}

function append<T>(list: T[], more: readonly T[]): void {
  for (const one of more) list.push(one);
}
