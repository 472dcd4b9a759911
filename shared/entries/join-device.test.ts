import * as v from 'valibot';
import { expect, test } from 'vitest';
import { toBase64url } from '../crypto/bytes.ts';
import { openDeviceKey } from '../crypto/device-key.ts';
import { SpaceId } from '../protocol/ids.ts';
import {
  deviceConsent,
  keeperConsent,
  verifyDeviceConsent,
  verifyKeeperConsent,
} from './join-device.ts';
import { seeded } from './test/data.ts';

const [space, other] = [1, 2].map((n) => v.parse(SpaceId, toBase64url(seeded(n, 32)))) as [
  SpaceId,
  SpaceId,
];
const key = () => openDeviceKey({ kind: 'raw', signing: seeded(3, 32), sealing: seeded(4, 32) });

test('a device agrees to one account in one space, and to its own sealing key', async () => {
  const account = 'did:plc:ewvi7nxzyoun6zhxrhs64oiz';
  const consent = await deviceConsent(space, await key(), account);
  expect(await verifyDeviceConsent(space, consent)).toBe(true);
  expect(await verifyDeviceConsent(other, consent)).toBe(false);
  expect(await verifyDeviceConsent(space, { ...consent, account: 'did:web:b.example' })).toBe(
    false,
  );
  expect(await verifyDeviceConsent(space, { ...consent, sealing: seeded(5, 32) })).toBe(false);
  expect(await verifyDeviceConsent(space, { ...consent, device: seeded(5, 32) })).toBe(false);
  // To be a device is not to be a keeper.
  expect(await verifyKeeperConsent(space, consent)).toBe(false);
});

test('a keeper agrees to one space', async () => {
  const consent = await keeperConsent(space, await key());
  expect(await verifyKeeperConsent(space, consent)).toBe(true);
  expect(await verifyKeeperConsent(other, consent)).toBe(false);
  expect(await verifyKeeperConsent(space, { ...consent, sealing: seeded(5, 32) })).toBe(false);
});
