import { encode } from 'cborg';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { concatBytes, fromHex, toHex } from '../crypto/bytes.ts';
import {
  type CborValue,
  decodeCanonical,
  encodeCanonical,
  tryDecodeCanonical,
} from './canonical-cbor.ts';

const { value } = fc.letrec<{ value: CborValue }>((tie) => ({
  value: fc.oneof(
    { depthSize: 'small' },
    fc.constant(null),
    fc.boolean(),
    fc.maxSafeInteger(),
    fc.string({ unit: 'grapheme', maxLength: 12 }),
    fc.uint8Array({ maxLength: 12 }),
    fc.array(tie('value'), { maxLength: 4 }),
    fc.dictionary(fc.string({ maxLength: 30 }), tie('value'), {
      maxKeys: 4,
      noNullPrototype: true,
    }),
  ),
}));

describe('canonical CBOR', () => {
  test('gives back every value of the profile', () => {
    fc.assert(
      fc.property(value, (v) => {
        expect(decodeCanonical(encodeCanonical(v))).toEqual(v);
      }),
      { numRuns: 300 },
    );
  });

  test('has one encoding a value: whatever decodes is encoded to the same bytes', () => {
    const mutated = fc.tuple(value, fc.nat(), fc.nat(255)).map(([v, at, byte]) => {
      const bytes = encodeCanonical(v);
      bytes[at % bytes.length] = byte;
      return bytes;
    });
    fc.assert(
      fc.property(fc.oneof(mutated, fc.uint8Array({ maxLength: 24 })), (bytes) => {
        const read = decodeCanonical(bytes);
        if (read !== undefined) expect(toHex(encodeCanonical(read))).toBe(toHex(bytes));
      }),
      { numRuns: 5000 },
    );
  }, 30_000);

  test.each([
    ['keys out of order', 'a2616201616101'],
    ['a key twice', 'a2616101616102'],
    ['a number longer than needed', '1800'],
    ['a length longer than needed', '580100'],
    ['an indefinite array', '9f01ff'],
    ['indefinite bytes', '5f4101ff'],
    ['a float', 'f93c00'],
    ['a float of 64 bits', 'fb3ff199999999999a'],
    ['NaN', 'f97e00'],
    ['undefined', 'f7'],
    ['a simple value', 'e0'],
    ['a tag', 'c11a514b67b0'],
    ['a number above 2^53 - 1', '1b0020000000000000'],
    ['a number below -(2^53 - 1)', '3b001fffffffffffff'],
    ['a map with a number for a key', 'a10101'],
    ['broken UTF-8', '61ff'],
    ['a lone surrogate', '63eda080'],
    ['two values', '0101'],
    ['a lone break', 'ff'],
  ])('refuses %s', (_what, hex) => {
    expect(decodeCanonical(fromHex(hex))).toBeUndefined();
  });

  test('nests 16 deep and no deeper, whatever the stack could hold', () => {
    const nested = (depth: number) =>
      concatBytes(new Uint8Array(depth).fill(0x81), Uint8Array.of(0));
    expect(decodeCanonical(nested(16))).toBeDefined();
    expect(decodeCanonical(nested(17))).toBeUndefined();
    expect(decodeCanonical(nested(60_000))).toBeUndefined();
  });

  test('a short text that announces a long one is refused at once', () => {
    for (const hex of ['9affffffff', 'baffffffff', '5affffffff', '9b001fffffffffffff']) {
      expect(tryDecodeCanonical(fromHex(hex))).toEqual({ ok: false, problem: 'truncated' });
    }
  });

  test('knows what was cut off from what is wrong', () => {
    fc.assert(
      fc.property(value, fc.nat(), (v, at) => {
        const bytes = encodeCanonical(v);
        const cut = bytes.subarray(0, at % bytes.length);
        expect(tryDecodeCanonical(cut)).toEqual({ ok: false, problem: 'truncated' });
        const longer = concatBytes(bytes, Uint8Array.of(0));
        expect(tryDecodeCanonical(longer)).toEqual({ ok: false, problem: 'malformed' });
      }),
      { numRuns: 300 },
    );
  });

  test('what is not of the profile is not encoded', () => {
    for (const bad of [0.5, Number.NaN, 2 ** 60]) {
      expect(() => encodeCanonical(bad)).toThrow(RangeError);
    }
    expect(decodeCanonical(encode(undefined))).toBeUndefined();
  });

  test('a key called __proto__ is a key like any other', () => {
    const read = decodeCanonical(fromHex('a1695f5f70726f746f5f5fa1616101'));
    expect(read).toBeDefined();
    expect(Object.getPrototypeOf(read)).toBe(Object.prototype);
    expect(read).not.toHaveProperty('a');
  });
});
