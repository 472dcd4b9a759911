import type { PeerId } from '@snug/shared/protocol/ids.ts';
import { expect, test } from 'vitest';
import { type AnnouncedId, announcedId } from '../frames/short-id.ts';
import { idAt as entryAt, peerAt } from '../test/tree-network.ts';
import { DELIVERY_MS, MissingEntries } from './missing-entries.ts';

const hostile = [1, 2, 3, 4].map(peerAt);
const honest = peerAt(5);
const idAt = (n: number) => announcedId(entryAt(n));

test('who announced early and did not deliver gives way to who comes later, so that one entry at most waits for digests', () => {
  const missing = new MissingEntries();
  let now = 0;
  const askedFor = (id: AnnouncedId) => {
    const asked: PeerId[] = [];
    for (const peer of [...hostile, honest]) missing.announced(id, peer, 0, now);
    for (let turn = 0; turn < 6; turn++) {
      for (const [peer, ids] of missing.take(now).graft) if (ids.includes(id)) asked.push(peer);
      if (asked.at(-1) === honest) missing.arrived(id, honest);
      now += DELIVERY_MS;
    }
    return asked;
  };
  expect(askedFor(idAt(1))).toEqual(hostile);
  for (let n = 2; n < 10; n++) expect(askedFor(idAt(n))).toEqual([honest]);
});

test('nobody gives way to who has failed as often', () => {
  const missing = new MissingEntries();
  for (const peer of [...hostile, honest]) missing.announced(idAt(1), peer, 0, 0);
  const asked = Array.from({ length: 6 }, (_, turn) => [
    ...missing.take(turn * DELIVERY_MS).graft.keys(),
  ]).flat();
  expect(asked).toEqual(hostile);
});
