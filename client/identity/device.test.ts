import { expect, test } from 'vitest';
import { MemoryStore } from '../space/store.ts';
import { loadDevice } from './device.ts';

test('a device’s key is made at the first start and is the same ever after', async () => {
  const store = new MemoryStore();
  const first = await loadDevice(store, { extractable: true });
  const again = await loadDevice(store, { extractable: false });
  if (!first.ok || !again.ok) throw new Error('no key');
  expect(again.device.peerId).toBe(first.device.peerId);
  expect(again.device.sealingPublicKey).toEqual(first.device.sealingPublicKey);
  expect(await again.device.sign(new Uint8Array(5))).toHaveLength(64);
});

test('a key for a file is extractable, one for a browser is not', async () => {
  const file = await loadDevice(new MemoryStore(), { extractable: true });
  const browser = await loadDevice(new MemoryStore(), { extractable: false });
  if (!file.ok || !browser.ok) throw new Error('no key');
  expect(file.stored.kind).toBe('raw');
  if (browser.stored.kind !== 'webcrypto') throw new Error('Node has Ed25519');
  expect(browser.stored.signing.extractable).toBe(false);
});

test('what is stored and is no key is left alone: a new key would be a new person to everybody', async () => {
  for (const damaged of [null, {}, { kind: 'raw', signing: new Uint8Array(31) }, 'key']) {
    const store = new MemoryStore();
    await store.put('device', damaged);
    expect(await loadDevice(store, { extractable: true })).toEqual({ ok: false });
    expect(await store.get('device')).toEqual(damaged);
  }
});

test('a key that could not be kept is not used', async () => {
  const store = { get: async () => undefined, put: () => Promise.reject(new Error('full')) };
  await expect(loadDevice(store, { extractable: true })).rejects.toThrow('full');
});
