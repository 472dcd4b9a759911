/** A device agrees to be listed by another's act: as a further device of an account, or as a keeper. */
import { concatBytes, fromBase64url, utf8 } from '../crypto/bytes.ts';
import type { DeviceKey } from '../crypto/device-key.ts';
import { DOMAINS, domainBytes } from '../crypto/labels.ts';
import { verifySignature } from '../crypto/verify.ts';
import type { SpaceId } from '../protocol/ids.ts';
import type { AccountId } from './fields.ts';

/** What a `device` or `keeper` act restates, beside what its author decides. */
interface Consenting {
  readonly device: Uint8Array;
  readonly sealing: Uint8Array;
  readonly consent: Uint8Array;
}

/** What a further device of an account hands to the one that vouches for it. */
export async function deviceConsent(
  spaceId: SpaceId,
  device: DeviceKey,
  account: AccountId,
): Promise<Consenting & { readonly account: AccountId }> {
  const asked = { device: device.publicKey, sealing: device.sealingPublicKey };
  const consent = await device.sign(deviceBytes(spaceId, asked, account));
  return { ...asked, account, consent };
}

/** What a keeper hands to the admin who lists it. */
export async function keeperConsent(spaceId: SpaceId, device: DeviceKey): Promise<Consenting> {
  const asked = { device: device.publicKey, sealing: device.sealingPublicKey };
  return { ...asked, consent: await device.sign(keeperBytes(spaceId, asked)) };
}

/** Whether the device signed this for this space and account. */
export function verifyDeviceConsent(
  spaceId: SpaceId,
  act: Consenting & { readonly account: AccountId },
): Promise<boolean> {
  return verifySignature(act.device, deviceBytes(spaceId, act, act.account), act.consent);
}

/** Whether the device signed that it is to be a keeper of this space. */
export function verifyKeeperConsent(spaceId: SpaceId, act: Consenting): Promise<boolean> {
  return verifySignature(act.device, keeperBytes(spaceId, act), act.consent);
}

type Asked = Omit<Consenting, 'consent'>;

function deviceBytes(spaceId: SpaceId, { device, sealing }: Asked, account: AccountId) {
  const space = fromBase64url(spaceId);
  return concatBytes(domainBytes(DOMAINS.deviceConsent), space, device, sealing, utf8(account));
}

function keeperBytes(spaceId: SpaceId, { device, sealing }: Asked) {
  return concatBytes(domainBytes(DOMAINS.keeperConsent), fromBase64url(spaceId), device, sealing);
}
