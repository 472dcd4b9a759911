import { type Rate, TokenBucket } from '@snug/shared/protocol/token-bucket.ts';

/** STUN requests a second. A source is an address; behind a large NAT many peers share one. */
export const STUN_LIMITS = {
  perSource: { perSecond: 50, burst: 500 },
  total: { perSecond: 4000, burst: 8000 },
  /** Sources remembered; the one first seen is forgotten for the next. */
  sources: 10_000,
} as const;

/** Lets requests through by source and in all, in memory that does not grow with the number of sources. */
export class SourceLimiter {
  readonly #sources = new Map<string, TokenBucket>();
  readonly #total: TokenBucket;
  readonly #limits: { perSource: Rate; total: Rate; sources: number };

  constructor(
    now: number,
    limits: { perSource: Rate; total: Rate; sources: number } = STUN_LIMITS,
  ) {
    this.#limits = limits;
    this.#total = new TokenBucket(limits.total, now);
  }

  /** How many sources are remembered. */
  get size(): number {
    return this.#sources.size;
  }

  take(source: string, now: number): boolean {
    let bucket = this.#sources.get(source);
    if (bucket === undefined) {
      const oldest = this.#sources.keys().next();
      if (this.#sources.size >= this.#limits.sources && !oldest.done) {
        this.#sources.delete(oldest.value);
      }
      bucket = new TokenBucket(this.#limits.perSource, now);
      this.#sources.set(source, bucket);
    }
    // The source's own first: one that asks too often must not use up what is there for all.
    return bucket.take(1, now) && this.#total.take(1, now);
  }
}
