import { SIGNALING_LIMITS } from '@snug/shared/protocol/limits.ts';
import { encode } from 'cborg';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { OTHER, peer, sighted, TOPIC } from '../test/route-world.ts';
import {
  decodeRouteMessage,
  encodeRouteMessage,
  NAMED_NEIGHBOURS,
  PATH_PEERS,
  ROUTE_HOPS,
  ROUTE_MESSAGE_BYTES,
  type RouteMessage,
} from './route-message.ts';

const name = fc.constantFrom(...'abcdefgh');
const bytes = (length: number) => fc.uint8Array({ minLength: length, maxLength: length });
const topic = fc.constantFrom(TOPIC, OTHER);
const path = fc.array(name.map(sighted), { minLength: 1, maxLength: PATH_PEERS });
const messages: fc.Arbitrary<RouteMessage> = fc.oneof(
  fc.record({
    is: fc.constant('neighbours' as const),
    topic,
    peers: fc.array(name.map(sighted), { maxLength: NAMED_NEIGHBOURS }),
  }),
  fc.record({ is: fc.constant('left' as const), topic }),
  fc.record({
    is: fc.constant('walk' as const),
    topic,
    walk: bytes(8),
    path,
    hops: fc.integer({ min: 1, max: ROUTE_HOPS }),
  }),
  fc.record({ is: fc.constant('walked' as const), topic, walk: bytes(8), path }),
  fc.record({
    is: fc.constant('signal' as const),
    topic,
    passed: path,
    ahead: fc.array(name.map(peer), { maxLength: ROUTE_HOPS }),
    sealed: fc.uint8Array({ minLength: 1, maxLength: 300 }),
  }),
);

test('a message reads back as it was written', () => {
  fc.assert(
    fc.property(messages, (message) => {
      expect(decodeRouteMessage(encodeRouteMessage(message))).toEqual(message);
    }),
  );
});

test('the largest of each kind is within the limit', () => {
  const many = (count: number) => Array.from({ length: count }, () => sighted('a'));
  const largest: RouteMessage[] = [
    { is: 'neighbours', topic: TOPIC, peers: many(NAMED_NEIGHBOURS) },
    {
      is: 'signal',
      topic: TOPIC,
      passed: many(PATH_PEERS),
      ahead: many(ROUTE_HOPS).map((each) => each.peer),
      sealed: new Uint8Array(SIGNALING_LIMITS.signalBytes),
    },
  ];
  for (const message of largest) {
    const encoded = encodeRouteMessage(message);
    expect(encoded.length).toBeLessThanOrEqual(ROUTE_MESSAGE_BYTES);
    expect(decodeRouteMessage(encoded)).toEqual(message);
  }
});

test('a list of five neighbours takes under 300 bytes, a hop of a signal some 90 beside it', () => {
  const five = [...'abcde'].map(sighted);
  const list = encodeRouteMessage({ is: 'neighbours', topic: TOPIC, peers: five });
  expect(list.length).toBeLessThan(300);
  const signal = (passed: number) =>
    encodeRouteMessage({
      is: 'signal',
      topic: TOPIC,
      passed: five.slice(0, passed),
      ahead: [],
      sealed: new Uint8Array(200),
    }).length;
  expect(signal(1)).toBeLessThan(200 + 95);
  expect(signal(2) - signal(1)).toBe(50);
});

const topicBytes = new Uint8Array(32);
const seen = new Uint8Array(48);
test.each<readonly [string, number, unknown]>([
  ['a short topic', 2, [new Uint8Array(31)]],
  ['a topic as text', 2, ['A'.repeat(43)]],
  ['a peer without its nonce', 1, [topicBytes, [new Uint8Array(32)]]],
  ['too many neighbours', 1, [topicBytes, Array(NAMED_NEIGHBOURS + 1).fill(seen)]],
  ['a walk that nobody began', 3, [topicBytes, new Uint8Array(8), [], 6]],
  ['a walk with no hop left', 3, [topicBytes, new Uint8Array(8), [seen], 0]],
  ['a walk with too many hops left', 3, [topicBytes, new Uint8Array(8), [seen], ROUTE_HOPS + 1]],
  ['a walk with half a hop left', 3, [topicBytes, new Uint8Array(8), [seen], 1.5]],
  ['a path that is too long', 4, [topicBytes, new Uint8Array(8), Array(PATH_PEERS + 1).fill(seen)]],
  ['a signal of no bytes', 5, [topicBytes, [seen], [], new Uint8Array(0)]],
  [
    'a signal that is too large',
    5,
    [topicBytes, [seen], [], new Uint8Array(SIGNALING_LIMITS.signalBytes + 1)],
  ],
  ['one part too many', 2, [topicBytes, 1]],
  ['a map', 2, { 0: topicBytes }],
])('%s is refused', (_what, kind, body) => {
  expect(decodeRouteMessage(Uint8Array.of(kind, ...encode(body)))).toBeUndefined();
});

test('a kind of a later version is unknown, whatever it holds, within the limit of all', () => {
  for (const kind of [0, 6, 9, 255]) {
    for (const rest of [[], encode([topicBytes]), [0xff, 0xff], new Uint8Array(5_000)])
      expect(decodeRouteMessage(Uint8Array.of(kind, ...rest))).toEqual({ is: 'unknown' });
  }
  expect(decodeRouteMessage(new Uint8Array(ROUTE_MESSAGE_BYTES + 1).fill(9))).toBeUndefined();
  expect(decodeRouteMessage(new Uint8Array(0))).toBeUndefined();
});

test('no bytes make it throw', () => {
  const damaged = fc
    .tuple(messages, fc.nat(), fc.nat(255), fc.nat(8))
    .map(([message, at, value, cut]) => {
      const bytes = encodeRouteMessage(message);
      const copy = bytes.slice(0, Math.max(1, bytes.length - cut));
      copy[at % copy.length] = value;
      return copy;
    });
  fc.assert(
    fc.property(fc.oneof(fc.uint8Array({ maxLength: 100 }), damaged), (bytes) => {
      const message = decodeRouteMessage(bytes);
      if (message === undefined || message.is === 'unknown') return;
      expect(decodeRouteMessage(encodeRouteMessage(message))).toEqual(message);
    }),
    { numRuns: 2000 },
  );
  expect(decodeRouteMessage(new Uint8Array(ROUTE_MESSAGE_BYTES + 1).fill(1))).toBeUndefined();
});
