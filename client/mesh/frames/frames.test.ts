import { concatBytes, equalBytes } from '@snug/shared/crypto/bytes.ts';
import { encode } from 'cborg';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { devicesIn, frame, listing } from '../test/any-frame.ts';
import { seeded } from '../test/random.ts';
import {
  BULK_ENTRIES,
  DIGEST_LINES,
  FrameDecoder,
  FrameEncoder,
  MalformedFrame,
  SESSION_MESSAGE_BYTES,
  type SentFrame,
} from './frames.ts';
import type { AnnouncedId } from './short-id.ts';

test('property: every kind of frame comes out as it went in, over the whole life of a link', () => {
  fc.assert(
    fc.property(fc.array(frame, { minLength: 1, maxLength: 8 }), (frames) => {
      const [encoder, decoder] = [new FrameEncoder(), new FrameDecoder()];
      for (const one of frames) expect(decoder.decode(encoder.encode(one))).toEqual(one);
    }),
    { numRuns: 150, seed: 1 },
  );
});

test('the longest entry fits every frame that carries entries', () => {
  const longest = new Uint8Array(105 + 64 * 1024).fill(7);
  const [encoder, decoder] = [new FrameEncoder(), new FrameDecoder()];
  const address = new Uint8Array(53);
  const deps = new Uint8Array(16 * 32);
  const pushed = decoder.decode(
    encoder.encode({ type: 'entry', address, tags: [], entry: longest }),
  );
  const answer = decoder.decode(
    encoder.encode({ type: 'depsAnswer', address, deps, entry: longest }),
  );
  for (const came of [pushed, answer])
    expect('entry' in came && equalBytes(came.entry, longest)).toBe(true);
});

test('a receipt costs nine bytes where its holder has been named, and what it is about eight for all of them', () => {
  const encoder = new FrameEncoder();
  const receipts = Array.from({ length: 30 }, (_, i) => ({
    device: new Uint8Array(32).fill(i),
    mac: new Uint8Array(8),
  }));
  const group = {
    address: new Uint8Array(53),
    author: new Uint8Array(32).fill(99),
    hops: 1,
    tip: new Uint8Array(4),
    receipts,
  };
  encoder.encode({ type: 'receipts', groups: [group] });
  expect(encoder.encode({ type: 'receipts', groups: [group] })).toHaveLength(1 + 8 + 30 * 9);
});

test('a frame of more receipts or presence messages than it may hold is malformed, as is one cut short', () => {
  const receipts = (many: number) => ({
    address: new Uint8Array(53),
    author: new Uint8Array(32),
    hops: 0,
    tip: new Uint8Array(4),
    receipts: Array.from({ length: many }, () => ({
      device: new Uint8Array(32),
      mac: new Uint8Array(8),
    })),
  });
  const presence = (many: number): SentFrame => ({
    type: 'presence',
    address: new Uint8Array(33),
    asks: false,
    answers: false,
    messages: Array.from({ length: many }, () => ({
      device: new Uint8Array(32),
      bytes: new Uint8Array(90),
    })),
  });
  const decode = (frame: SentFrame, cut = 0) => {
    const encoded = new FrameEncoder().encode(frame);
    return new FrameDecoder().decode(encoded.subarray(0, encoded.length - cut));
  };
  for (const groups of [[receipts(513)], [receipts(300), receipts(300)], [receipts(0)]])
    expect(() => decode({ type: 'receipts', groups })).toThrow(MalformedFrame);
  expect(() => decode({ type: 'receipts', groups: [receipts(2)] }, 1)).toThrow(MalformedFrame);
  expect(() => decode(presence(65))).toThrow(MalformedFrame);
  expect(() => decode(presence(2), 1)).toThrow(MalformedFrame);
});

test('once the space has a handle an announcement takes 2 bytes and 4 for each entry, a prune 2', () => {
  const encoder = new FrameEncoder();
  const address = new Uint8Array(33);
  encoder.encode({ type: 'prune', address });
  const ids = [1, -2] as AnnouncedId[];
  expect(encoder.encode({ type: 'announce', address, ids })).toEqual(
    Uint8Array.of(9, 1, 0, 0, 0, 1, 0xff, 0xff, 0xff, 0xfe),
  );
  expect(encoder.encode({ type: 'graft', address, ids: [] })).toEqual(Uint8Array.of(10, 1));
  expect(encoder.encode({ type: 'prune', address })).toEqual(Uint8Array.of(11, 1));
});

const hostile = {
  'an announcement of nothing': Uint8Array.of(9, 0, 1, 7),
  'an announcement that breaks off': Uint8Array.of(9, 0, 1, 7, 1, 2, 3),
  'an announcement of too much': Uint8Array.of(9, 0, 1, 7, ...new Uint8Array(4 * 257)),
  'a graft of too much': Uint8Array.of(10, 0, 1, 7, ...new Uint8Array(4 * 257)),
  'a prune with something after it': Uint8Array.of(11, 0, 1, 7, 1, 2, 3, 4),
  empty: new Uint8Array(),
  'a type and nothing else': Uint8Array.of(3),
  'a handle never given': Uint8Array.of(1, 5, ...new Uint8Array(200)),
  'a number that does not end': Uint8Array.of(1, 0xff, 0xff, 0xff, 0xff, 0xff, 1),
  'an address of no length': Uint8Array.of(1, 0, 0, ...new Uint8Array(200)),
  'an address too long': Uint8Array.of(1, 0, 97, ...new Uint8Array(300)),
  'the beginning of a key that breaks off': Uint8Array.of(1, 0, 1, 7, 1, 1, 2, 3),
  'an entry without body of a device not known': Uint8Array.of(
    ...[1, 0, 1, 7, 1],
    ...new Uint8Array(8),
    ...[0, 1, 2],
  ),
  '17 deps': Uint8Array.of(1, 0, 1, 7, 0, ...new Uint8Array(32), 17, ...new Uint8Array(400)),
  'an entry without body': Uint8Array.of(1, 0, 1, 7, 0, ...new Uint8Array(32), 0, 1, 2),
};

test('a type that a later version may know is read as unknown, and changes nothing', () => {
  const decoder = new FrameDecoder();
  expect(decoder.decode(Uint8Array.of(200, 1, 2, 3))).toEqual({ type: 'unknown' });
});

test.each(Object.entries(hostile))('%s is malformed', (_what, frame) => {
  expect(() => new FrameDecoder().decode(frame)).toThrow(MalformedFrame);
});

const cbor = (type: number, value: unknown) => concatBytes(Uint8Array.of(type), encode(value));
const page = (lines: unknown, level = 1, flags = 3) =>
  cbor(3, [new Uint8Array(32), level, flags, new Uint8Array(), new Uint8Array(), lines]);
const outOfBounds = {
  'an acknowledgement of another length': cbor(2, [[new Uint8Array(7)]]),
  'too many acknowledgements': cbor(2, [Array.from({ length: 1025 }, () => new Uint8Array(8))]),
  'a digest of a hash that is too long': cbor(3, [new Uint8Array(32), new Uint8Array(9)]),
  'a digest of no space': cbor(3, [new Uint8Array(31), new Uint8Array(8)]),
  'too many lines in a digest': page(
    Array.from({ length: DIGEST_LINES + 1 }, () => [new Uint8Array(1), new Uint8Array(8), 1]),
  ),
  'a level that there is not': page([], 2),
  'flags that nobody knows': page([], 1, 4),
  'a key that is too long': page([[new Uint8Array(65), new Uint8Array(8), 1]]),
  'a negative count': page([[new Uint8Array(3), new Uint8Array(8), -1]]),
  'a count that is no whole number': page([[new Uint8Array(3), new Uint8Array(8), 1.5]]),
  'a count beyond all numbers': page([[new Uint8Array(3), new Uint8Array(8), 2n ** 63n]]),
  'a want that has taken less than nothing': cbor(4, [new Uint8Array(33), -1]),
  'a map for a tuple': cbor(4, { 0: new Uint8Array(3) }),
  'too many entries in bulk': cbor(5, [
    new Uint8Array(33),
    Array.from({ length: BULK_ENTRIES + 1 }, () => [new Uint8Array(32), new Uint8Array(105)]),
    1,
    true,
  ]),
  'deps of 31 bytes': cbor(5, [
    new Uint8Array(33),
    [[new Uint8Array(31), new Uint8Array(105)]],
    1,
    true,
  ]),
  '17 deps in bulk': cbor(5, [
    new Uint8Array(33),
    [[new Uint8Array(32 * 17), new Uint8Array(105)]],
    1,
    true,
  ]),
  'a body that is too long': cbor(8, [
    new Uint8Array(33),
    new Uint8Array(32),
    new Uint8Array(106 + 64 * 1024),
  ]),
  'a knock at a lobby of 31 bytes': cbor(14, [1, new Uint8Array(31), new Uint8Array(9)]),
  'a knock without a note': cbor(14, [1, new Uint8Array(32), new Uint8Array()]),
  'a note that is too long': cbor(14, [1, new Uint8Array(32), new Uint8Array(1025)]),
  'a number of 33 bits': cbor(14, [2 ** 32, new Uint8Array(32), new Uint8Array(9)]),
  'a reason that is too long': cbor(15, [1, 'x'.repeat(65)]),
  'a reason that is no text': cbor(15, [1, new Uint8Array(3)]),
  'a linking in a topic of 31 bytes': cbor(16, [new Uint8Array(31), new Uint8Array(9)]),
  'a linking that says nothing': cbor(16, [new Uint8Array(32), new Uint8Array()]),
  'a linking that says too much': cbor(16, [new Uint8Array(32), new Uint8Array(64 * 1024 + 1)]),
  'a step that does not exist': cbor(6, [
    new Uint8Array(8),
    new Uint8Array(33),
    'steal',
    new Uint8Array(),
  ]),
  'a sync message that is too long': cbor(6, [
    new Uint8Array(8),
    new Uint8Array(33),
    'message',
    new Uint8Array(SESSION_MESSAGE_BYTES + 1),
  ]),
  'something after the end': Uint8Array.of(...cbor(4, [new Uint8Array(33), 0]), 0),
  'arrays within arrays without end': concatBytes(
    Uint8Array.of(4),
    new Uint8Array(200_000).fill(0x81),
  ),
  'an array that claims 2^32 items': Uint8Array.of(4, 0x9a, 0xff, 0xff, 0xff, 0xff),
  'bytes that claim 2^53': Uint8Array.of(
    4,
    0x81,
    0x5b,
    0,
    0x1f,
    0xff,
    0xff,
    0xff,
    0xff,
    0xff,
    0xff,
  ),
};

test.each(Object.entries(outOfBounds))('%s is malformed', (_what, frame) => {
  expect(() => new FrameDecoder().decode(frame)).toThrow(MalformedFrame);
});

test('25,000 hostile frames, drawn and mutated: MalformedFrame and nothing else', () => {
  const random = seeded(7);
  const pick = (n: number) => Math.floor(random() * n);
  const honest = fc.sample(frame, { numRuns: 60, seed: 2 });
  const listed = honest.flatMap(devicesIn);
  const encoder = new FrameEncoder(listing(listed));
  const samples = honest.map((one) => encoder.encode(one)).filter((f) => f.length < 5000);
  let taken = 0;
  let decoder = new FrameDecoder();
  for (let i = 0; i < 25_000; i++) {
    if (i % 500 === 0) decoder = new FrameDecoder(listing(listed.slice(i % 3)));
    let frame: Uint8Array;
    if (i % 3 === 0) {
      frame = Uint8Array.from({ length: pick(200) }, () => pick(256));
      frame[0] = pick(14);
    } else {
      frame = (samples[pick(samples.length)] ?? new Uint8Array()).slice();
      for (let n = 1 + pick(4); n > 0; n--) frame[pick(frame.length)] = pick(256);
      if (i % 5 === 0) frame = frame.subarray(0, pick(frame.length));
    }
    try {
      decoder.decode(frame);
      taken++;
    } catch (error) {
      if (!(error instanceof MalformedFrame)) throw error;
      expect(error.message.length).toBeLessThanOrEqual(300);
    }
  }
  // Else the mutations only ever break the first byte.
  expect(taken).toBeGreaterThan(100);
});
