/** How one of a person's devices lets another into a space: by the act `device`, and the keys of the space's epochs. */
import { peerIdFromPublicKey } from '@snug/shared/crypto/did-key.ts';
import { type deviceConsent, verifyDeviceConsent } from '@snug/shared/entries/acts.ts';
import { reseal } from '../space/epoch-start.ts';
import { DEVICES } from '../space/membership/membership.ts';
import { addDevice } from '../space/membership-acts.ts';
import type { Space } from '../space/space.ts';

/** What the device to be let in has signed for this space. */
export type Consent = Awaited<ReturnType<typeof deviceConsent>>;

/**
 * `not-theirs`: the device has not agreed to this, or it is listed there as somebody else's. `full`: the account has as many devices
 * as it may.
 */
export type Admitted = 'listed' | 'not-theirs' | 'full';

/** Nothing is done twice, so what was broken off is gone on with. Rejects with `StoreError`. */
export async function admitDevice(space: Space, consent: Consent): Promise<Admitted> {
  if (!(await verifyDeviceConsent(space.record.id, consent))) return 'not-theirs';
  const peer = peerIdFromPublicKey(consent.device);
  return space.exclusively(async () => {
    const { devices } = space.membership;
    const listed = devices.get(peer);
    if (listed && listed.account !== consent.account) return 'not-theirs';
    if (!listed) {
      const own = [...devices.values()].filter(({ account }) => account === consent.account);
      if (own.length >= DEVICES) return 'full';
      await addDevice(space, consent);
    }
    for (const { id } of space.membership.epochs) await reseal(space, id, peer);
    return 'listed';
  });
}
