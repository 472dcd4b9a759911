import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  compareBytes,
  concatBytes,
  equalBytes,
  fromBase64url,
  fromHex,
  sha256,
  toBase64url,
  toHex,
  uint32Bytes,
  utf8,
} from './bytes.ts';

const bytes = fc.uint8Array({ maxLength: 80 });

describe('base64url', () => {
  test('gives back what it was made of, and nothing else spells the same', () => {
    fc.assert(
      fc.property(bytes, (b) => {
        expect(equalBytes(fromBase64url(toBase64url(b)), b)).toBe(true);
      }),
    );
    fc.assert(
      fc.property(fc.stringMatching(/^[A-Za-z0-9_-]{0,20}$/), (text) => {
        let read: Uint8Array;
        try {
          read = fromBase64url(text);
        } catch (error) {
          expect(error).toBeInstanceOf(SyntaxError);
          return;
        }
        expect(toBase64url(read)).toBe(text);
      }),
      { numRuns: 1000 },
    );
  });

  test.each(['A', 'AB', 'AAB', 'AA==', 'AA ', ' AA', 'A+', 'A/', 'ä', 'AA\n'])(
    'refuses %j with a SyntaxError',
    (text) => {
      expect(() => fromBase64url(text)).toThrow(SyntaxError);
    },
  );
});

describe('base64url where the platform reads it, spare bits and all', () => {
  beforeAll(() => {
    Uint8Array.fromBase64 = (text) => {
      if (text.length % 4 === 1) throw new SyntaxError('one character too many');
      return new Uint8Array(Buffer.from(text, 'base64url'));
    };
  });
  afterAll(() => {
    delete Uint8Array.fromBase64;
  });

  test.each(['A', 'AB', 'AAB', 'AA==', 'A+'])('refuses %j with a SyntaxError', (text) => {
    expect(() => fromBase64url(text)).toThrow(SyntaxError);
  });

  test('what it gives is spelt in one way only', () => {
    fc.assert(
      fc.property(fc.stringMatching(/^[A-Za-z0-9_-]{0,20}$/), (text) => {
        let read: Uint8Array | undefined;
        try {
          read = fromBase64url(text);
        } catch (error) {
          expect(error).toBeInstanceOf(SyntaxError);
        }
        const spelt = toBase64url(new Uint8Array(Buffer.from(text, 'base64url')));
        expect(read !== undefined).toBe(spelt === text);
      }),
      { numRuns: 1000 },
    );
  });
});

describe('hex', () => {
  test('gives back what it was made of', () => {
    fc.assert(fc.property(bytes, (b) => equalBytes(fromHex(toHex(b)), b)));
  });
  test.each(['0', '0G', 'AB', '0x00', ' 00'])('refuses %j with a SyntaxError', (text) => {
    expect(() => fromHex(text)).toThrow(SyntaxError);
  });
});

test('bytes are ordered as their hex is', () => {
  const sign = (n: number) => Math.sign(n);
  fc.assert(
    fc.property(bytes, bytes, (a, b) => {
      const byHex = toHex(a) < toHex(b) ? -1 : toHex(a) > toHex(b) ? 1 : 0;
      expect(sign(compareBytes(a, b))).toBe(byHex);
      expect(equalBytes(a, b)).toBe(byHex === 0);
    }),
  );
});

test('parts are set one after the other', () => {
  expect(concatBytes()).toEqual(new Uint8Array(0));
  expect(concatBytes(utf8('ab'), new Uint8Array(0), utf8('c'))).toEqual(utf8('abc'));
});

test('SHA-256 is that of FIPS 180-4', () => {
  expect(toHex(sha256(utf8('abc')))).toBe(
    'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad',
  );
});

test('a number of four bytes is big-endian and bounded', () => {
  expect(uint32Bytes(0x01020304)).toEqual(Uint8Array.of(1, 2, 3, 4));
  for (const bad of [-1, 2 ** 32, 1.5, Number.NaN]) {
    expect(() => uint32Bytes(bad)).toThrow(RangeError);
  }
});
