import { expect, test } from 'vitest';
import { type DeviceKeyStore, loadDevice } from './device.ts';

function emptyStore(): DeviceKeyStore {
  const values = new Map<string, unknown>();
  return {
    get: async (key) => values.get(key),
    put: async (key, value) => void values.set(key, value),
  };
}

test('a device’s key is made at the first start and is the same ever after', async () => {
  const store = emptyStore();
  const first = await loadDevice(store, { extractable: true });
  const again = await loadDevice(store, { extractable: false });
  if (!first.ok || !again.ok) throw new Error('no key');
  expect(again.device.peerId).toBe(first.device.peerId);
  expect(again.device.sealingPublicKey).toEqual(first.device.sealingPublicKey);
  expect(await again.device.sign(new Uint8Array(5))).toHaveLength(64);
});

test('a key for a file is extractable, one for a browser is not', async () => {
  const file = await loadDevice(emptyStore(), { extractable: true });
  const browser = await loadDevice(emptyStore(), { extractable: false });
  if (!file.ok || !browser.ok) throw new Error('no key');
  expect(file.stored.kind).toBe('raw');
  if (browser.stored.kind !== 'webcrypto') throw new Error('Node has Ed25519');
  expect(browser.stored.signing.extractable).toBe(false);
});

test('what is stored and is no key is left alone: a new key would be a new person to everybody', async () => {
  for (const damaged of [null, {}, { kind: 'raw', signing: new Uint8Array(31) }, 'key']) {
    const store = emptyStore();
    await store.put('device', damaged);
    expect(await loadDevice(store, { extractable: true })).toEqual({ ok: false });
    expect(await store.get('device')).toEqual(damaged);
  }
});

test('a key that could not be kept is not used', async () => {
  const store = { get: async () => undefined, put: () => Promise.reject(new Error('full')) };
  await expect(loadDevice(store, { extractable: true })).rejects.toThrow('full');
});
