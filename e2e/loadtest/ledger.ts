/** Keeps account of every delivery: who has which message, since when, and how often. */

/** Bounds of the histogram, ms, about four to an octave. */
const BOUNDS = Array.from({ length: 96 }, (_, i) => Number((0.25 * 2 ** (i / 4)).toPrecision(3)));

export class Ledger {
  readonly #messages: number;
  readonly #writtenAt = new Map<number, number>();
  /** By peer: by message, when it was first seen. */
  readonly #seen = new Map<number, Map<number, number>>();
  readonly #writers: ReadonlyMap<number, number>;
  readonly #hereSince = new Map<number, number>();
  #delivered = 0;
  #repeated = 0;
  #lastAtMs = 0;

  /**
   * @param peers indices of all who are to get each message
   * @param writers of each message, by its number
   */
  constructor(peers: readonly number[], writers: ReadonlyMap<number, number>) {
    for (const peer of peers) this.#seen.set(peer, new Map());
    this.#writers = writers;
    this.#messages = writers.size;
  }

  /** From now on it counts for latency what this peer sees. */
  here(peer: number, atMs: number): void {
    this.#hereSince.set(peer, atMs);
  }

  written(message: number, atMs: number): void {
    this.#writtenAt.set(message, atMs);
  }

  seen(peer: number, message: number, atMs: number): void {
    const own = this.#seen.get(peer);
    const writer = this.#writers.get(message);
    if (own === undefined || writer === undefined) return;
    if (own.has(message)) {
      this.#repeated++;
      return;
    }
    own.set(message, atMs);
    if (writer === peer) return;
    this.#delivered++;
    this.#lastAtMs = Math.max(this.#lastAtMs, atMs);
  }

  /** To others than the writer. */
  get deliveries(): number {
    return this.#messages * (this.#seen.size - 1);
  }

  get delivered(): number {
    return this.#delivered;
  }

  /** Shown once more to somebody, the writer included. */
  get repeated(): number {
    return this.#repeated;
  }

  get lastDeliveryAtMs(): number {
    return this.#lastAtMs;
  }

  /** Deliveries to these peers alone. */
  deliveredTo(peers: ReadonlySet<number>): number {
    let sum = 0;
    for (const [peer, messages] of this.#seen)
      if (peers.has(peer))
        for (const message of messages.keys()) if (this.#writers.get(message) !== peer) sum++;
    return sum;
  }

  /** Who lacks what: a sentence for each of the first few. */
  missing(most: number): readonly string[] {
    const sentences: string[] = [];
    for (const [peer, messages] of this.#seen) {
      const lacks = [...this.#writers.keys()].filter((message) => !messages.has(message));
      if (lacks.length > 0)
        sentences.push(
          `Peer ${peer} lacks ${lacks.length} of ${this.#messages} messages: ${lacks.slice(0, 8).join(', ')}${lacks.length > 8 ? '…' : ''}.`,
        );
    }
    return sentences.slice(0, most);
  }

  /** From the call that writes to the other's view, ms, of those who were there when it was written. */
  get latencies(): readonly number[] {
    const all: number[] = [];
    for (const [peer, messages] of this.#seen) {
      const since = this.#hereSince.get(peer) ?? Number.POSITIVE_INFINITY;
      for (const [message, atMs] of messages) {
        const writtenAt = this.#writtenAt.get(message);
        if (this.#writers.get(message) === peer || writtenAt === undefined) continue;
        if (writtenAt >= since) all.push(Math.max(0, atMs - writtenAt));
      }
    }
    return all;
  }
}

/** Counts by latency, without the empty buckets at either end. */
export function histogram(
  latencies: readonly number[],
): readonly { readonly belowMs: number; readonly count: number }[] {
  const sorted = [...latencies].sort((a, b) => a - b);
  const buckets: { belowMs: number; count: number }[] = [];
  let from = 0;
  for (const belowMs of BOUNDS) {
    let to = from;
    while (to < sorted.length && (sorted[to] ?? 0) < belowMs) to++;
    if (to > 0) buckets.push({ belowMs, count: to - from });
    from = to;
    if (to === sorted.length) break;
  }
  return buckets;
}
