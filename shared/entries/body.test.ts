import fc from 'fast-check';
import * as v from 'valibot';
import { describe, expect, test } from 'vitest';
import { concatBytes, randomBytes, toBase64url, toHex } from '../crypto/bytes.ts';
import { ChangeHash, EpochId, SpaceId } from '../protocol/ids.ts';
import {
  type Body,
  decodeBody,
  encodeBody,
  hintOf,
  MAX_BODY_BYTES,
  openBody,
  sealBody,
} from './body.ts';
import { type CborValue, encodeCanonical } from './canonical-cbor.ts';
import { spaceDocumentId } from './document-id.ts';

const anyHash = () => v.parse(ChangeHash, toHex(randomBytes(32)));
const anyDocument = () => spaceDocumentId(v.parse(SpaceId, toBase64url(randomBytes(32))));
const epochId = v.parse(EpochId, toBase64url(randomBytes(32)));

const place = {
  contentSecret: randomBytes(32),
  documentId: anyDocument(),
  device: randomBytes(32),
  deps: [anyHash(), anyHash()],
};
const body: Body = {
  kind: 'message',
  hlc: 1_800_000_000_000,
  n: 1,
  prev: [randomBytes(16)],
  refs: [],
  content: { text: 'It is a text of about sixty characters, as people write them.' },
};
const bodies: fc.Arbitrary<Body> = fc.record({
  kind: fc.stringMatching(/^[a-z0-9 -]{1,32}$/),
  hlc: fc.nat().map((n) => n * 100_000),
  n: fc.integer({ min: 1, max: 2 ** 32 - 1 }),
  prev: fc.array(fc.uint8Array({ minLength: 16, maxLength: 16 }), { maxLength: 16 }),
  refs: fc.array(fc.uint8Array({ minLength: 32, maxLength: 32 }), { maxLength: 16 }),
  content: fc.dictionary(
    fc.string({ maxLength: 10 }),
    fc.oneof(fc.string(), fc.maxSafeInteger(), fc.uint8Array(), fc.boolean(), fc.constant(null)),
    { maxKeys: 5, noNullPrototype: true },
  ),
});

describe('a body', () => {
  test('of any kind, known or not, is read as it was written', () => {
    fc.assert(
      fc.property(bodies, (b) => {
        expect(decodeBody(encodeBody(b))).toEqual(b);
      }),
      { numRuns: 300 },
    );
  });

  test('is refused when a field is missing, out of bounds or one too many', () => {
    const good: Record<string, CborValue> = {
      kind: 'message',
      hlc: 1,
      n: 1,
      prev: [],
      refs: [],
      content: { text: 'x' },
    };
    const encoded = (change: Record<string, CborValue>) =>
      encodeCanonical(Object.values({ ...good, ...change }));
    expect(decodeBody(encoded({}))).toEqual(good);
    for (const bad of [
      { more: 1 },
      { kind: '' },
      { kind: 'k'.repeat(33) },
      { kind: 'Message' },
      { hlc: -1 },
      { hlc: 2 ** 48 },
      { n: 0 },
      { n: 2 ** 32 },
      { prev: [randomBytes(15)] },
      { prev: Array.from({ length: 17 }, () => randomBytes(16)) },
      { refs: [randomBytes(16)] },
      { refs: Array.from({ length: 17 }, () => randomBytes(32)) },
      { content: [] },
      { content: new Uint8Array(3) },
      { content: null },
    ]) {
      expect(decodeBody(encoded(bad))).toBeUndefined();
    }
    expect(decodeBody(encodeCanonical(Object.values(good).slice(1)))).toBeUndefined();
    expect(decodeBody(encodeCanonical(good))).toBeUndefined();
    expect(() => encodeBody({ ...body, n: 0 })).toThrow(RangeError);
  });

  test('is bounded, so that its sealed form fits an entry', () => {
    const filled = (length: number) => ({ ...body, content: { blob: new Uint8Array(length) } });
    const room = MAX_BODY_BYTES - encodeBody(filled(60_000)).length + 60_000;
    expect(decodeBody(encodeBody(filled(room)))).toBeDefined();
    expect(() => encodeBody(filled(room + 1))).toThrow(RangeError);
    const { sealed } = sealBody({ ...place, epochId, body: filled(room) });
    expect(openBody({ ...place, sealed })).toBeDefined();
    expect(openBody({ ...place, sealed: concatBytes(sealed, Uint8Array.of(0)) })).toBeUndefined();
  });

  test('never throws on what it is not', () => {
    const mutated = fc.tuple(bodies, fc.nat(), fc.nat(255)).map(([b, at, byte]) => {
      const bytes = encodeBody(b);
      bytes[at % bytes.length] = byte;
      return bytes;
    });
    fc.assert(
      fc.property(fc.oneof(mutated, fc.uint8Array({ maxLength: 100 })), (bytes) => {
        const read = decodeBody(bytes);
        if (read !== undefined) expect(toHex(encodeBody(read))).toBe(toHex(bytes));
      }),
      { numRuns: 3000 },
    );
  }, 30_000);
});

describe('a sealed body', () => {
  test('opens in its place, under its epoch’s secret, whatever the order of deps', () => {
    fc.assert(
      fc.property(bodies, (b) => {
        const { hint, sealed } = sealBody({ ...place, epochId, body: b });
        expect(hint).toEqual(hintOf(epochId));
        expect(openBody({ ...place, sealed })).toEqual(b);
        expect(openBody({ ...place, deps: [...place.deps].reverse(), sealed })).toEqual(b);
      }),
      { numRuns: 50 },
    );
  });

  test('opens in no other document, for no other device, on no other deps, under no other secret', () => {
    const { sealed } = sealBody({ ...place, epochId, body });
    for (const elsewhere of [
      { documentId: anyDocument() },
      { device: randomBytes(32) },
      { deps: [anyHash()] },
      { deps: place.deps.slice(1) },
      { contentSecret: randomBytes(32) },
    ]) {
      expect(openBody({ ...place, ...elsewhere, sealed })).toBeUndefined();
    }
  });

  test('does not open with any byte changed or cut off', () => {
    const { sealed } = sealBody({ ...place, epochId, body });
    for (let at = 0; at < sealed.length; at++) {
      const changed = sealed.slice();
      changed[at] = (changed[at] ?? 0) ^ 1;
      expect(openBody({ ...place, sealed: changed })).toBeUndefined();
      expect(openBody({ ...place, sealed: sealed.subarray(0, at) })).toBeUndefined();
    }
  });

  test('written again in the same place shows only whether it is the same', () => {
    const first = sealBody({ ...place, epochId, body }).sealed;
    expect(sealBody({ ...place, epochId, body }).sealed).toEqual(first);
    const other = sealBody({ ...place, epochId, body: { ...body, n: 2 } }).sealed;
    const alike = other.filter((byte, i) => byte === first[i]).length;
    expect(alike).toBeLessThan(other.length / 4);
  });

  test('of 60 characters has fewer than 128 bytes', () => {
    expect(sealBody({ ...place, epochId, body }).sealed.length).toBeLessThan(128);
  });
});
