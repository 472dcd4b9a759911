import { x25519 } from '@noble/curves/ed25519.js';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { fromHex, toHex } from './bytes.ts';
import { x25519PublicKey } from './x25519.ts';

test('the key of RFC 7748 §6.1 has the public half that stands there', () => {
  const bob = fromHex('5dab087e624a8a4b79e17f8b83800ee66f3bb1292618b6fd1c2f8b27ff88e0eb');
  const publicKey = 'de9edb7d7b7dc1b4d35b61c2ece435373f8343c85b78674dadfc7e146f882b4f';
  expect(toHex(x25519PublicKey(bob))).toBe(publicKey);
});

test('every secret has the public half that the library gives it', () => {
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 32, maxLength: 32 }), (secret) => {
      expect(toHex(x25519PublicKey(secret))).toBe(toHex(x25519.getPublicKey(secret)));
    }),
  );
});
