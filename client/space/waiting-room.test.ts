import { toBase64url } from '@snug/shared/crypto/bytes.ts';
import { documentNumber, seeded } from '@snug/shared/entries/test-data.ts';
import { EntryId, type PeerId } from '@snug/shared/protocol/ids.ts';
import * as v from 'valibot';
import { expect, test } from 'vitest';
import { WAITING_PER_NEIGHBOUR, WaitingRoom } from './waiting-room.ts';

const [ada, ben] = ['ada', 'ben'] as unknown as [PeerId, PeerId];
const arrival = (from: PeerId, n: number) => ({
  from,
  id: v.parse(EntryId, toBase64url(seeded(n, 32))),
  document: documentNumber(1),
  bytes: seeded(n, 10),
  deps: [],
});

test('what comes again waits once; another neighbour’s copy waits beside it', () => {
  const room = new WaitingRoom();
  for (const from of [ada, ada, ben]) room.add(arrival(from, 1));
  expect(room.size).toBe(2);
  expect(room.has(ada, arrival(ada, 1).id)).toBe(true);
  room.forget(ada);
  expect(room.has(ada, arrival(ada, 1).id)).toBe(false);
  expect(room.size).toBe(1);
});

test('a neighbour’s oldest goes when there are more than 512 of theirs; nobody else’s', () => {
  const room = new WaitingRoom();
  room.add(arrival(ben, 0));
  for (let n = 0; n <= WAITING_PER_NEIGHBOUR; n++) room.add(arrival(ada, n));
  expect(room.size).toBe(WAITING_PER_NEIGHBOUR + 1);
  expect(room.has(ada, arrival(ada, 0).id)).toBe(false);
  expect(room.has(ada, arrival(ada, 1).id)).toBe(true);
  expect(room.has(ben, arrival(ben, 0).id)).toBe(true);
});

test('all is taken out to be judged again, in the order in which it came', () => {
  const room = new WaitingRoom();
  for (const n of [3, 1, 2]) room.add(arrival(ada, n));
  expect(room.takeAll().map(({ id }) => id)).toEqual([3, 1, 2].map((n) => arrival(ada, n).id));
  expect(room.size).toBe(0);
});
