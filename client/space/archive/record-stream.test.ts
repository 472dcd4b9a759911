import { concatBytes } from '@snug/shared/crypto/bytes.ts';
import type { CborValue } from '@snug/shared/entries/canonical-cbor.ts';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type Chunks, MAX_RECORD_BYTES, RecordReader, recordBytes } from './record-stream.ts';

/** These bytes in pieces of this length, and then its ending. */
function inPieces(bytes: Uint8Array, length: number, ending: 'end' | 'damaged' = 'end'): Chunks {
  let at = 0;
  return {
    next: async () => {
      if (at >= bytes.length) return ending;
      at += length;
      return bytes.subarray(at - length, at);
    },
  };
}

async function readAll(chunks: Chunks) {
  const reader = new RecordReader(chunks);
  const values: CborValue[] = [];
  for (;;) {
    const record = await reader.next();
    if (typeof record === 'string') return { values, ended: record, again: await reader.next() };
    values.push(record.value);
  }
}

test('records come back in whatever pieces they are read', async () => {
  const values = [null, 'two', [3, new Uint8Array(300)], { four: true }];
  const bytes = concatBytes(...values.map(recordBytes));
  for (const length of [1, 2, 7, 128, 1000])
    expect(await readAll(inPieces(bytes, length))).toEqual({ values, ended: 'end', again: 'end' });
});

test('an end within a record, and damage anywhere, are told, and stay', async () => {
  const bytes = concatBytes(recordBytes('one'), recordBytes('two'));
  const cut = await readAll(inPieces(bytes.subarray(0, -1), 3));
  expect(cut).toEqual({ values: ['one'], ended: 'damaged', again: 'damaged' });
  expect((await readAll(inPieces(bytes, 3, 'damaged'))).ended).toBe('damaged');
  const wrong = concatBytes(recordBytes('one'), Uint8Array.of(1, 0xff), recordBytes('two'));
  expect(await readAll(inPieces(wrong, 3))).toMatchObject({ values: ['one'], ended: 'damaged' });
});

test('a record that says it is huge is not waited for', async () => {
  let asked = 0;
  const length = concatBytes(Uint8Array.of(0xff, 0xff, 0xff, 0x7f), new Uint8Array(100));
  const chunks = inPieces(length, 104);
  const counted = {
    next: () => {
      asked++;
      return chunks.next();
    },
  };
  expect(await new RecordReader(counted).next()).toBe('damaged');
  expect(asked).toBe(1);
  expect(() => recordBytes(new Uint8Array(MAX_RECORD_BYTES))).toThrow(RangeError);
});

test('property: any bytes are read to their end without an error', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.uint8Array({ maxLength: 200 }),
      fc.integer({ min: 1, max: 50 }),
      async (bytes, length) => {
        const { values, ended } = await readAll(inPieces(bytes, length));
        expect(values.length).toBeLessThanOrEqual(bytes.length);
        expect(['end', 'damaged']).toContain(ended);
      },
    ),
  );
});
