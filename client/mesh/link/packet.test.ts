import { LINK_LIMITS } from '@snug/shared/protocol/limits.ts';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { ROUTE_MESSAGE_BYTES } from '../routes/route-message.ts';
import { GOODBYES } from '../signaling/goodbye.ts';
import { BODY_BYTES, carriesFrame, decodePacket, encodePacket, type Packet } from './packet.ts';

const number = fc.maxSafeNat();
const acks = fc.record({ chat: number, bulk: number });
const data = fc
  .record({
    priority: fc.constantFrom('chat' as const, 'bulk' as const),
    number,
    acks: fc.option(acks, { nil: undefined }),
    first: fc.boolean(),
    last: fc.boolean(),
    total: number,
    body: fc.uint8Array({ maxLength: 40 }),
  })
  .map(
    ({ acks, total, ...rest }): Packet => ({
      is: 'data',
      ...rest,
      ...(acks && { acks }),
      ...(rest.first && !rest.last && { total }),
    }),
  );
const packets: fc.Arbitrary<Packet> = fc.oneof(
  data,
  fc.record({ is: fc.constant('ack' as const), acks }),
  fc.record({ is: fc.constant('ping' as const), token: number, lost: number }),
  fc.record({ is: fc.constant('pong' as const), token: number }),
  fc.record({
    is: fc.constant('bye' as const),
    code: fc.constantFrom(...GOODBYES),
    reason: fc.string({ maxLength: 100 }),
  }),
  fc.record({ is: fc.constant('control' as const), body: fc.uint8Array({ maxLength: 40 }) }),
);

test('a packet reads back as it was written', () => {
  fc.assert(
    fc.property(packets, (packet) => {
      expect(decodePacket(encodePacket(packet))).toEqual(packet);
    }),
  );
});

test('no bytes make it throw, and what it reads it writes back the same', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 60 }), (bytes) => {
      const packet = decodePacket(bytes);
      if (packet === undefined || packet.is === 'bye' || packet.is === 'unknown') return;
      expect(encodePacket(packet)).toEqual(bytes);
    }),
    { numRuns: 2000 },
  );
});

test('a full body fits into a packet with the longest header', () => {
  const most = Number.MAX_SAFE_INTEGER;
  const packet: Packet = {
    is: 'data',
    priority: 'bulk',
    number: most,
    acks: { chat: most, bulk: most },
    first: true,
    last: false,
    total: most,
    body: new Uint8Array(BODY_BYTES),
  };
  const bytes = encodePacket(packet);
  expect(bytes.length).toBeLessThanOrEqual(LINK_LIMITS.packetBytes);
  expect(decodePacket(bytes)).toEqual(packet);
});

test('a packet over the limit is none', () => {
  const bytes = new Uint8Array(LINK_LIMITS.packetBytes + 1);
  bytes[0] = 0x86;
  expect(decodePacket(bytes)).toBeUndefined();
});

test('a chat message costs four bytes and its own', () => {
  const body = new Uint8Array(200);
  const bytes = encodePacket({
    is: 'data',
    priority: 'chat',
    number: 1000,
    first: true,
    last: true,
    body,
  });
  expect(bytes.length - body.length).toBeLessThanOrEqual(4);
});

test('a control message over its limit is none', () => {
  const control = (length: number) => encodePacket({ is: 'control', body: new Uint8Array(length) });
  expect(decodePacket(control(ROUTE_MESSAGE_BYTES))).toBeDefined();
  expect(decodePacket(control(ROUTE_MESSAGE_BYTES + 1))).toBeUndefined();
});

test('a goodbye in a word of a later version is an end all the same; one without any is none', () => {
  const bytes = encodePacket({ is: 'bye', code: 'surplus', reason: 'why' });
  for (const code of [GOODBYES.length, 255]) {
    bytes[1] = code;
    expect(decodePacket(bytes)).toEqual({ is: 'bye', code: 'other', reason: 'why' });
  }
  expect(decodePacket(bytes.subarray(0, 1))).toBeUndefined();
});

test('a kind of a later version is unknown, whatever it holds; what is known and damaged is none', () => {
  for (const kind of [0, 6, 99, 127]) {
    for (const rest of [[], [1, 2, 3], Array(200).fill(255)])
      expect(decodePacket(Uint8Array.of(kind, ...rest))).toEqual({ is: 'unknown' });
  }
  const whole: Packet[] = [
    { is: 'ack', acks: { chat: 1, bulk: 2 } },
    { is: 'ping', token: 1, lost: 2 },
    { is: 'pong', token: 1 },
  ];
  for (const bytes of whole.map(encodePacket)) {
    expect(decodePacket(bytes.subarray(0, -1))).toBeUndefined();
    expect(decodePacket(Uint8Array.of(...bytes, 0))).toBeUndefined();
  }
  // Data is numbered: a part of a stream that is not understood cannot be left out.
  expect(decodePacket(Uint8Array.of(0x80 | 0x10, 0))).toBeUndefined();
});

test('only data carries frames', () => {
  fc.assert(
    fc.property(packets, (packet) => {
      expect(carriesFrame(encodePacket(packet))).toBe(packet.is === 'data');
    }),
  );
});
