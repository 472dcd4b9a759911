import { toBase64url } from '@snug/shared/crypto/bytes.ts';
import { documentNumber, seeded } from '@snug/shared/entries/test/data.ts';
import { EntryId, type PeerId } from '@snug/shared/protocol/ids.ts';
import * as v from 'valibot';
import { expect, test } from 'vitest';
import { WAITING_BYTES, WAITING_PER_NEIGHBOUR, WaitingRoom } from './waiting-room.ts';

const [ada, ben] = ['ada', 'ben'] as unknown as [PeerId, PeerId];
const arrival = (from: PeerId, n: number) => ({
  from,
  id: v.parse(EntryId, toBase64url(seeded(n, 32))),
  document: documentNumber(1),
  bytes: seeded(n, 10),
  deps: [],
});

const waiting = (room: WaitingRoom) =>
  room.takeAll().map(({ from, id }) => `${from} ${id.slice(0, 8)}`);
const named = (from: PeerId, n: number) => `${from} ${arrival(from, n).id.slice(0, 8)}`;

test('what comes again waits once; another neighbour’s copy waits beside it', () => {
  const room = new WaitingRoom();
  for (const from of [ada, ada, ben]) room.add(arrival(from, 1));
  expect(room.size).toBe(2);
  room.forget(ada);
  expect(waiting(room)).toEqual([named(ben, 1)]);
});

test('a neighbour’s oldest goes when there are more than 512 of theirs; nobody else’s', () => {
  const room = new WaitingRoom();
  room.add(arrival(ben, 0));
  for (let n = 0; n <= WAITING_PER_NEIGHBOUR; n++) room.add(arrival(ada, n));
  expect(room.size).toBe(WAITING_PER_NEIGHBOUR + 1);
  const left = waiting(room);
  expect(left).not.toContain(named(ada, 0));
  expect(left).toContain(named(ada, 1));
  expect(left).toContain(named(ben, 0));
});

test('what waits of a neighbour is bounded in bytes too', () => {
  const room = new WaitingRoom();
  for (let n = 0; n < 100; n++) room.add({ ...arrival(ada, n), bytes: new Uint8Array(64 * 1024) });
  expect(room.size * 64 * 1024).toBeLessThanOrEqual(WAITING_BYTES);
  expect(waiting(room)).toContain(named(ada, 99));
});

test('all is taken out to be judged again, in the order in which it came', () => {
  const room = new WaitingRoom();
  for (const n of [3, 1, 2]) room.add(arrival(ada, n));
  expect(room.takeAll().map(({ id }) => id)).toEqual([3, 1, 2].map((n) => arrival(ada, n).id));
  expect(room.size).toBe(0);
});
