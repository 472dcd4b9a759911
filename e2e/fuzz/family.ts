/** A kind of hostile input, and what it is given to. */
import type { SeededRandom } from '../sim/seeded-random.ts';
import type { Tally } from './tally.ts';

export interface Run {
  /** How many cases to make. */
  readonly cases: number;
  readonly random: SeededRandom;
  readonly tally: Tally;
}

export interface Family {
  readonly name: string;
  /** Part of a run's cases. */
  readonly share: number;
  readonly run: (run: Run) => Promise<void>;
}

/** Lets timers and the heartbeat have their turn. */
export const breathe = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
