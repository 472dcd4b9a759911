import { concatBytes, sha256 } from '@snug/shared/crypto/bytes.ts';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { chunksOf, indexFrom } from './kept-index.ts';
import { SearchIndex } from './search-index.ts';
import { channelNumber, said } from './test/said.ts';

function manyMessages(count: number): SearchIndex {
  const index = new SearchIndex({ seed: 1 });
  for (let n = 0; n < count; n++)
    index.put(said(n, `message ${n} 日本語 🎉 ${'long'.repeat(n % 20)}`, { tags: [`t${n % 7}`] }));
  return index;
}

const phrase = (...words: readonly string[]) => ({
  phrases: [{ words, prefix: false }],
  without: [],
  tags: [],
  notTags: [],
  notAuthors: new Set<string>(),
  notPlaces: new Set<string>(),
  has: [],
  hasNot: [],
});

test('a kept index finds what it found, and goes on from there', () => {
  const index = manyMessages(9000);
  const chunks = [...chunksOf(index)];
  expect(chunks.length).toBeGreaterThan(1);
  for (const chunk of chunks) expect(chunk.length).toBeLessThanOrEqual(256 * 1024 + 14);
  const back = indexFrom(chunks, 2);
  expect(back?.size).toBe(9000);
  const all = { limit: 20 };
  for (const words of [['message', '42'], ['日本', '本語'], ['🎉'], ['nowhere']])
    expect(back?.search(phrase(...words), all)).toEqual(index.search(phrase(...words), all));
  back?.put(said(9001, 'message 9001', { channel: channelNumber(1) }));
  expect(back?.search(phrase('message', '9001'), all).total).toBe(1);
});

test('an empty index is kept too', () => {
  expect(indexFrom(chunksOf(new SearchIndex({ seed: 1 })), 1)?.size).toBe(0);
});

test('chunks that are missing, doubled, in another order or of another version make no index', () => {
  const chunks = [...chunksOf(manyMessages(9000))];
  const [first, second, ...rest] = chunks;
  if (!first || !second) throw new Error('one chunk only');
  expect(indexFrom([], 1)).toBeUndefined();
  expect(indexFrom(chunks.slice(0, -1), 1)).toBeUndefined();
  expect(indexFrom(chunks.slice(1), 1)).toBeUndefined();
  expect(indexFrom([second, first, ...rest], 1)).toBeUndefined();
  expect(indexFrom([...chunks, first], 1)).toBeUndefined();
  const later = first.slice();
  later[0] = 2;
  expect(indexFrom([later, second, ...rest], 1)).toBeUndefined();
});

test('property: a bit that has turned anywhere makes no index', () => {
  const [chunk] = [...chunksOf(manyMessages(20))];
  if (!chunk) throw new Error('no chunk');
  fc.assert(
    fc.property(fc.nat(chunk.length * 8 - 1), (bit) => {
      const damaged = chunk.slice();
      damaged[bit >> 3] = (damaged[bit >> 3] ?? 0) ^ (1 << (bit & 7));
      expect(indexFrom([damaged], 1)).toBeUndefined();
    }),
  );
});

test('property: whatever has the right check is read without an error, as an index or as none', () => {
  const [honest] = [...chunksOf(manyMessages(5))];
  if (!honest) throw new Error('no chunk');
  const payload = honest.subarray(6, -8);
  const sealed = (bytes: Uint8Array) => {
    const head = concatBytes(honest.subarray(0, 6), bytes);
    return concatBytes(head, sha256(head).subarray(0, 8));
  };
  expect(indexFrom([sealed(payload)], 1)?.size).toBe(5);
  const changed = fc
    .tuple(fc.nat(payload.length - 1), fc.uint8Array({ maxLength: 12 }), fc.nat(12))
    .map(([at, put, cut]) => concatBytes(payload.subarray(0, at), put, payload.subarray(at + cut)));
  fc.assert(
    fc.property(fc.oneof(changed, fc.uint8Array({ maxLength: 300 })), (bytes) => {
      const index = indexFrom([sealed(bytes)], 1);
      const found = index?.search(phrase('message'), { limit: 9 });
      expect(found?.total ?? 0).toBeLessThanOrEqual(bytes.length);
    }),
    { numRuns: 500 },
  );
});
