import { toBase64url } from '@snug/shared/crypto/bytes.ts';
import { seeded } from '@snug/shared/entries/test/data.ts';
import { EntryId, type PeerId } from '@snug/shared/protocol/ids.ts';
import * as v from 'valibot';
import { expect, test } from 'vitest';
import { Broadcast } from './broadcast.ts';
import { shortBytes, shortId, shortIdOf } from './short-id.ts';

const ada = 'ada' as PeerId;
const ben = 'ben' as PeerId;
const cleo = 'cleo' as PeerId;
const id = (n: number): EntryId => v.parse(EntryId, toBase64url(seeded(n, 32)));

test('an entry is pushed once to each neighbour who is not known to hold it', () => {
  const broadcast = new Broadcast();
  broadcast.holds(ada, id(1));
  expect(broadcast.targets(id(1), [ada, ben, cleo])).toEqual([ben, cleo]);
  expect(broadcast.targets(id(1), [ada, ben, cleo])).toEqual([]);
});

test('what was pushed over a link that went down counts as unsent, what was acknowledged does not', () => {
  const broadcast = new Broadcast();
  broadcast.targets(id(1), [ben]);
  broadcast.targets(id(2), [ben]);
  broadcast.holds(ben, id(2));
  broadcast.linkDown(ben);
  expect(broadcast.targets(id(1), [ben])).toEqual([ben]);
  expect(broadcast.targets(id(2), [ben])).toEqual([]);
});

test('that a peer holds an entry is news once', () => {
  const broadcast = new Broadcast();
  expect(broadcast.holds(ben, id(1))).toBe(true);
  expect(broadcast.holds(ben, id(1))).toBe(false);
  expect([...broadcast.holders(id(1))]).toEqual([ben]);
  expect(broadcast.holders(id(2)).size).toBe(0);
});

test('an acknowledgement names what is remembered, and nothing else', () => {
  const broadcast = new Broadcast();
  broadcast.targets(id(1), [ben]);
  expect(broadcast.acknowledged(ben, shortId(id(2)))).toBeUndefined();
  expect(broadcast.acknowledged(ben, shortId(id(1)))).toBe(id(1));
  expect(broadcast.acknowledged(ben, shortId(id(1)))).toBeUndefined();
  expect([...broadcast.holders(id(1))]).toEqual([ben]);
});

test('whoever was never sent an entry cannot acknowledge it', () => {
  const broadcast = new Broadcast();
  broadcast.targets(id(1), [ben]);
  expect(broadcast.acknowledged(cleo, shortId(id(1)))).toBeUndefined();
  expect(broadcast.holders(id(1)).size).toBe(0);
});

test('memory is bounded: the oldest entries are forgotten, the newest still named', () => {
  const broadcast = new Broadcast();
  const ids = Array.from({ length: 20_050 }, (_, n) => id(n));
  for (const one of ids) {
    broadcast.holds(ada, one);
    broadcast.targets(one, [ben]);
  }
  const [oldest] = ids;
  const newest = ids.at(-1);
  if (!oldest || !newest) throw new Error('none');
  expect(broadcast.acknowledged(ben, shortId(oldest))).toBeUndefined();
  expect(broadcast.holders(oldest).size).toBe(0);
  expect(broadcast.acknowledged(ben, shortId(newest))).toBe(newest);
});

test('both spellings of a short id are one', () => {
  for (let n = 0; n < 50; n++) expect(shortIdOf(shortBytes(id(n)))).toBe(shortId(id(n)));
});
