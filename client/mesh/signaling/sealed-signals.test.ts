import { randomBytes } from '@snug/shared/crypto/bytes.ts';
import {
  type DeviceKey,
  generateDeviceKey,
  openDeviceKey,
} from '@snug/shared/crypto/device-key.ts';
import { Topic } from '@snug/shared/protocol/ids.ts';
import * as v from 'valibot';
import { beforeAll, expect, test } from 'vitest';
import type { TopicSpec } from '../links-port.ts';
import { SealedSignals, type Signal } from './sealed-signals.ts';
import type { SignalPayload } from './signal-payload.ts';

const spec: TopicSpec = {
  topic: v.parse(Topic, 'A'.repeat(43)),
  signalKey: new Uint8Array(32).fill(1),
  servers: [],
  initiate: 'listed',
  allowed: [],
  heads: new Uint8Array(8).fill(5),
};
const session = new Uint8Array(16).fill(2);
let alice: DeviceKey;
let bob: DeviceKey;
beforeAll(async () => {
  alice = await openDeviceKey(await generateDeviceKey());
  bob = await openDeviceKey(await generateDeviceKey());
});

async function sealed(from: SealedSignals, toNonce: Uint8Array, payloads: SignalPayload[]) {
  const all: Uint8Array[] = [];
  for (const payload of payloads) {
    from.seal(spec, { peer: bob.peerId, nonce: toNonce }, session, payload, (s) => all.push(s));
  }
  await from.sealed;
  return all;
}

/** Opens all of them and waits for the last. */
function unexpected(problem: unknown): never {
  throw problem;
}

async function opened(at: SealedSignals, from: DeviceKey, all: readonly Uint8Array[]) {
  const signals: Signal[] = [];
  for (const each of all) at.open(spec, from.peerId, each, (signal) => signals.push(signal));
  await at.opened;
  return signals;
}

const bye = (reason: string): SignalPayload => ({ is: 'bye', code: 'other', reason });

test('signals open in the order in which they were sealed, with their heads', async () => {
  const nonce = randomBytes(16);
  const all = await sealed(
    new SealedSignals(alice, randomBytes(16), unexpected),
    nonce,
    ['1', '2', '3'].map(bye),
  );
  const signals = await opened(new SealedSignals(bob, nonce, unexpected), alice, all);
  expect(signals.map(({ payload }) => payload)).toEqual(['1', '2', '3'].map(bye));
  expect(signals[0]).toMatchObject({ from: alice.peerId, session, heads: spec.heads });
});

test('none is taken twice, not even when the sender’s next run came between', async () => {
  const nonce = randomBytes(16);
  const [first = new Uint8Array(0)] = await sealed(
    new SealedSignals(alice, randomBytes(16), unexpected),
    nonce,
    [bye('1')],
  );
  const [next = new Uint8Array(0)] = await sealed(
    new SealedSignals(alice, randomBytes(16), unexpected),
    nonce,
    [bye('2')],
  );
  const at = new SealedSignals(bob, nonce, unexpected);
  const signals = await opened(at, alice, [first, first, next, first, next]);
  expect(signals.map(({ payload }) => payload)).toEqual([bye('1'), bye('2')]);
  expect(at.rejected).toBe(3);
});

test('one for another run, from another than it says, or damaged is rejected', async () => {
  const nonce = randomBytes(16);
  const [signal = new Uint8Array(0)] = await sealed(
    new SealedSignals(alice, randomBytes(16), unexpected),
    nonce,
    [bye('1')],
  );
  const damaged = signal.map((byte, i) => (i === 50 ? byte ^ 1 : byte));
  expect(
    await opened(new SealedSignals(bob, randomBytes(16), unexpected), alice, [signal]),
  ).toEqual([]);
  expect(await opened(new SealedSignals(bob, nonce, unexpected), bob, [signal])).toEqual([]);
  expect(
    await opened(new SealedSignals(bob, nonce, unexpected), alice, [damaged, new Uint8Array(3)]),
  ).toEqual([]);
});

test('what a server pours in beyond a bound is dropped', async () => {
  const at = new SealedSignals(bob, randomBytes(16), unexpected);
  await opened(
    at,
    alice,
    Array.from({ length: 1000 }, () => new Uint8Array(200)),
  );
  expect(at.rejected).toBe(1000);
});

test('what fails in the hands of whoever takes one keeps none of the others', async () => {
  const nonce = randomBytes(16);
  const problems: unknown[] = [];
  const from = new SealedSignals(alice, randomBytes(16), (problem) => problems.push(problem));
  const all: Uint8Array[] = [];
  for (const reason of ['1', '2', '3'])
    from.seal(spec, { peer: bob.peerId, nonce }, session, bye(reason), (signal) => {
      all.push(signal);
      if (reason === '1') throw new Error('nobody sends');
    });
  await from.sealed;
  expect(all).toHaveLength(3);
  const at = new SealedSignals(bob, nonce, (problem) => problems.push(problem));
  const taken: SignalPayload[] = [];
  for (const each of all)
    at.open(spec, alice.peerId, each, ({ payload }) => {
      if (taken.push(payload) === 1) throw new Error('nobody takes it');
    });
  await at.opened;
  expect(taken).toEqual(['1', '2', '3'].map(bye));
  expect(problems).toEqual([new Error('nobody sends'), new Error('nobody takes it')]);
});
