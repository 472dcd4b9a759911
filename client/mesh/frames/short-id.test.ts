import { fromBase64url, toBase64url } from '@snug/shared/crypto/bytes.ts';
import { seeded } from '@snug/shared/entries/test/data.ts';
import { EntryId } from '@snug/shared/protocol/ids.ts';
import * as v from 'valibot';
import { expect, test } from 'vitest';
import {
  announcedBytes,
  announcedId,
  announcedIdsOf,
  shortBytes,
  shortId,
  shortIdOf,
} from './short-id.ts';

const ids = Array.from(
  { length: 50 },
  (_, n): EntryId => v.parse(EntryId, toBase64url(seeded(n, 32))),
);

test('both spellings of a short id are one', () => {
  for (const id of ids) expect(shortIdOf(shortBytes(id))).toBe(shortId(id));
});

test('an announcement names an entry by the first 4 bytes of its id', () => {
  for (const id of ids)
    expect(announcedBytes([announcedId(id)])).toEqual(fromBase64url(id).slice(0, 4));
});

test('announced ids come out of their bytes as they went in, wherever those lie', () => {
  const announced = ids.map(announcedId);
  const around = Uint8Array.of(9, ...announcedBytes(announced));
  expect(announcedIdsOf(around.subarray(1))).toEqual(announced);
  expect(new Set(announced).size).toBe(ids.length);
});
