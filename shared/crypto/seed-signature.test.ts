import { ed25519 } from '@noble/curves/ed25519.js';
import { afterEach, expect, test, vi } from 'vitest';
import { fromHex, toHex, utf8 } from './bytes.ts';
import { openSeedKey } from './seed-signature.ts';

// RFC 8032 §7.1, test 1.
const seed = fromHex('9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60');
const publicKey = 'd75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a';
const ofNothing =
  'e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b';

afterEach(() => {
  vi.unstubAllGlobals();
});

test('the seed of RFC 8032 has the public key and the signature that stand there', async () => {
  const key = await openSeedKey(seed);
  expect(toHex(key.publicKey)).toBe(publicKey);
  expect(toHex(await key.sign(new Uint8Array()))).toBe(ofNothing);
});

test('where there is no WebCrypto it signs the same', async () => {
  const getRandomValues = crypto.getRandomValues.bind(crypto);
  vi.stubGlobal('crypto', { getRandomValues });
  const key = await openSeedKey(seed);
  expect(toHex(key.publicKey)).toBe(publicKey);
  expect(toHex(await key.sign(new Uint8Array()))).toBe(ofNothing);
});

test('a platform that will not give a public key away is not asked to sign', async () => {
  const importKey = vi.spyOn(crypto.subtle, 'importKey').mockRejectedValueOnce(new Error('no'));
  const key = await openSeedKey(seed);
  importKey.mockRestore();
  expect(ed25519.verify(await key.sign(utf8('hello')), utf8('hello'), key.publicKey)).toBe(true);
});
