/**
 * Order and gaps of a channel: a pure function of the entries held and the viewer's clock, never of the order in
 * which they came. Order is `max(hlc, 1 + order of refs and prev)`, then id. An `hlc` more than five minutes past
 * the viewer's own clock does not count while it is so, and is never inherited: one far-off clock cannot drag a channel
 * along.
 */
import { type Bytes, fromBase64url, toHex } from '@snug/shared/crypto/bytes.ts';
import type { Body } from '@snug/shared/entries/body.ts';
import type { EntryId, PeerId } from '@snug/shared/protocol/ids.ts';

/** How far another's clock may be ahead before it is not believed, ms. */
export const CLOCK_AHEAD_MS = 5 * 60_000;

/** Bodies number up to here. */
const MAX_N = 2 ** 32 - 1;

export interface Opened {
  readonly id: EntryId;
  readonly author: PeerId;
  readonly body: Body;
}

export interface Placed extends Opened {
  readonly order: number;
  readonly farOff: boolean;
}

/** First 16 bytes of an entry's id, as `prev` names it. */
export function tipOf(id: EntryId): Bytes {
  return fromBase64url(id).slice(0, 16);
}

export class Chain {
  readonly #byTip = new Map<string, Opened>();
  readonly #byAuthor = new Map<PeerId, Opened[]>();
  /** Each author's entries that none of their own continues. */
  readonly #tips = new Map<PeerId, Map<string, Opened>>();
  /** `author tip` that a later entry of the same author continues, and tips that anything names. */
  readonly #continued = new Set<string>();
  readonly #named = new Set<string>();
  /** Entries that continue one that has not arrived. */
  readonly #orphaned = new Set<Opened>();
  /** Tips of entries that are held with everything before them; and by tip, what waits for it to be one. */
  readonly #whole = new Set<string>();
  readonly #awaiting = new Map<string, (readonly [string, Opened])[]>();
  /** Each author's whole entry with the greatest `n`. */
  readonly #wholeUpTo = new Map<PeerId, Opened>();
  readonly #greatest = new Map<PeerId, number>();
  #latestClock = 0;
  readonly #orders = new Map<string, number>();
  /**
   * Orders hold as long as the viewer's clock believes the same entries: its horizon (clock and five minutes) is not below
   * the furthest clock that counted and below the nearest that did not.
   */
  #counted = 0;
  #nextToCount = Number.POSITIVE_INFINITY;
  #horizon = 0;
  #placed: Placed[] | undefined;
  #gaps: Map<PeerId, number> | undefined;

  get size(): number {
    return this.#byTip.size;
  }

  add(entry: Opened): void {
    const tip = toHex(tipOf(entry.id));
    if (this.#byTip.has(tip)) return;
    this.#byTip.set(tip, entry);
    this.#gaps = undefined;
    const own = this.#byAuthor.get(entry.author);
    if (own) own.push(entry);
    else this.#byAuthor.set(entry.author, [entry]);
    this.#greatest.set(entry.author, Math.max(this.#greatest.get(entry.author) ?? 0, entry.body.n));
    this.#latestClock = Math.max(this.#latestClock, entry.body.hlc);
    const tips = this.#tips.get(entry.author) ?? new Map<string, Opened>();
    this.#tips.set(entry.author, tips);
    if (!this.#continued.has(`${entry.author} ${tip}`)) tips.set(tip, entry);
    const previous = entry.body.prev.map(toHex);
    for (const prev of previous) {
      this.#continued.add(`${entry.author} ${prev}`);
      tips.delete(prev);
    }
    if (!previous.every((prev) => this.#byTip.has(prev))) this.#orphaned.add(entry);
    this.#completes(tip, entry);
    for (const name of namesIn(entry.body)) this.#named.add(name);
    // Whoever named it before it came was placed without it.
    if (this.#named.has(tip)) {
      for (const orphan of this.#orphaned)
        if (!this.#isOrphaned(orphan)) this.#orphaned.delete(orphan);
      this.#forgetOrders();
    } else if (this.#placed) this.#insert(this.#placed, this.#place(tip, entry));
  }

  /** Without recursion: what waits may be a long row. */
  #completes(first: string, entry: Opened): void {
    const open: (readonly [string, Opened])[] = [[first, entry]];
    for (let next = open.pop(); next; next = open.pop()) {
      const [tip, { author, body }] = next;
      const lacking = body.prev.map(toHex).find((prev) => !this.#whole.has(prev));
      if (lacking !== undefined) {
        const waiting = this.#awaiting.get(lacking);
        if (waiting) waiting.push(next);
        else this.#awaiting.set(lacking, [next]);
        continue;
      }
      this.#whole.add(tip);
      const before = this.#wholeUpTo.get(author);
      if (!before || body.n > before.body.n) this.#wholeUpTo.set(author, next[1]);
      for (const waiting of this.#awaiting.get(tip) ?? []) open.push(waiting);
      this.#awaiting.delete(tip);
    }
  }

  /** The newest of an author's entries that is held together with all that come before it. */
  wholeUpTo(author: PeerId): Opened | undefined {
    return this.#wholeUpTo.get(author);
  }

  /** Everything of an author's, as it came. */
  by(author: PeerId): readonly Opened[] {
    return this.#byAuthor.get(author) ?? [];
  }

  /** Those of the entries that one names as its author's previous that are held and are the author's. */
  previous({ author, body }: Opened): readonly Opened[] {
    return body.prev.flatMap((prev) => {
      const before = this.#byTip.get(toHex(prev));
      return before?.author === author ? [before] : [];
    });
  }

  #isOrphaned({ body }: Opened): boolean {
    return !body.prev.every((prev) => this.#byTip.has(toHex(prev)));
  }

  has(id: EntryId): boolean {
    return this.#byTip.has(toHex(tipOf(id)));
  }

  /** A device's entries that none of its own names as previous, and the `n` for its next. */
  next(author: PeerId): { readonly prev: readonly Bytes[]; readonly n: number } {
    const tips = [...(this.#tips.get(author)?.values() ?? [])]
      .sort((a, b) => b.body.n - a.body.n)
      .slice(0, 16);
    const n = Math.min(1 + (this.#greatest.get(author) ?? 0), MAX_N);
    return { prev: tips.map((tip) => tipOf(tip.id)), n };
  }

  /** All entries in the order in which people see them. */
  placed(now: number): readonly Placed[] {
    const horizon = now + CLOCK_AHEAD_MS;
    if (horizon < this.#counted || horizon >= this.#nextToCount) this.#forgetOrders();
    this.#horizon = horizon;
    this.#placed ??= [...this.#byTip].map(([tip, entry]) => this.#place(tip, entry)).sort(compare);
    return this.#placed;
  }

  #place(tip: string, entry: Opened): Placed {
    const farOff = entry.body.hlc > this.#horizon;
    return { ...entry, order: this.#order(tip, this.#horizon), farOff };
  }

  /** Most entries come last. */
  #insert(placed: Placed[], entry: Placed): void {
    let at = placed.length;
    for (let before = placed[at - 1]; before && compare(entry, before) < 0; before = placed[at - 1])
      at--;
    placed.splice(at, 0, entry);
  }

  #forgetOrders(): void {
    this.#orders.clear();
    this.#counted = 0;
    this.#nextToCount = Number.POSITIVE_INFINITY;
    this.#placed = undefined;
  }

  /** The clock of a new entry: the wall's, or just past what is seen, never dragged further by others than allowed. */
  tick(now: number): number {
    const horizon = now + CLOCK_AHEAD_MS;
    let newest = this.#latestClock;
    if (newest > horizon) {
      newest = 0;
      for (const [, { body }] of this.#byTip)
        if (body.hlc <= horizon) newest = Math.max(newest, body.hlc);
    }
    return Math.max(now, Math.min(newest + 1, horizon));
  }

  /** How many of each author's entries their later ones build on that have not arrived. */
  gaps(): ReadonlyMap<PeerId, number> {
    this.#gaps ??= this.#countGaps();
    return this.#gaps;
  }

  #countGaps(): Map<PeerId, number> {
    const gaps = new Map<PeerId, number>();
    for (const [author, orphaned] of Map.groupBy(this.#orphaned, (entry) => entry.author)) {
      const numbers = (this.#byAuthor.get(author) ?? [])
        .map((entry) => entry.body.n)
        .sort((a, b) => a - b);
      const named = new Set(orphaned.flatMap((e) => e.body.prev.map(toHex)));
      const unheld = [...named].filter((tip) => !this.#byTip.has(tip)).length;
      let missing = 0;
      for (const entry of orphaned) {
        const below = numbers[numbers.indexOf(entry.body.n) - 1] ?? 0;
        missing += Math.max(0, entry.body.n - 1 - below);
      }
      // At least those that are named: of a device that wrote two side by side, the numbers hide one.
      gaps.set(author, Math.max(missing, unheld));
    }
    return gaps;
  }

  /** Depth first without recursion: chains are as long as channels. A cycle cannot be made, as names are hashes. */
  #order(start: string, horizon: number): number {
    const open = [start];
    while (open.length > 0) {
      const tip = open[open.length - 1];
      if (tip === undefined) break;
      const entry = this.#byTip.get(tip);
      if (!entry || this.#orders.has(tip)) {
        open.pop();
        continue;
      }
      const before = namesIn(entry.body).filter((name) => this.#byTip.has(name));
      const waiting = before.filter((name) => !this.#orders.has(name));
      if (waiting.length > 0) {
        open.push(...waiting);
        continue;
      }
      const { hlc } = entry.body;
      const farOff = hlc > horizon;
      if (farOff) this.#nextToCount = Math.min(this.#nextToCount, hlc);
      else this.#counted = Math.max(this.#counted, hlc);
      const own = farOff ? 0 : hlc;
      const inherited = Math.max(0, ...before.map((name) => 1 + (this.#orders.get(name) ?? 0)));
      this.#orders.set(tip, Math.max(own, inherited));
      open.pop();
    }
    return this.#orders.get(start) ?? 0;
  }
}

/** The tips, as hex, of what a body builds on: the author's own previous entries and what it refers to. */
function namesIn(body: Body): string[] {
  return [...body.prev.map(toHex), ...body.refs.map((ref) => toHex(ref.subarray(0, 16)))];
}

function compare(a: Placed, b: Placed): number {
  return a.order - b.order || (a.id < b.id ? -1 : 1);
}
