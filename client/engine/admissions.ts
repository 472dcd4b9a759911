/**
 * How many newcomers one invite brings in by way of this device. Each is a signed act and a seal for every epoch, which
 * everybody stores for good, and a key pair costs a stranger nothing: without a bound whoever finds a link could fill the space.
 */
import type { SpaceId } from '@snug/shared/protocol/ids.ts';
import { TokenBucket } from '@snug/shared/protocol/token-bucket.ts';

/**
 * Two classes of 30 come in at once by a link on the wall though only one member is there; a link that is passed on brings 720 an
 * hour by each member who is. A larger crowd waits for nobody: whoever is told to come later asks others, and those who have just
 * come in let in the next (thirty who came at once were in as soon with six here as with all).
 */
export const ADMISSIONS = { perSecond: 0.2, burst: 64 } as const;

export class Admissions {
  readonly #byInvite = new Map<string, TokenBucket>();

  /** Whether one more might come in by this invite now: asked before signatures are looked at. */
  open(space: SpaceId, invite: string, now: number): boolean {
    return this.#of(space, invite, now).holds(1, now);
  }

  /** One more comes in by this invite, a live one of the space's; false where that is too many for now. */
  take(space: SpaceId, invite: string, now: number): boolean {
    return this.#of(space, invite, now).take(1, now);
  }

  #of(space: SpaceId, invite: string, now: number): TokenBucket {
    const key = `${space} ${invite}`;
    const bucket = this.#byInvite.get(key) ?? new TokenBucket(ADMISSIONS, now);
    this.#byInvite.set(key, bucket);
    return bucket;
  }
}
