import { toBase64url } from '@snug/shared/crypto/bytes.ts';
import { seeded } from '@snug/shared/entries/test/data.ts';
import { EntryId, type PeerId, type SpaceId } from '@snug/shared/protocol/ids.ts';
import * as v from 'valibot';
import { expect, test } from 'vitest';
import { shortId } from '../frames/short-id.ts';
import { Holders } from './holders.ts';

const ada = 'ada' as PeerId;
const ben = 'ben' as PeerId;
const space = 'space' as SpaceId;
const id = (n: number): EntryId => v.parse(EntryId, toBase64url(seeded(n, 32)));

test('that a peer holds an entry is news once', () => {
  const holders = new Holders();
  expect(holders.holds(ben, id(1), space)).toBe(true);
  expect(holders.holds(ben, id(1), space)).toBe(false);
  expect(holders.holds(ada, id(1), space)).toBe(true);
  expect([...holders.of(id(1))]).toEqual([ben, ada]);
  expect(holders.of(id(2)).size).toBe(0);
});

test('a short name stands for an entry that is followed, and for nothing else', () => {
  const holders = new Holders();
  holders.follow(id(1), space);
  expect(holders.named(shortId(id(1)))).toEqual({ id: id(1), space });
  expect(holders.named(shortId(id(2)))).toBeUndefined();
  expect(holders.of(id(1)).size).toBe(0);
});

test('memory is bounded: the oldest entries are forgotten, the newest still named', () => {
  const holders = new Holders();
  const ids = Array.from({ length: 20_050 }, (_, n) => id(n));
  for (const one of ids) holders.holds(ada, one, space);
  const [oldest] = ids;
  const newest = ids.at(-1);
  if (!oldest || !newest) throw new Error('none');
  expect(holders.named(shortId(oldest))).toBeUndefined();
  expect(holders.of(oldest).size).toBe(0);
  expect(holders.named(shortId(newest))?.id).toBe(newest);
});
