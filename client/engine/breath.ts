/** Long work on the engine's thread lets everything else have its turn now and then. */
import type { Clock } from '../mesh/clock.ts';

/** Longest without a turn for others, ms. */
const HELD_MS = 8;

export class Breath {
  readonly #clock: Clock;
  #since: number;

  /** @param clock one that only goes forward */
  constructor(clock: Clock) {
    this.#clock = clock;
    this.#since = clock.now();
  }

  /** To be awaited between small pieces of the work. */
  async taken(): Promise<void> {
    if (this.#clock.now() - this.#since < HELD_MS) return;
    await new Promise<void>((resolve) => void this.#clock.setTimeout(resolve, 0));
    this.#since = this.#clock.now();
  }
}
