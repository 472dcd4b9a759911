import { toBase64url } from '@snug/shared/crypto/bytes.ts';
import { peerIdFromPublicKey } from '@snug/shared/crypto/did-key.ts';
import { seeded } from '@snug/shared/entries/test/data.ts';
import { ChannelId, EpochId, SpaceId } from '@snug/shared/protocol/ids.ts';
import * as v from 'valibot';
import { expect, test } from 'vitest';
import type { Address } from './address.ts';
import { logged } from './document-log.ts';
import type { Membership } from './membership/membership.ts';
import { SpaceDocuments } from './space-documents.ts';
import { person, sealedBy } from './test/written-space.ts';

const space = v.parse(SpaceId, toBase64url(seeded(1, 32)));
const [channel, unknown] = [2, 3].map((n) => v.parse(ChannelId, toBase64url(seeded(n, 16)))) as [
  ChannelId,
  ChannelId,
];
const epoch = v.parse(EpochId, toBase64url(seeded(4, 32)));
const membership: Pick<Membership, 'epochs' | 'channels'> = {
  epochs: [
    {
      id: epoch,
      number: 1,
      by: peerIdFromPublicKey(seeded(6, 32)),
      seals: new Uint8Array(32),
      list: new Set(),
      meant: undefined,
      eligible: true,
    },
  ],
  channels: new Set([channel]),
};
const segment = (number: number, of = channel): Address => ({
  kind: 'segment',
  space,
  channel: of,
  number,
});

/** The first so many segments of the channel hold one entry each. */
async function withSegments(count: number): Promise<SpaceDocuments> {
  const documents = new SpaceDocuments(space);
  const ada = await person(1);
  for (let number = 0; number < count; number++) {
    const log = documents.log(segment(number));
    const { bytes, deps } = await sealedBy(ada, log, { id: epoch, content: seeded(5, 32) });
    const entry = logged(bytes, deps, 2);
    if (entry) log.add(entry);
  }
  return documents;
}

test('a document is one log, by its address as by its id', async () => {
  const documents = await withSegments(2);
  for (const address of [segment(1), { kind: 'space', space }, { kind: 'epoch', space, epoch }]) {
    const log = documents.log(address as Address);
    expect(documents.log({ ...(address as Address) })).toBe(log);
    expect(documents.at(address as Address)).toBe(log);
    expect(documents.held(log.id)).toBe(log);
  }
  expect([...documents]).toHaveLength(4);
  expect(documents.at(segment(7))).toBeUndefined();
});

test('segments are counted from the first, also when a hole between them is filled', async () => {
  const documents = await withSegments(2);
  expect(documents.segments(channel)).toBe(2);
  expect(documents.segments(unknown)).toBe(0);
  const other = await withSegments(4);
  const [, , , last] = [...other];
  const beyond = documents.log(segment(3));
  for (const entry of last?.entries ?? []) beyond.add(entry);
  expect(documents.segments(channel)).toBe(2);
  const [, , third] = [...other];
  for (const entry of third?.entries ?? []) documents.log(segment(2)).add(entry);
  expect(documents.segments(channel)).toBe(4);
});

test('a neighbour may speak of what acts have begun, and of segments up to 64 beyond', async () => {
  const documents = await withSegments(2);
  const other = v.parse(SpaceId, toBase64url(seeded(9, 32)));
  const may = (address: Address) => documents.mayPlace(address, membership);
  expect(may({ kind: 'space', space })).toBe(true);
  expect(may({ kind: 'space', space: other })).toBe(false);
  expect(may({ kind: 'epoch', space, epoch })).toBe(true);
  const unheard = v.parse(EpochId, toBase64url(seeded(6, 32)));
  expect(may({ kind: 'epoch', space, epoch: unheard })).toBe(false);
  expect([0, 1, 2, 65, 66].map((n) => may(segment(n)))).toEqual([true, true, true, true, false]);
  expect(may(segment(0, unknown))).toBe(false);
  // Asking makes no log.
  expect([...documents]).toHaveLength(2);
  expect(documents.place(segment(65), membership)).toBeDefined();
  expect(documents.place(segment(66), membership)).toBeUndefined();
  expect([...documents]).toHaveLength(3);
});

test('looking one up costs no hash, however many segments there are', async () => {
  const documents = await withSegments(100);
  const began = performance.now();
  for (let n = 0; n < 100_000; n++) documents.place(segment(n % 100), membership);
  // Hashing the ids of a hundred segments for each takes minutes.
  expect(performance.now() - began).toBeLessThan(3_000);
});
