import { encode } from 'cborg';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { MAX_CANDIDATES } from './compact-description.ts';
import { GOODBYES } from './goodbye.ts';
import { decodePayload, encodePayload, NOTE_BYTES, type SignalPayload } from './signal-payload.ts';

const description = {
  ufrag: 'Yf3k',
  pwd: 'Fh1tS0pYYLB0b9sIYdzu1Vmn',
  fingerprint: new Uint8Array(32).fill(7),
};
const candidate = { type: 'srflx', priority: 99, address: '203.0.113.7', port: 4000 } as const;
const ephemeral = new Uint8Array(32).fill(9);

const payloads: readonly SignalPayload[] = [
  {
    is: 'offer',
    attempt: 1,
    ephemeral,
    description,
    candidates: [candidate],
    note: Uint8Array.of(1, 2),
  },
  { is: 'offer', attempt: 1, ephemeral },
  { is: 'offer', attempt: 2, description },
  { is: 'answer', attempt: 1, ephemeral, description },
  { is: 'answer', attempt: 3 },
  { is: 'candidates', attempt: 1, candidates: [candidate, candidate] },
  { is: 'retry' },
  { is: 'bye', code: 'full', reason: 'links enough' },
  { is: 'bye', code: 'other', reason: 'left' },
  { is: 'offer', attempt: 1, ephemeral, urgent: true },
];

test.each(payloads)('$is reads back as it was written', (payload) => {
  expect(decodePayload(encodePayload(payload))).toEqual(payload);
});

test('an offer takes about 130 bytes', () => {
  const offer = encodePayload({ is: 'offer', attempt: 1, ephemeral, description });
  expect(offer.length).toBeLessThan(130);
});

test('every goodbye reads back, and one in a word of a later version is an end all the same', () => {
  for (const code of GOODBYES) {
    const bye = { is: 'bye', code, reason: 'why' } as const;
    expect(decodePayload(encodePayload(bye))).toEqual(bye);
  }
  const later = decodePayload(encode([4, GOODBYES.length, 'why']));
  expect(later).toEqual({ is: 'bye', code: 'other', reason: 'why' });
});

test('a long reason is cut', () => {
  const bye = decodePayload(
    encodePayload({ is: 'bye', code: 'surplus', reason: 'x'.repeat(1000) }),
  );
  expect(bye).toEqual({ is: 'bye', code: 'surplus', reason: 'x'.repeat(200) });
});

test.each([
  ['a kind that is none', [9]],
  ['an attempt of 0', [1, 0, null, null, []]],
  ['a short key', [1, 1, new Uint8Array(31), null, []]],
  [
    'a fingerprint of another length',
    [1, 1, null, ['Yf3k', description.pwd, new Uint8Array(20)], []],
  ],
  [
    'a line break in the ufrag',
    [1, 1, null, ['Yf3k\r\na=x', description.pwd, description.fingerprint], []],
  ],
  ['too many candidates', [2, 1, Array(MAX_CANDIDATES + 1).fill([0, 1, '192.0.2.1', 1])]],
  ['a candidate with a host name', [2, 1, [[0, 1, 'example.org', 1]]]],
  ['a note too long', [0, 1, null, null, [], new Uint8Array(NOTE_BYTES + 1), false]],
  ['an urgency that is none', [0, 1, null, null, [], null, 1]],
  ['a goodbye of no code', [4, 'left']],
  ['a goodbye whose code is no byte', [4, 256, 'left']],
  ['a goodbye whose code is no number', [4, 'full', 'left']],
  ['one part too many', [3, 3]],
  ['a map', { 0: 3 }],
])('%s is refused', (_what, wire) => {
  expect(decodePayload(encode(wire))).toBeUndefined();
});

test('no bytes make it throw', () => {
  const known = payloads.map(encodePayload);
  const damaged = fc
    .tuple(fc.constantFrom(...known), fc.nat(), fc.nat(255), fc.nat(200))
    .map(([bytes, at, value, cut]) => {
      const copy = bytes.slice(0, Math.max(1, bytes.length - (cut % 8)));
      copy[at % copy.length] = value;
      return copy;
    });
  fc.assert(
    fc.property(fc.oneof(fc.uint8Array({ maxLength: 100 }), damaged), (bytes) => {
      const payload = decodePayload(bytes);
      if (payload !== undefined) expect(decodePayload(encodePayload(payload))).toEqual(payload);
    }),
    { numRuns: 3000 },
  );
  expect(decodePayload(new Uint8Array(4000).fill(0x81))).toBeUndefined();
});
