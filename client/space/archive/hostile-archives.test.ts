import { concatBytes, fromBase64url, fromHex } from '@snug/shared/crypto/bytes.ts';
import type { CborValue } from '@snug/shared/entries/canonical-cbor.ts';
import { seeded } from '@snug/shared/entries/test/data.ts';
import type { ChannelId } from '@snug/shared/protocol/ids.ts';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { encodeAddress } from '../address.ts';
import type { Space } from '../space.ts';
import { person } from '../test/written-space.ts';
import { takeIn } from './archive-import.ts';
import { recordBytes } from './record-stream.ts';
import { heldOf, openArchive } from './space-archive.ts';
import { adasSpace, NOW, reading, recordsOf, restored, textsOf } from './test/archived.ts';

/** A file as somebody hostile may write one: they hold the passphrase and everything in it. */
const line = (space: Space, more: { lobby?: Uint8Array; epochs?: readonly CborValue[] } = {}) => {
  const { id, name, lobby, servers } = space.record;
  const { epochs = [] } = more;
  return recordBytes(['space', 1, fromBase64url(id), name, more.lobby ?? lobby, servers, epochs]);
};
const entriesRecord = (address: Uint8Array, entries: readonly CborValue[]) =>
  recordBytes(['entries', address, entries]);

test('an entry that somebody has changed, or moved into another channel, is refused', async () => {
  const { ben, space, channel, kitchen } = await adasSpace();
  const at = (id: ChannelId) =>
    ({ kind: 'segment', space: space.record.id, channel: id, number: 0 }) as const;
  const [entry] = space.log(at(channel)).entries;
  if (!entry) throw new Error('nothing written');
  const deps = entry.deps.map(fromHex);
  const changed = entry.bytes.slice();
  changed[changed.length - 1] = (changed.at(-1) ?? 0) ^ 1;
  const honest = (await recordsOf(heldOf(space))).filter((_, i) => i < 3);
  const forged = [
    entriesRecord(encodeAddress(at(channel)), [[deps, changed]]),
    entriesRecord(encodeAddress(at(kitchen)), [[deps, entry.bytes]]),
    entriesRecord(encodeAddress(at(channel)), [[[], entry.bytes]]),
  ];
  const { space: back, outcome } = await restored([...honest, ...forged], ben);
  expect(outcome).toMatchObject({ refused: 3, whole: true });
  expect(textsOf(back, channel)).toEqual([]);
});

test('secrets other than those that an epoch of the space commits to are not kept', async () => {
  const { space, channel } = await adasSpace();
  const stranger = await person(9);
  const [epoch] = space.record.epochs;
  if (!epoch) throw new Error('no epoch');
  const [, ...entries] = await recordsOf(heldOf(space));
  const wrong = [epoch.number, epoch.rendezvous, seeded(5, 32)];
  const nobodys = [2, seeded(6, 32), seeded(7, 32)];
  const hostile = line(space, { epochs: [wrong, nobodys] });
  const { space: back } = await restored([hostile, ...entries], stranger);
  expect(back.record.epochs).toEqual([]);
  expect(textsOf(back, channel)).toEqual([]);
  const right = [epoch.number, epoch.rendezvous, epoch.content];
  const honest = await reading([line(space, { epochs: [right] }), ...entries]);
  await takeIn(back, honest, stranger.peerId, NOW);
  expect(textsOf(back, channel)).toEqual(textsOf(space, channel));
});

test('the lobby that an admin has sealed counts, not the one that the file claims; what is held already never changes by a file', async () => {
  const { ben, space } = await adasSpace();
  const [, ...entries] = await recordsOf(heldOf(space));
  const lie = line(space, { lobby: seeded(6, 32) });
  const { space: back } = await restored([lie, ...entries], ben);
  expect(back.record.lobby).toEqual(space.record.lobby);
  await takeIn(back, await reading([lie, ...entries]), ben.peerId, NOW);
  expect(back.record.lobby).toEqual(space.record.lobby);
});

test('an archive of another space is taken for what it is: entries of a third are passed over', async () => {
  const [{ ben, space }, { space: other }] = [await adasSpace(1), await adasSpace(1)];
  const [, ...theirs] = await recordsOf(heldOf(other));
  const { outcome } = await restored([...(await recordsOf(heldOf(space))), ...theirs], ben);
  expect(outcome).toMatchObject({ passedOver: theirs.length, refused: 0 });
  const archive = await reading(await recordsOf(heldOf(other)));
  await expect(takeIn(space, archive, ben.peerId, NOW)).rejects.toThrow(RangeError);
});

test('property: whatever is put into an archive, nothing is thrown, and nothing comes in that the space did not hold', async () => {
  const { ben, space } = await adasSpace(3);
  const bytes = concatBytes(...(await recordsOf(heldOf(space))));
  const held = new Set([...space.logs].flatMap((log) => log.entries.map(({ id }) => id)));
  const end = (await recordsOf(heldOf(space)))[0]?.length ?? 0;
  const change = fc.record({
    at: fc.integer({ min: end, max: bytes.length - 1 }),
    put: fc.uint8Array({ maxLength: 40 }),
    over: fc.nat(40),
  });
  await fc.assert(
    fc.asyncProperty(change, async ({ at, put, over }) => {
      const mangled = concatBytes(bytes.subarray(0, at), put, bytes.subarray(at + over));
      const { space: back } = await restored([mangled], ben);
      const came = [...back.logs].flatMap((log) => log.entries.map(({ id }) => id));
      expect(came.filter((id) => !held.has(id))).toEqual([]);
    }),
    { numRuns: 60 },
  );
});

test('property: any beginning is an archive or none, without an error', async () => {
  const values = fc.array(fc.oneof(fc.string(), fc.nat(), fc.uint8Array({ maxLength: 40 })), {
    maxLength: 8,
  });
  await fc.assert(
    fc.asyncProperty(values, async (value) => {
      const pieces = [recordBytes(['space', ...value])];
      const reader = await openArchive({ next: async () => pieces.shift() ?? 'end' });
      expect(reader).toBeUndefined();
    }),
  );
});
