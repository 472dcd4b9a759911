import { toBase64url, toHex } from '@snug/shared/crypto/bytes.ts';
import { documentNumber, seeded } from '@snug/shared/entries/test/data.ts';
import { ChangeHash, EntryId, type PeerId } from '@snug/shared/protocol/ids.ts';
import * as v from 'valibot';
import { expect, test } from 'vitest';
import { type Missing, WAITING_BYTES, WAITING_PER_NEIGHBOUR, WaitingRoom } from './waiting-room.ts';

const [ada, ben] = ['ada', 'ben'] as unknown as [PeerId, PeerId];
const change = (n: number): Missing => ({
  a: 'change',
  id: v.parse(ChangeHash, toHex(seeded(n, 32))),
});
const arrival = (from: PeerId, n: number, missing = change(0)) => ({
  from,
  id: v.parse(EntryId, toBase64url(seeded(n, 32))),
  document: documentNumber(1),
  bytes: seeded(n, 10),
  deps: [],
  missing,
});

const taken = (room: WaitingRoom, missing = change(0)) =>
  room.take(missing).map(({ from, id }) => `${from} ${id.slice(0, 8)}`);
const named = (from: PeerId, n: number) => `${from} ${arrival(from, n).id.slice(0, 8)}`;

test('what comes again waits once; another neighbour’s copy waits beside it', () => {
  const room = new WaitingRoom();
  for (const from of [ada, ada, ben]) room.add(arrival(from, 1));
  expect(room.size).toBe(2);
  room.forget(ada);
  expect(taken(room)).toEqual([named(ben, 1)]);
  expect(room.size).toBe(0);
});

test('a neighbour’s oldest goes when there are more than 512 of theirs; nobody else’s', () => {
  const room = new WaitingRoom();
  room.add(arrival(ben, 0));
  for (let n = 0; n <= WAITING_PER_NEIGHBOUR; n++) room.add(arrival(ada, n));
  expect(room.size).toBe(WAITING_PER_NEIGHBOUR + 1);
  const left = taken(room);
  expect(left).not.toContain(named(ada, 0));
  expect(left).toContain(named(ada, 1));
  expect(left).toContain(named(ben, 0));
});

test('what waits of a neighbour is bounded in bytes too, and what is larger than all of it does not wait', () => {
  const room = new WaitingRoom();
  for (let n = 0; n < 100; n++) room.add({ ...arrival(ada, n), bytes: new Uint8Array(64 * 1024) });
  expect(room.size).toBe(WAITING_BYTES / (64 * 1024));
  room.add({ ...arrival(ada, 100), bytes: new Uint8Array(WAITING_BYTES + 1) });
  expect(room.size).toBe(0);
  room.add(arrival(ada, 101));
  expect(taken(room)).toEqual([named(ada, 101)]);
});

test('those are taken out that wait for what has come, in the order in which they came; the others stay', () => {
  const room = new WaitingRoom();
  for (const n of [3, 1, 2]) room.add(arrival(ada, n));
  room.add(arrival(ada, 4, change(1)));
  room.add(arrival(ada, 5, { a: 'device', id: ben }));
  expect(taken(room)).toEqual([3, 1, 2].map((n) => named(ada, n)));
  expect(room.size).toBe(2);
  expect(taken(room, { a: 'device', id: ben })).toEqual([named(ada, 5)]);
  expect(taken(room)).toEqual([]);
});

test('what waits in another document for a change of that name stays where only one is asked for', () => {
  const room = new WaitingRoom();
  room.add(arrival(ada, 1));
  room.add({ ...arrival(ada, 2), document: documentNumber(2) });
  expect(room.take(change(0), documentNumber(2)).map(({ id }) => id)).toEqual([arrival(ada, 2).id]);
  expect(room.size).toBe(1);
});

test('one that misses something else by now waits for that alone', () => {
  const room = new WaitingRoom();
  room.add(arrival(ada, 1));
  room.add(arrival(ada, 1, change(1)));
  expect(taken(room)).toEqual([]);
  expect(taken(room, change(1))).toEqual([named(ada, 1)]);
});
