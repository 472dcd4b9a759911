import { afterEach, describe, expect, test, vi } from 'vitest';
import { randomBytes, utf8 } from './bytes.ts';
import { generateDeviceKey, openDeviceKey, parseStoredDeviceKey } from './device-key.ts';
import { peerIdFromPublicKey } from './did-key.ts';
import { openSealedTo, sealTo } from './hpke.ts';
import { verifySignature } from './verify.ts';

afterEach(() => {
  vi.unstubAllGlobals();
});

describe.each([
  ['with WebCrypto', 'webcrypto', false],
  ['on a page without WebCrypto', 'raw', true],
])('a device key %s', (_where, kind, withoutSubtle) => {
  const withoutWebCrypto = () => {
    const getRandomValues = crypto.getRandomValues.bind(crypto);
    if (withoutSubtle) vi.stubGlobal('crypto', { getRandomValues, subtle: undefined });
  };

  test('is named by its public key and signs so that others can tell', async () => {
    withoutWebCrypto();
    const stored = await generateDeviceKey();
    expect(stored.kind).toBe(kind);
    const device = await openDeviceKey(stored);
    expect(device.peerId).toBe(peerIdFromPublicKey(device.publicKey));
    const signature = await device.sign(utf8('hello'));
    expect(await verifySignature(device.publicKey, utf8('hello'), signature)).toBe(true);
  });

  test('is the same device after a trip through storage', async () => {
    withoutWebCrypto();
    const stored = await generateDeviceKey();
    const read = parseStoredDeviceKey(structuredClone(stored));
    expect(read).toBeDefined();
    if (read === undefined) return;
    const [before, after] = [await openDeviceKey(stored), await openDeviceKey(read)];
    expect(after.peerId).toBe(before.peerId);
    expect(after.sealingPublicKey).toEqual(before.sealingPublicKey);
    const signature = await after.sign(utf8('still me'));
    expect(await verifySignature(before.publicKey, utf8('still me'), signature)).toBe(true);
  });

  test('opens what is sealed to it', async () => {
    withoutWebCrypto();
    const device = await openDeviceKey(await generateDeviceKey());
    const sealed = await sealTo(device.sealingPublicKey, utf8('secret'), utf8('i'), utf8('a'));
    const opened = await openSealedTo(device.sealingSecret, sealed, utf8('i'), utf8('a'));
    expect(opened).toEqual(utf8('secret'));
  });
});

test('a signing key made by WebCrypto cannot be read out', async () => {
  const stored = await generateDeviceKey();
  if (stored.kind !== 'webcrypto') throw new Error('expected WebCrypto to have Ed25519 here');
  expect(stored.signing.extractable).toBe(false);
  await expect(crypto.subtle.exportKey('pkcs8', stored.signing)).rejects.toThrow();
});

test('a key for a recovery file is raw, so that it can be written down', async () => {
  expect((await generateDeviceKey({ extractable: true })).kind).toBe('raw');
});

test('what a store returns is a device key or refused', async () => {
  const raw = await generateDeviceKey({ extractable: true });
  const held = await generateDeviceKey();
  const wrongAlgorithm = await crypto.subtle.generateKey('X25519', false, ['deriveBits']);
  const aes = await crypto.subtle.generateKey({ name: 'AES-GCM', length: 256 }, false, ['encrypt']);
  expect(parseStoredDeviceKey(raw)).toEqual(raw);
  expect(parseStoredDeviceKey(held)).toEqual(held);
  for (const bad of [
    undefined,
    null,
    'raw',
    {},
    { kind: 'raw' },
    { ...raw, signing: randomBytes(31) },
    { ...raw, sealing: 'x' },
    { ...raw, more: 1 },
    { ...held, publicKey: randomBytes(33) },
    { ...held, signing: randomBytes(32) },
    { ...held, signing: 'privateKey' in wrongAlgorithm ? wrongAlgorithm.privateKey : aes },
    { ...held, signing: aes },
    { ...held, kind: 'other' },
  ]) {
    expect(parseStoredDeviceKey(bad)).toBeUndefined();
  }
});
