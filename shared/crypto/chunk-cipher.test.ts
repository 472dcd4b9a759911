import { expect, test } from 'vitest';
import { CHUNK_TAG_BYTES, ChunkCipher } from './chunk-cipher.ts';

/** Bytes that are like no others here. */
const bytes = (value: number, length: number) => new Uint8Array(length).fill(value);
const key = bytes(1, 32);
const prefix = bytes(2, 19);
const cipher = new ChunkCipher(key, prefix);
const place = { number: 3, last: false };

test('a chunk opens in its place, and is sixteen bytes longer sealed', () => {
  const plain = bytes(3, 100);
  const sealed = cipher.seal(plain, place);
  expect(sealed).toHaveLength(100 + CHUNK_TAG_BYTES);
  expect(cipher.open(sealed, place)).toEqual(plain);
});

test('it opens in no other place, under no other key, in no other text, and not when it was changed', () => {
  const sealed = cipher.seal(bytes(3, 100), place);
  expect(cipher.open(sealed, { number: 4, last: false })).toBeUndefined();
  expect(cipher.open(sealed, { number: 3, last: true })).toBeUndefined();
  expect(new ChunkCipher(bytes(4, 32), prefix).open(sealed, place)).toBeUndefined();
  expect(new ChunkCipher(key, bytes(4, 19)).open(sealed, place)).toBeUndefined();
  const changed = sealed.slice();
  changed[0] = (changed[0] ?? 0) ^ 1;
  expect(cipher.open(changed, place)).toBeUndefined();
  for (const length of [0, 15, 115])
    expect(cipher.open(sealed.subarray(0, length), place)).toBeUndefined();
});

test('keys and prefixes of another length make no cipher', () => {
  expect(() => new ChunkCipher(bytes(1, 31), prefix)).toThrow(RangeError);
  expect(() => new ChunkCipher(key, bytes(1, 18))).toThrow(RangeError);
});
