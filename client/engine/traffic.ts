/** What a device has sent and received over its links since it started, by what it was for. */
import type { TrafficClass } from '../mesh/frames/frames.ts';

export interface Flow {
  readonly frames: number;
  /** Of frames as they are handed to links, before these number and seal them. */
  readonly bytes: number;
}

export type Traffic = Readonly<
  Record<TrafficClass, { readonly sent: Flow; readonly received: Flow }>
>;

/** Entries of others that came, from whomever: `pushed` and `repaired` are those that were new, `again` what was held already. */
export interface Arrivals {
  readonly pushed: number;
  readonly repaired: number;
  readonly again: number;
}

interface Counts {
  frames: number;
  bytes: number;
}

const none = () => ({ sent: { frames: 0, bytes: 0 }, received: { frames: 0, bytes: 0 } });

export class TrafficCounter {
  readonly #counts: Record<TrafficClass, { sent: Counts; received: Counts }> = {
    entries: none(),
    tree: none(),
    receipts: none(),
    presence: none(),
    repair: none(),
  };
  readonly #arrivals = { pushed: 0, repaired: 0, again: 0 };

  sent(kind: TrafficClass, bytes: number): void {
    count(this.#counts[kind].sent, bytes);
  }

  received(kind: TrafficClass, bytes: number): void {
    count(this.#counts[kind].received, bytes);
  }

  arrived(how: keyof Arrivals): void {
    this.#arrivals[how]++;
  }

  /** A copy. */
  get arrivals(): Arrivals {
    return { ...this.#arrivals };
  }

  /** A copy. */
  get totals(): Traffic {
    return structuredClone(this.#counts);
  }
}

function count(counts: Counts, bytes: number): void {
  counts.frames++;
  counts.bytes += bytes;
}
