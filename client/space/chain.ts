/** What one channel's entries, or the settings', make together: their order, each device's tips, and the gaps between them. */
import { type Bytes, fromBase64url, toHex } from '@snug/shared/crypto/bytes.ts';
import type { Body } from '@snug/shared/entries/body.ts';
import type { EntryId, PeerId } from '@snug/shared/protocol/ids.ts';
import { CLOCK_AHEAD_MS, mergeInto, Orders, type Standing } from './chain-order.ts';

export { CLOCK_AHEAD_MS };

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

/** The tips, as hex, of what a body builds on: the author's own previous entries and what it refers to. */
export function namesIn(body: Body): string[] {
  return [...body.prev.map(toHex), ...body.refs.map((ref) => toHex(ref.subarray(0, 16)))];
}

export class Chain {
  readonly #byTip = new Map<string, Opened>();
  /** In the order in which they came. */
  readonly #entries: Opened[] = [];
  readonly #byAuthor = new Map<PeerId, Opened[]>();
  /** Each author's entries that none of their own continues. */
  readonly #tips = new Map<PeerId, Map<string, Opened>>();
  /** `author tip` that a later entry of the same author continues. */
  readonly #continued = new Set<string>();
  /** Entries that continue some that have not arrived, with how many; and by tip, which wait for it. */
  readonly #orphaned = new Map<Opened, number>();
  readonly #missed = new Map<string, Opened[]>();
  /** Tips of entries that are held with everything before them; and by tip, what waits for it to be one. */
  readonly #whole = new Set<string>();
  readonly #awaiting = new Map<string, (readonly [string, Opened])[]>();
  /** Each author's whole entry with the greatest `n`. */
  readonly #wholeUpTo = new Map<PeerId, Opened>();
  readonly #greatest = new Map<PeerId, number>();
  #latestClock = 0;
  readonly #orders = new Orders();
  readonly #standings: Standing[] = [];
  #placed: Placed[] = [];
  /** How many of the entries are placed, and by which version of the orders. */
  #placedUpTo = 0;
  #placedBy = -1;
  #gaps: Map<PeerId, number> | undefined;

  get size(): number {
    return this.#byTip.size;
  }

  /** In the order in which they came: grows at its end only. */
  get entries(): readonly Opened[] {
    return this.#entries;
  }

  add(entry: Opened): void {
    const tip = toHex(tipOf(entry.id));
    if (this.#byTip.has(tip)) return;
    this.#byTip.set(tip, entry);
    this.#entries.push(entry);
    this.#gaps = undefined;
    const own = this.#byAuthor.get(entry.author);
    if (own) own.push(entry);
    else this.#byAuthor.set(entry.author, [entry]);
    this.#greatest.set(entry.author, Math.max(this.#greatest.get(entry.author) ?? 0, entry.body.n));
    this.#latestClock = Math.max(this.#latestClock, entry.body.hlc);
    const tips = this.#tips.get(entry.author) ?? new Map<string, Opened>();
    this.#tips.set(entry.author, tips);
    if (!this.#continued.has(`${entry.author} ${tip}`)) tips.set(tip, entry);
    const previous = new Set(entry.body.prev.map(toHex));
    for (const prev of previous) {
      this.#continued.add(`${entry.author} ${prev}`);
      tips.delete(prev);
    }
    this.#completes(tip, entry);
    this.#misses(entry, [...previous]);
    for (const orphan of this.#missed.get(tip) ?? []) {
      const left = (this.#orphaned.get(orphan) ?? 1) - 1;
      if (left === 0) this.#orphaned.delete(orphan);
      else this.#orphaned.set(orphan, left);
    }
    this.#missed.delete(tip);
    this.#standings.push(this.#orders.add(tip, entry.body.hlc, namesIn(entry.body)));
  }

  #misses(entry: Opened, previous: readonly string[]): void {
    const missing = previous.filter((prev) => !this.#byTip.has(prev));
    if (missing.length === 0) return;
    this.#orphaned.set(entry, missing.length);
    for (const tip of missing) {
      const others = this.#missed.get(tip);
      if (others) others.push(entry);
      else this.#missed.set(tip, [entry]);
    }
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

  /** Those of an author's own entries that are among these tips, or that one of them builds on. Tips as hex. */
  upTo(author: PeerId, tips: Iterable<string>): ReadonlySet<EntryId> {
    const reached = new Set<EntryId>();
    const open = [...tips].flatMap((tip) => this.#byTip.get(tip) ?? []);
    for (let entry = open.pop(); entry; entry = open.pop()) {
      if (entry.author !== author || reached.has(entry.id)) continue;
      reached.add(entry.id);
      open.push(...this.previous(entry));
    }
    return reached;
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
    this.#orders.settle(now);
    if (this.#placedBy !== this.#orders.version) {
      this.#placed = [];
      this.#placedUpTo = 0;
      this.#placedBy = this.#orders.version;
    }
    const fresh: Placed[] = [];
    for (; this.#placedUpTo < this.#entries.length; this.#placedUpTo++) {
      const entry = this.#entries[this.#placedUpTo];
      const standing = this.#standings[this.#placedUpTo];
      if (entry && standing)
        fresh.push({ ...entry, order: standing.order, farOff: standing.farOff });
    }
    mergeInto(this.#placed, fresh, compare);
    return this.#placed;
  }

  /** The clock of a new entry: the wall's, or just past what is seen, never dragged further by others than allowed. */
  tick(now: number): number {
    const horizon = now + CLOCK_AHEAD_MS;
    let newest = this.#latestClock;
    if (newest > horizon) {
      newest = 0;
      for (const { body } of this.#entries)
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
    for (const [author, orphaned] of Map.groupBy(this.#orphaned.keys(), (entry) => entry.author)) {
      const below = new Map<number, number>();
      let before = 0;
      for (const n of (this.#byAuthor.get(author) ?? [])
        .map((entry) => entry.body.n)
        .sort((a, b) => a - b)) {
        if (n !== before) below.set(n, before);
        before = n;
      }
      const named = new Set(orphaned.flatMap((e) => e.body.prev.map(toHex)));
      const unheld = [...named].filter((tip) => !this.#byTip.has(tip)).length;
      let missing = 0;
      for (const { body } of orphaned)
        missing += Math.max(0, body.n - 1 - (below.get(body.n) ?? 0));
      // At least those that are named: of a device that wrote two side by side, the numbers hide one.
      gaps.set(author, Math.max(missing, unheld));
    }
    return gaps;
  }
}

function compare(a: Placed, b: Placed): number {
  return a.order - b.order || (a.id < b.id ? -1 : 1);
}
