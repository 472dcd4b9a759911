import type { Clock, Timer } from './clock.ts';

/** The one timer of a state machine: rings when the machine wants to be woken, however often that moment changes. */
export class Alarm {
  readonly #clock: Clock;
  readonly #leastMs: number;
  readonly #ring: () => void;
  #timer: Timer | undefined;
  #at: number | undefined;

  /** @param leastMs soonest that it rings, so that a machine that always wants to be woken keeps nothing else waiting */
  constructor(clock: Clock, leastMs: number, ring: () => void) {
    this.#clock = clock;
    this.#leastMs = leastMs;
    this.#ring = ring;
  }

  /** `undefined`: not at all. */
  set(at: number | undefined): void {
    if (at === this.#at) return;
    if (this.#timer !== undefined) this.#clock.clearTimeout(this.#timer);
    this.#at = at;
    this.#timer = undefined;
    if (at === undefined) return;
    const ms = Math.max(this.#leastMs, at - this.#clock.now());
    this.#timer = this.#clock.setTimeout(() => {
      this.#timer = undefined;
      this.#at = undefined;
      this.#ring();
    }, ms);
  }
}
