import fc from 'fast-check';
import * as v from 'valibot';
import { expect, test } from 'vitest';
import { ChannelId, SpaceId } from '../protocol/ids.ts';
import { toBase64url } from './bytes.ts';
import { type DeviceKey, generateDeviceKey, openDeviceKey } from './device-key.ts';
import {
  MAX_PRESENCE_BYTES,
  openPresence,
  type PresenceStatement,
  presenceMark,
  sealPresence,
} from './sealed-presence.ts';

const device = async () => openDeviceKey(await generateDeviceKey());
const [ada, bo]: [DeviceKey, DeviceKey] = await Promise.all([device(), device()]);
const id = (fill: number) => v.parse(SpaceId, toBase64url(new Uint8Array(32).fill(fill)));
const place = { space: id(1), contentSecret: new Uint8Array(32).fill(7) };
const mark = { run: 1_700_000_000_000, count: 3 };
const channel = v.parse(ChannelId, toBase64url(new Uint8Array(16).fill(5)));
const here: PresenceStatement = { seconds: 30, leaving: false, lost: [], after: [] };

const statements: fc.Arbitrary<PresenceStatement> = fc
  .record({
    seconds: fc.integer({ min: 0, max: 3600 }),
    leaving: fc.boolean(),
    lost: fc.array(fc.uint8Array({ minLength: 8, maxLength: 8 }), { maxLength: 6 }),
    after: fc.array(fc.uint8Array({ minLength: 8, maxLength: 8 }), { maxLength: 2 }),
    typing: fc.option(fc.uint8Array({ minLength: 16, maxLength: 16 })),
  })
  .map(({ typing, ...rest }) =>
    typing ? { ...rest, typing: v.parse(ChannelId, toBase64url(typing)) } : rest,
  );

test('what a device says reaches whoever holds the secret, word for word and within its bounds', async () => {
  await fc.assert(
    fc.asyncProperty(
      statements,
      fc.integer({ min: 0, max: 2 ** 48 - 1 }),
      fc.nat(),
      async (statement, run, count) => {
        const bytes = await sealPresence(place, ada, { run, count }, statement);
        expect(bytes.length).toBeLessThanOrEqual(MAX_PRESENCE_BYTES);
        expect(presenceMark(bytes)).toEqual({ run, count });
        expect(await openPresence(place, ada.publicKey, bytes)).toEqual(statement);
      },
    ),
    { numRuns: 40 },
  );
});

test('"here" costs 90 bytes, its mark included', async () => {
  expect(await sealPresence(place, ada, mark, here)).toHaveLength(90);
});

test('nobody reads it without the secret, in another space, or as from another', async () => {
  const bytes = await sealPresence(place, ada, mark, { ...here, typing: channel });
  const other = { ...place, contentSecret: new Uint8Array(32).fill(8) };
  expect(await openPresence(other, ada.publicKey, bytes)).toBeUndefined();
  expect(await openPresence({ ...place, space: id(2) }, ada.publicKey, bytes)).toBeUndefined();
  expect(await openPresence(place, bo.publicKey, bytes)).toBeUndefined();
});

test('a member cannot speak for another, who holds the same secret', async () => {
  const asAda = { ...bo, publicKey: ada.publicKey };
  const bytes = await sealPresence(place, asAda, mark, here);
  expect(await openPresence(place, ada.publicKey, bytes)).toBeUndefined();
});

test('no change of any byte goes unseen, the mark included', async () => {
  const bytes = await sealPresence(place, ada, mark, here);
  for (let at = 0; at < bytes.length; at++) {
    const changed = bytes.slice();
    changed[at] = (changed[at] ?? 0) ^ 1;
    expect(await openPresence(place, ada.publicKey, changed)).toBeUndefined();
  }
});

test('whatever comes instead is no message, and nothing throws', async () => {
  await fc.assert(
    fc.asyncProperty(fc.uint8Array({ maxLength: 300 }), async (bytes) => {
      presenceMark(bytes);
      expect(await openPresence(place, ada.publicKey, bytes)).toBeUndefined();
    }),
  );
});
