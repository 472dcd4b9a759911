/** How fast a bucket fills, and how much it holds. The unit is the caller's: events, bytes. */
export interface Rate {
  readonly perSecond: number;
  readonly burst: number;
}

/** A token bucket without a timer: it is full at first, and fills by the clock that each call brings. */
export class TokenBucket {
  readonly #rate: Rate;
  #tokens: number;
  #at: number;

  /** `now` in milliseconds, of the same clock as in every later call. */
  constructor(rate: Rate, now: number) {
    this.#rate = rate;
    this.#tokens = rate.burst;
    this.#at = now;
  }

  /** Takes `cost` tokens, or none when there are too few. A clock that goes back adds nothing. */
  take(cost: number, now: number): boolean {
    if (!this.holds(cost, now)) return false;
    this.#tokens -= cost;
    return true;
  }

  /** Whether there are so many, which is asked before what may turn out to cost nothing. */
  holds(cost: number, now: number): boolean {
    const elapsed = Math.max(0, now - this.#at) / 1000;
    this.#tokens = Math.min(this.#rate.burst, this.#tokens + elapsed * this.#rate.perSecond);
    this.#at = now;
    return this.#tokens >= cost;
  }
}
