/** How often the screen is told: at once when it has been quiet; else gathered, so a burst is not drawn entry by entry. */
import type { Timer, WallClock } from '../mesh/clock.ts';

/** Least time between two views, ms. */
const VIEW_MS = 25;
/** After so many one upon the other, as when many speak at once: to draw takes more than to read what came. */
const BURST_VIEWS = 8;
const BURST_VIEW_MS = 250;
/**
 * While a long absence is caught up on, ms: nobody reads what goes by then, and to draw it takes the time in which the
 * rest of it could be judged.
 */
const CATCHING_UP_VIEW_MS = 1_000;

export class ViewPace {
  readonly #clock: WallClock;
  readonly #show: () => void;
  readonly #isCatchingUp: () => boolean;
  #timer: Timer | undefined;
  /** When the timer goes off. */
  #timerAt = 0;
  #due = false;
  /** Views that came as soon after the one before as they may. */
  #burst = 0;
  #shownAt = 0;
  #closed = false;

  /**
   * @param show draws all that there is
   * @param isCatchingUp whether much more is about to be seen; `soon` is to be called once it no longer is
   */
  constructor(clock: WallClock, show: () => void, isCatchingUp: () => boolean = () => false) {
    this.#clock = clock;
    this.#show = show;
    this.#isCatchingUp = isCatchingUp;
  }

  /** Something is to be seen. */
  soon(): void {
    if (this.#due || this.#closed) return;
    const least = this.#least;
    const now = this.#clock.now();
    const wait = Math.min(least, this.#shownAt + least - now);
    if (wait > 0) return this.#after(wait, now);
    // A timer that is only late goes off next; one that is far off was set while there was more to come.
    if (this.#timer !== undefined && this.#timerAt <= now) return;
    this.#burst = 0;
    // After whatever else the same event changes, and without a timer's least wait.
    this.#due = true;
    queueMicrotask(() => {
      if (this.#due) this.now();
    });
  }

  get #least(): number {
    if (this.#isCatchingUp()) return CATCHING_UP_VIEW_MS;
    return this.#burst < BURST_VIEWS ? VIEW_MS : BURST_VIEW_MS;
  }

  /** In so many ms, or when it was meant to be before if that is sooner. */
  #after(wait: number, now: number): void {
    if (this.#timer !== undefined && this.#timerAt <= now + wait) return;
    this.#clock.clearTimeout(this.#timer);
    this.#timerAt = now + wait;
    this.#timer = this.#clock.setTimeout(() => {
      this.#burst++;
      this.now();
    }, wait);
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
