/**
 * When this device starts a space's next epoch, or seals the current one to somebody whom its author did not know of. Sans-I/O:
 * what the acts come to and the time in, what to do out.
 *
 * A removal ends what one may write under, so what follows it cannot wait for others to share an epoch: nobody could
 * speak meanwhile, or the removed would read on. It starts within seconds, by whoever made the removal, else by turns. Only when
 * epochs follow each other does each wait longer for the removals to come, up to a minute: that bounds what a
 * row of removals, or an account that adds and removes devices of its own, can make a space do. An admission where history is closed
 * takes nothing from anybody: those within ten minutes share one epoch.
 */
import type { EpochId } from '@snug/shared/protocol/ids.ts';
import type { EpochNeed } from '../space/membership/epochs.ts';

/** Whoever is next in turn waits so much longer, ms, and nobody longer than the most. */
const TURN_MS = 2_000;
const LONGEST_TURN_MS = 20_000;
/** Epochs that count as a row, ms. */
const ROW_MS = 600_000;
/** So many in a row begin at once; each beyond them waits so much longer after the last, up to the most, ms. */
const AT_ONCE = 4;
const GATHERED_MS = 10_000;
const LONGEST_GATHERED_MS = 60_000;
/** Admissions within this time share an epoch, ms. */
const SHARED_MS = 600_000;
/** For so long a device that cannot open the current epoch waits for somebody to hand it over, ms. */
const NO_HOLDER_MS = 60_000;
/** Seals that are missing may be on their way for so long, ms. */
const UNDER_WAY_MS = 3_000;
/** What could not be carried out is tried again after so long, ms. */
const AGAIN_MS = 10_000;

/** What is known of a space's epochs just now. */
export interface EpochState {
  readonly need: EpochNeed | undefined;
  readonly current: EpochId | undefined;
  /** How many have been started, by anybody. */
  readonly started: number;
  /** Whether this device can write under the current one. */
  readonly opens: boolean;
  /** Whose turn it is among those who are here, 0 the first; `undefined` where this device is not listed. */
  readonly rank: number | undefined;
  /** Listed devices to which nobody has sealed what this device holds. */
  readonly lacking: number;
  /** Grows with every seal that comes. */
  readonly seals: number;
}

export type EpochStartingInput =
  | { readonly is: 'state'; readonly state: EpochState }
  /** This device has just written what asks for a new epoch. */
  | { readonly is: 'caused' }
  | { readonly is: 'tick' };

export type EpochStartingOutput =
  | { readonly do: 'start'; readonly why: EpochNeed | 'no-holder' }
  | { readonly do: 'reseal' };

export class EpochStarting {
  #state: EpochState | undefined;
  #caused = false;
  #neededSince = 0;
  #closedSince = 0;
  #lackingSince = 0;
  #notBefore = 0;
  /** When the last epochs were first seen; those of before this device came are not told. */
  #row: readonly number[] = [];

  handle(input: EpochStartingInput, now: number): readonly EpochStartingOutput[] {
    if (input.is === 'caused') this.#caused = true;
    if (input.is === 'state') this.#learn(input.state, now);
    if (this.#startAt <= now) {
      this.#notBefore = now + AGAIN_MS;
      return [{ do: 'start', why: this.#state?.need ?? 'no-holder' }];
    }
    if (this.#resealAt > now) return [];
    this.#lackingSince = now + AGAIN_MS;
    return [{ do: 'reseal' }];
  }

  /** When to hand in a `tick`; `undefined` where nothing is asked for. */
  get wakeAt(): number | undefined {
    const at = Math.min(this.#startAt, this.#resealAt);
    return Number.isFinite(at) ? at : undefined;
  }

  #learn(state: EpochState, now: number): void {
    const before = this.#state;
    this.#state = state;
    const another = before !== undefined && state.started > before.started;
    if (another) this.#row = [...this.#row.filter((at) => at > now - ROW_MS), now];
    if (state.need === undefined) this.#caused = false;
    if (another || state.need !== before?.need) {
      this.#neededSince = now;
      this.#notBefore = now;
    }
    if (state.opens || before?.opens !== false || state.current !== before.current)
      this.#closedSince = now;
    if (state.lacking === 0 || before?.lacking === 0 || state.seals !== before?.seals)
      this.#lackingSince = now;
  }

  get #startAt(): number {
    const { need, opens, rank } = this.#state ?? {};
    if (rank === undefined) return Number.POSITIVE_INFINITY;
    const turn = this.#caused ? 0 : Math.min((1 + rank) * TURN_MS, LONGEST_TURN_MS);
    if (need !== undefined) {
      const shared = need === 'admission' ? SHARED_MS : this.#gathered;
      const last = this.#row.at(-1) ?? Number.NEGATIVE_INFINITY;
      return Math.max(this.#neededSince + turn, last + shared, this.#notBefore);
    }
    if (opens) return Number.POSITIVE_INFINITY;
    return Math.max(this.#closedSince + NO_HOLDER_MS + turn, this.#notBefore);
  }

  get #gathered(): number {
    const beyond = Math.max(0, this.#row.length - AT_ONCE);
    return Math.min(beyond * GATHERED_MS, LONGEST_GATHERED_MS);
  }

  get #resealAt(): number {
    const { lacking = 0, rank } = this.#state ?? {};
    if (lacking === 0 || rank === undefined) return Number.POSITIVE_INFINITY;
    return this.#lackingSince + UNDER_WAY_MS + Math.min(rank * TURN_MS, LONGEST_TURN_MS);
  }
}
