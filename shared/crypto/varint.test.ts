import fc from 'fast-check';
import { expect, test } from 'vitest';
import { concatBytes } from './bytes.ts';
import { readVarint, varint } from './varint.ts';

test('a varint reads as the number it was made of, wherever it stands', () => {
  fc.assert(
    fc.property(fc.maxSafeNat(), fc.uint8Array({ maxLength: 5 }), (value, before) => {
      const bytes = concatBytes(before, varint(value), Uint8Array.of(0xff));
      const read = readVarint(bytes, before.length);
      expect(read).toEqual({ value, end: bytes.length - 1 });
    }),
  );
});

test.each([
  ['nothing', []],
  ['one that is cut off', [0x80]],
  ['one that is longer than needed', [0x80, 0x00]],
  ['one above 2^53 - 1', [0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f]],
  ['one that never ends', Array<number>(20).fill(0x80)],
])('%s is no varint', (_what, bytes) => {
  expect(readVarint(Uint8Array.from(bytes), 0)).toBeUndefined();
});

test.each([-1, 0.5, 2 ** 53, Number.NaN])('%d has none', (value) => {
  expect(() => varint(value)).toThrow(RangeError);
});
