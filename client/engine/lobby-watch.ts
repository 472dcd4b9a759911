/**
 * When to look in a space's lobby for members whom the current topic does not show. A group that has not heard of a new epoch,
 * somebody who was away for months, partitions that removed each other: all of them wait in the lobby, and somebody has to offer
 * a link. Looking costs a server as much as a second topic, so it is done now and then.
 */

/** Alone, first after so long, then every so often; each time for so long, ms. */
const ALONE_MS = { first: 5_000, every: 120_000, look: 30_000 } as const;
/** With others here while somebody who belongs, or belonged, to the space is not, ms. */
const MISSED_MS = { first: 120_000, every: 600_000, look: 20_000 } as const;

export class LobbyWatch {
  readonly #random: () => number;
  #mood: 'alone' | 'missed' | 'content' = 'content';
  /** When it begins to look, and while it does, until when. */
  #from = Number.POSITIVE_INFINITY;
  #until: number | undefined;

  /** @param random in [0, 1): not everybody looks at once */
  constructor(random: () => number) {
    this.#random = random;
  }

  /**
   * Whether to look now.
   * @param linked whether a member is linked
   * @param missed whether there is anybody else to find
   * @param now ms of any clock
   */
  looks(linked: boolean, missed: boolean, now: number): boolean {
    const mood = !missed ? 'content' : linked ? 'missed' : 'alone';
    if (mood !== this.#mood) {
      this.#mood = mood;
      this.#until = undefined;
      this.#from = now + this.#times.first * this.#jitter;
    }
    if (mood === 'content') return false;
    if (this.#until !== undefined && now >= this.#until) {
      this.#until = undefined;
      this.#from = now + this.#times.every * this.#jitter;
    }
    // Also where time has leapt: a device that slept has not looked.
    if (this.#until === undefined && now >= this.#from) this.#until = now + this.#times.look;
    return this.#until !== undefined;
  }

  get #times() {
    return this.#mood === 'alone' ? ALONE_MS : MISSED_MS;
  }

  get #jitter(): number {
    return 0.75 + this.#random() / 2;
  }
}
