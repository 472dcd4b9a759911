/**
 * Statements of which nothing shows when they were made: of devices whose clocks are far off, or recordings. They show nobody and
 * undo nothing of what is known, and are passed on sparingly, since others may be able to tell.
 */
import type { PresenceMark } from '@snug/shared/crypto/sealed-presence.ts';
import type { PeerId } from '@snug/shared/protocol/ids.ts';
import { TokenBucket } from '@snug/shared/protocol/token-bucket.ts';
import { BoundedMap } from '../bounded-map.ts';
import { BELIEVED } from './statement-times.ts';

/** What one neighbour may bring, a second and at once: a room speaks four times a minute. */
export const OF_BEARER = { perSecond: 1, burst: 30 };
const DEVICES = 1_024;
/** An earlier run is listened to once the later has been silent for so long at least, ms: else two would go round for ever. */
const SILENT_MS = 75_000;

export class Undated {
  readonly #last = new BoundedMap<PeerId, { readonly mark: PresenceMark; readonly until: number }>(
    DEVICES,
  );
  readonly #buckets = new Map<PeerId, TokenBucket>();

  knows(device: PeerId, { run, count }: PresenceMark): boolean {
    const mark = this.#last.get(device)?.mark;
    return mark?.run === run && mark.count === count;
  }

  /** Whether it is to be passed on: later than the last of its device's, and not one of too many. */
  enter(from: PeerId, device: PeerId, mark: PresenceMark, seconds: number, now: number): boolean {
    const last = this.#last.get(device);
    const later =
      last === undefined ||
      (mark.run === last.mark.run
        ? mark.count > last.mark.count
        : mark.run > last.mark.run || last.until <= now);
    if (!later) return false;
    const bucket = this.#buckets.get(from) ?? new TokenBucket(OF_BEARER, now);
    this.#buckets.set(from, bucket);
    if (!bucket.take(1, now)) return false;
    const until = now + Math.max(SILENT_MS, seconds * 1000 * BELIEVED);
    this.#last.refresh(device, { mark, until });
    return true;
  }

  /** A neighbour is gone. */
  down(peer: PeerId): void {
    this.#buckets.delete(peer);
  }
}
