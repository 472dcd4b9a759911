/** When thousands of one topic leave at once, each has to cost what it would have cost alone. Operations are counted, not time. */
import { generateKeyPairSync, sign } from 'node:crypto';
import { toBase64url } from '@snug/shared/crypto/bytes.ts';
import { peerIdFromPublicKey } from '@snug/shared/crypto/did-key.ts';
import { SIGNALING_LIMITS } from '@snug/shared/protocol/limits.ts';
import { challengeBytes } from '@snug/shared/protocol/signaling.ts';
import { expect, it } from 'vitest';
import { Backlog } from './backlog.ts';
import { newChallenge } from './challenge.ts';
import { emptyCounters } from './counters.ts';
import { Exchange } from './exchange.ts';
import { type ServerSocket, Session } from './session.ts';
import { randomTopic } from './test/test-peer.ts';

/** What a call costs: one, or as much as there is to go through. */
const all = (of: { readonly length?: number; readonly size?: number }) => of.length ?? of.size ?? 0;
const one = () => 1;
const COSTS = [
  [Map.prototype, ['get', 'set', 'has', 'delete'], one],
  [Map.prototype, ['forEach', 'keys', 'values', 'entries', Symbol.iterator], all],
  [Set.prototype, ['add', 'has', 'delete'], one],
  [Set.prototype, ['forEach', 'keys', 'values', 'entries', Symbol.iterator], all],
  [Array.prototype, ['push', 'pop', 'at'], one],
  [
    Array.prototype,
    [
      ...['shift', 'unshift', 'splice', 'slice', 'concat', 'indexOf', 'lastIndexOf', 'includes'],
      ...['find', 'findIndex', 'findLast', 'filter', 'map', 'flatMap', 'forEach', 'some', 'every'],
      ...['reduce', 'sort', 'keys', 'values', 'entries', 'join', 'fill', Symbol.iterator],
    ],
    all,
  ],
] as const;

/** Calls into the language's collections, while something runs. */
function operations(run: () => void): number {
  let count = 0;
  const restore = COSTS.flatMap(([prototype, names, cost]) =>
    names.map((name) => {
      const original = Reflect.get(prototype, name);
      const counted = function (this: object, ...args: unknown[]) {
        count += cost(this);
        return Reflect.apply(original, this, args);
      };
      Object.defineProperty(prototype, name, {
        value: counted,
        writable: true,
        configurable: true,
      });
      return () =>
        Object.defineProperty(prototype, name, {
          value: original,
          writable: true,
          configurable: true,
        });
    }),
  );
  try {
    run();
    return count;
  } finally {
    for (let i = 0; i < restore.length; i++) restore[i]?.();
  }
}

/** A server with so many peers in one topic, who say nothing and are told what their sockets take down. */
function crowd(size: number) {
  const topic = randomTopic();
  const told: unknown[] = [];
  const counters = emptyCounters();
  const exchange = new Exchange({
    limits: SIGNALING_LIMITS,
    counters,
    random: () => 0.5,
    now: () => 0,
    welcome: () => ({ stunPort: 0, iceServers: [], iceSeconds: 0 }),
    onError: (error) => {
      throw error;
    },
  });
  const socket = {
    emit: (...message: unknown[]) => told.push(message),
    disconnect: () => undefined,
  } as unknown as ServerSocket;
  const backlog = new Backlog(() => false);
  const sessions = Array.from({ length: size }, (_, i) => {
    const { publicKey, privateKey } = generateKeyPairSync('ed25519');
    const peer = peerIdFromPublicKey(
      publicKey.export({ format: 'der', type: 'spki' }).subarray(-32),
    );
    const challenge = newChallenge();
    const session = new Session(socket, ['here'], challenge, backlog, SIGNALING_LIMITS, 0);
    const nonce = new Uint8Array(16).fill(i);
    const signature = sign(null, challengeBytes('here', challenge, nonce), privateKey);
    exchange.received(session, 'authenticate', [
      { peer, nonce: toBase64url(nonce), signature: toBase64url(signature), topics: [topic] },
      () => undefined,
    ]);
    return session;
  });
  expect(counters.joins).toBe(size);
  told.length = 0;
  return { exchange, sessions, told };
}

it('to leave a topic of thousands takes as many operations as to leave one of ten, and tells nobody', () => {
  const costs = [10, 2_000].map((size) => {
    const { exchange, sessions, told } = crowd(size);
    const order = [...sessions.filter((_, i) => i % 2 === 0), ...sessions.filter((_, i) => i % 2)];
    const each = order.map((session) => operations(() => exchange.disconnected(session)));
    expect(exchange).toMatchObject({ peers: 0, topics: 0 });
    expect(told).toEqual([]);
    return { most: Math.max(...each), least: Math.min(...each.slice(0, -1)) };
  });
  expect(costs[0]?.least).toBeGreaterThan(3);
  expect(costs[1]?.most).toBe(costs[0]?.most);
}, 30_000);
