/**
 * How late things come in one group of the broadcast tree: how long after somebody announced an entry it came by itself, and how
 * long those who were asked for one took. What the tree waits for it waits for in proportion to this, as TCP does with its
 * retransmission timer (RFC 6298): where everybody is slow, to ask again for what is on its way makes all of them slower still.
 *
 * It is the longest of late, forgotten by half in each {@link HALF_MS}: of what is slow now and then the mean knows nothing.
 */

/** What was late is forgotten by half in so long, ms. */
const HALF_MS = 30_000;
/** Waited for beyond the longest of late, so many times as long. */
const MARGIN = 2;
/** Nobody makes this device wait longer for anything, ms. */
export const MOST_PATIENCE_MS = 15_000;

export class Lateness {
  #longest = 0;
  #at = 0;

  /** Something came so long after it was announced or asked for. */
  took(ms: number, now: number): void {
    const longest = Math.max(Math.min(ms, MOST_PATIENCE_MS), this.#now(now));
    this.#longest = longest;
    this.#at = now;
  }

  /** How long to wait for what usually comes within `usual`, ms. */
  patience(usual: number, now: number): number {
    return Math.max(usual, Math.min(MARGIN * this.#now(now), MOST_PATIENCE_MS));
  }

  #now(now: number): number {
    return this.#longest * 0.5 ** (Math.max(0, now - this.#at) / HALF_MS);
  }
}
