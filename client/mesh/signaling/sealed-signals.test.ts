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
    new SealedSignals(alice, randomBytes(16)),
    nonce,
    ['1', '2', '3'].map(bye),
  );
  const signals = await opened(new SealedSignals(bob, nonce), alice, all);
  expect(signals.map(({ payload }) => payload)).toEqual(['1', '2', '3'].map(bye));
  expect(signals[0]).toMatchObject({ from: alice.peerId, session, heads: spec.heads });
});

test('none is taken twice, not even when the sender’s next run came between', async () => {
  const nonce = randomBytes(16);
  const [first = new Uint8Array(0)] = await sealed(
    new SealedSignals(alice, randomBytes(16)),
    nonce,
    [bye('1')],
  );
  const [next = new Uint8Array(0)] = await sealed(
    new SealedSignals(alice, randomBytes(16)),
    nonce,
    [bye('2')],
  );
  const at = new SealedSignals(bob, nonce);
  const signals = await opened(at, alice, [first, first, next, first, next]);
  expect(signals.map(({ payload }) => payload)).toEqual([bye('1'), bye('2')]);
  expect(at.rejected).toBe(3);
});

test('one for another run, from another than it says, or damaged is rejected', async () => {
  const nonce = randomBytes(16);
  const [signal = new Uint8Array(0)] = await sealed(
    new SealedSignals(alice, randomBytes(16)),
    nonce,
    [bye('1')],
  );
  const damaged = signal.map((byte, i) => (i === 50 ? byte ^ 1 : byte));
  expect(await opened(new SealedSignals(bob, randomBytes(16)), alice, [signal])).toEqual([]);
  expect(await opened(new SealedSignals(bob, nonce), bob, [signal])).toEqual([]);
  expect(await opened(new SealedSignals(bob, nonce), alice, [damaged, new Uint8Array(3)])).toEqual(
    [],
  );
});

test('what a server pours in beyond a bound is dropped', async () => {
  const at = new SealedSignals(bob, randomBytes(16));
  await opened(
    at,
    alice,
    Array.from({ length: 1000 }, () => new Uint8Array(200)),
  );
  expect(at.rejected).toBe(1000);
});
