/** The attempts at a direct path within one session, by number. At most a few live at once. */

export interface Attempt {
  readonly number: number;
  readonly startedAt: number;
  open: boolean;
  heardAt: number;
  /** When a later attempt has taken over and what was under way here has had time to come, ms. */
  retireAt: number | undefined;
}

export class DirectAttempts {
  readonly #live = new Map<number, Attempt>();
  #latest = 0;

  /** The highest number so far, 0 before the first. */
  get latest(): number {
    return this.#latest;
  }

  /** Up to which number all are given up, 0 for none. */
  get lost(): number {
    const first = this.#live.keys().next();
    return first.done === true ? this.#latest : first.value - 1;
  }

  /** Numbers only rise: false for one that has been, or has been passed. */
  begin(number: number, now: number): boolean {
    if (number <= this.#latest) return false;
    this.#latest = number;
    const attempt = { number, startedAt: now, open: false, heardAt: now, retireAt: undefined };
    this.#live.set(number, attempt);
    return true;
  }

  /** Takes a number for an offer or answer that brings no direct path. */
  skip(number: number): void {
    this.#latest = Math.max(this.#latest, number);
  }

  get(number: number): Attempt | undefined {
    return this.#live.get(number);
  }

  /** Forgets one; true if it was live. */
  end(number: number): boolean {
    return this.#live.delete(number);
  }

  get all(): readonly Attempt[] {
    return [...this.#live.values()];
  }

  /** The latest that is open. */
  get best(): Attempt | undefined {
    return this.all.filter((attempt) => attempt.open).at(-1);
  }

  get connecting(): readonly Attempt[] {
    return this.all.filter((attempt) => !attempt.open);
  }
}
