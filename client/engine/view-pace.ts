/** How often the screen is told: at once when it has been quiet; else gathered, so a burst is not drawn entry by entry. */
import type { Timer, WallClock } from '../mesh/clock.ts';

/** Least time between two views, ms. */
const VIEW_MS = 25;
/** After so many one upon the other, as when a long absence is caught up on: to draw takes more than to read what came. */
const BURST_VIEWS = 8;
const BURST_VIEW_MS = 250;

export class ViewPace {
  readonly #clock: WallClock;
  readonly #show: () => void;
  #timer: Timer | undefined;
  #due = false;
  /** Views that came as soon after the one before as they may. */
  #burst = 0;
  #shownAt = 0;
  #closed = false;

  /** @param show draws all that there is */
  constructor(clock: WallClock, show: () => void) {
    this.#clock = clock;
    this.#show = show;
  }

  /** Something is to be seen. */
  soon(): void {
    if (this.#timer !== undefined || this.#due || this.#closed) return;
    const least = this.#burst < BURST_VIEWS ? VIEW_MS : BURST_VIEW_MS;
    const wait = Math.min(least, this.#shownAt + least - this.#clock.now());
    if (wait > 0) {
      this.#timer = this.#clock.setTimeout(() => {
        this.#burst++;
        this.now();
      }, wait);
      return;
    }
    this.#burst = 0;
    // After whatever else the same event changes, and without a timer's least wait.
    this.#due = true;
    queueMicrotask(() => {
      if (this.#due) this.now();
    });
  }

  now(): void {
    this.#clock.clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#due = false;
    this.#shownAt = this.#clock.now();
    if (!this.#closed) this.#show();
  }

  close(): void {
    this.#closed = true;
    this.#clock.clearTimeout(this.#timer);
  }
}
