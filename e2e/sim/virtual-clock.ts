/** Time that passes only by events: a queue of what happens when, ordered by time and then by who asked first. */

interface Happening {
  readonly at: number;
  readonly order: number;
  readonly run: () => void;
}

const before = (a: Happening, b: Happening) => a.at < b.at || (a.at === b.at && a.order < b.order);

export class VirtualClock {
  readonly #heap: Happening[] = [];
  #now = 0;
  #order = 0;
  #happened = 0;

  /** ms since the run began. */
  get now(): number {
    return this.#now;
  }

  /** How many events have been run. */
  get happened(): number {
    return this.#happened;
  }

  /** @param at ms; a time that has passed means now, after all that is due now */
  at(at: number, run: () => void): void {
    const one: Happening = { at: Math.max(at, this.#now), order: this.#order++, run };
    const heap = this.#heap;
    let i = heap.length;
    heap.push(one);
    while (i > 0) {
      const up = (i - 1) >> 1;
      const parent = heap[up];
      if (parent === undefined || !before(one, parent)) break;
      heap[i] = parent;
      i = up;
    }
    heap[i] = one;
  }

  after(ms: number, run: () => void): void {
    this.at(this.#now + ms, run);
  }

  /** Runs everything up to and at this time. */
  runUntil(end: number): void {
    for (let next = this.#heap[0]; next !== undefined && next.at <= end; next = this.#heap[0]) {
      this.#removeFirst();
      this.#now = next.at;
      this.#happened++;
      next.run();
    }
    this.#now = Math.max(this.#now, end);
  }

  #removeFirst(): void {
    const heap = this.#heap;
    const last = heap.pop();
    if (last === undefined || heap.length === 0) return;
    let i = 0;
    for (;;) {
      let child = 2 * i + 1;
      let smaller = heap[child];
      if (smaller === undefined) break;
      const right = heap[child + 1];
      if (right !== undefined && before(right, smaller)) {
        smaller = right;
        child++;
      }
      if (!before(smaller, last)) break;
      heap[i] = smaller;
      i = child;
    }
    heap[i] = last;
  }
}

/** Least time between two wakings of one machine, ms: the overlay's in its real driver. */
const LEAST_PAUSE_MS = 10;

/** Wakes a machine at its `wakeAt`, which moves with every input. */
export class Alarm {
  readonly #clock: VirtualClock;
  readonly #run: () => void;
  #due: number | undefined;
  /** When the event that counts is queued; others that are still queued are stale. */
  #queued: number | undefined;
  #ranAt = Number.NEGATIVE_INFINITY;
  #stopped = false;

  constructor(clock: VirtualClock, run: () => void) {
    this.#clock = clock;
    this.#run = run;
  }

  set(wakeAt: number | undefined): void {
    if (this.#stopped) return;
    this.#due = undefined;
    if (wakeAt === undefined) return;
    this.#due = Math.max(wakeAt, this.#clock.now, this.#ranAt + LEAST_PAUSE_MS);
    if (this.#queued !== undefined && this.#queued <= this.#due) return;
    this.#queue(this.#due);
  }

  stop(): void {
    this.#stopped = true;
    this.#due = undefined;
  }

  #queue(at: number): void {
    this.#queued = at;
    this.#clock.at(at, () => {
      if (this.#queued !== at) return;
      this.#queued = undefined;
      if (this.#due === undefined) return;
      if (this.#due > at) return this.#queue(this.#due);
      this.#due = undefined;
      this.#ranAt = at;
      this.#run();
    });
  }
}
