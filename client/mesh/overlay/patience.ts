/** When a peer may be tried again, by how its last links ended. */
import type { PeerId } from '@snug/shared/protocol/ids.ts';
import type { Ending } from '../link/ending.ts';
import { between, jittered, OVERLAY_TIMES } from './overlay-times.ts';

interface Past {
  failures: number;
  readonly at: number;
  retryAt: number;
  ending: Ending;
}

/** Endings that may have been for want of a way to the peer. */
const SILENT: ReadonlySet<Ending> = new Set(['closed', 'no-answer', 'lost']);
/** Peers whose past is remembered. */
const MOST = 4096;

export class Patience {
  readonly #past = new Map<PeerId, Past>();
  readonly #random: () => number;

  constructor(random: () => number) {
    this.#random = random;
  }

  /**
   * 0 for a peer of whom nothing bad is known.
   * @param alone no link is up: whoever did not answer is tried again sooner
   */
  retryAt(peer: PeerId, alone = false): number {
    const past = this.#past.get(peer);
    if (past === undefined) return 0;
    if (!alone || !SILENT.has(past.ending)) return past.retryAt;
    return Math.min(past.retryAt, past.at + OVERLAY_TIMES.longestRetryAloneMs);
  }

  failures(peer: PeerId): number {
    return this.#past.get(peer)?.failures ?? 0;
  }

  /** How the last link with it ended, if it has not come up again since. */
  ending(peer: PeerId): Ending | undefined {
    return this.#past.get(peer)?.ending;
  }

  up(peer: PeerId): void {
    this.#past.delete(peer);
  }

  down(peer: PeerId, ending: Ending, now: number): void {
    const failures = this.failures(peer);
    const past: Past = { failures, at: now, retryAt: now, ending };
    switch (ending) {
      case 'full':
      case 'surplus':
        past.retryAt = now + between(OVERLAY_TIMES.restMs, this.#random);
        break;
      case 'left':
        past.retryAt = now + jittered(OVERLAY_TIMES.retryMs, this.#random);
        break;
      case 'refused':
      case 'misbehaved':
        past.retryAt = this.#backOff(OVERLAY_TIMES.coolMs, OVERLAY_TIMES.longestCoolMs, past, now);
        break;
      case 'closed':
      case 'no-answer':
      case 'lost':
        past.retryAt = this.#backOff(
          OVERLAY_TIMES.retryMs,
          OVERLAY_TIMES.longestRetryMs,
          past,
          now,
        );
        break;
    }
    // Anew at the end of the map, so that the oldest are forgotten first.
    this.#past.delete(peer);
    this.#past.set(peer, past);
    if (this.#past.size <= MOST) return;
    for (const oldest of this.#past.keys()) {
      this.#past.delete(oldest);
      return;
    }
  }

  /** Whoever said goodbye and is here again need not wait. */
  cameBack(peer: PeerId, now: number): void {
    const past = this.#past.get(peer);
    if (past?.ending === 'left') past.retryAt = Math.min(past.retryAt, now);
  }

  forgetRefusals(): void {
    for (const [peer, past] of this.#past) if (past.ending === 'refused') this.#past.delete(peer);
  }

  /** A failure may have been for want of a network. */
  networkChanged(now: number): void {
    for (const past of this.#past.values()) {
      const failed = past.ending === 'lost' || past.ending === 'no-answer';
      if (failed) past.retryAt = Math.min(past.retryAt, now);
    }
  }

  #backOff(first: number, longest: number, past: Past, now: number): number {
    const ms = Math.min(longest, first * 2 ** Math.min(past.failures, 16));
    past.failures++;
    return now + jittered(ms, this.#random);
  }
}
