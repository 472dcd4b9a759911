/** A further device of a person's, let into a space by one that is in it. */
import type { DeviceKey } from '@snug/shared/crypto/device-key.ts';
import { deviceConsent } from '@snug/shared/entries/acts.ts';
import { Space } from '../../space/space.ts';
import { MemoryStore } from '../../space/store.ts';
import { give, type Member } from '../../space/test/spaces.ts';
import { admitDevice } from '../admitting.ts';

export async function addOwnDevice(by: Member, device: DeviceKey): Promise<Member> {
  const { record, membership } = by.space;
  const account = membership.devices.get(by.device.peerId)?.account;
  if (account === undefined) throw new Error('Only a listed device lets another in.');
  await admitDevice(by.space, await deviceConsent(record.id, device, account));
  const own = { ...record, epochs: [], unheld: [], read: {} };
  const space = new Space({ record: own, device, store: new MemoryStore(), onChange: () => {} });
  const member = { device, space };
  await give(by, member);
  return member;
}
