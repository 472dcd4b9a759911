import { ed25519 } from '@noble/curves/ed25519.js';
import { sha512 } from '@noble/hashes/sha2.js';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { concatBytes, fromHex, utf8 } from './bytes.ts';
import { EDDSA_EDGE_CASES } from './eddsa-edge-cases.ts';
import { verifySignature, verifySignatureSync } from './verify.ts';

const { secretKey, publicKey } = ed25519.keygen();
const message = utf8('a message');
const signature = ed25519.sign(message, secretKey);

/** The eight points whose order divides 8, each canonically and with the sign bit flipped. */
const smallOrderKeys = (() => {
  const torsion = ed25519.Point.fromHex(
    'c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a',
  );
  let point = ed25519.Point.ZERO;
  return Array.from({ length: 8 }, () => {
    point = point.add(torsion);
    return point.toBytes();
  }).flatMap((key) => {
    const flipped = key.slice();
    flipped[31] = (flipped[31] ?? 0) ^ 0x80;
    return [key, flipped];
  });
})();

const getRandomValues = crypto.getRandomValues.bind(crypto);
const importKey = () => Promise.reject(new DOMException('no Ed25519', 'NotSupportedError'));

describe.each([
  ['with WebCrypto', crypto],
  ['on a page without WebCrypto', { getRandomValues }],
  ['in a browser whose WebCrypto lacks Ed25519', { getRandomValues, subtle: { importKey } }],
])('a signature %s', (_where, platform) => {
  beforeEach(() => {
    vi.stubGlobal('crypto', platform);
  });
  afterEach(() => {
    vi.unstubAllGlobals();
  });

  test('by the key over the message is valid', async () => {
    expect(await verifySignature(publicKey, message, signature)).toBe(true);
  });

  test('over another message, or by another key, is not', async () => {
    const other = ed25519.keygen().publicKey;
    expect(await verifySignature(publicKey, utf8('another message'), signature)).toBe(false);
    expect(await verifySignature(other, message, signature)).toBe(false);
  });

  test('of a wrong length, or under a key of a wrong length, is not', async () => {
    for (const cut of [0, 31, 63]) {
      expect(await verifySignature(publicKey, message, signature.subarray(0, cut))).toBe(false);
    }
    expect(await verifySignature(publicKey.subarray(1), message, signature)).toBe(false);
    expect(await verifySignature(concatBytes(publicKey, publicKey), message, signature)).toBe(
      false,
    );
    expect(verifySignatureSync(publicKey.subarray(1), message, signature)).toBe(false);
  });

  test.each(EDDSA_EDGE_CASES)('where $what: valid is $valid', async (edge) => {
    const parts = [edge.publicKey, edge.message, edge.signature].map(fromHex);
    const [key = message, text = message, sig = message] = parts;
    expect(await verifySignature(key, text, sig)).toBe(edge.valid);
    expect(verifySignatureSync(key, text, sig)).toBe(edge.valid);
  });

  test('under a key of small order is never valid, whatever the platform says', async () => {
    const zeroS = new Uint8Array(32);
    for (const key of smallOrderKeys) {
      for (const r of smallOrderKeys) {
        const sig = concatBytes(r, zeroS);
        expect(await verifySignature(key, message, sig)).toBe(false);
        expect(verifySignatureSync(key, message, sig)).toBe(false);
      }
    }
  });

  test('with S + L in place of S is not valid', async () => {
    const order = ed25519.Point.Fn.ORDER;
    const s = ed25519.Point.Fn.fromBytes(signature.subarray(32));
    const forged = signature.slice();
    let rest = s + order;
    for (let i = 32; i < 64; i++, rest >>= 8n) forged[i] = Number(rest & 0xffn);
    expect(await verifySignature(publicKey, message, forged)).toBe(false);
  });

  test('whose R has a point of order 8 added is valid, as noble has it', async () => {
    const torsion = ed25519.Point.fromBytes(smallOrderKeys[0] ?? publicKey);
    const r = 12345n;
    const encodedR = ed25519.Point.BASE.multiply(r).add(torsion).toBytes();
    const { scalar } = ed25519.utils.getExtendedPublicKey(secretKey);
    const digest = sha512(concatBytes(encodedR, publicKey, message)).reverse();
    const k = ed25519.Point.Fn.create(digest.reduce((sum, byte) => (sum << 8n) | BigInt(byte), 0n));
    const s = ed25519.Point.Fn.toBytes(ed25519.Point.Fn.create(r + k * scalar));
    expect(await verifySignature(publicKey, message, concatBytes(encodedR, s))).toBe(true);
  });

  test('with any bit changed is what noble says it is', async () => {
    const bits = fc.record({
      at: fc.nat(publicKey.length + signature.length - 1),
      bit: fc.nat(7),
    });
    await fc.assert(
      fc.asyncProperty(bits, async ({ at, bit }) => {
        const all = concatBytes(publicKey, signature);
        all[at] = (all[at] ?? 0) ^ (1 << bit);
        const [key, sig] = [all.subarray(0, 32), all.subarray(32)];
        expect(await verifySignature(key, message, sig)).toBe(
          ed25519.verify(sig, message, key, { zip215: false }),
        );
      }),
      { numRuns: 150 },
    );
  });
});

test('more keys than are kept imported are verified all the same', async () => {
  const pairs = Array.from({ length: 300 }, () => ed25519.keygen());
  const signed = pairs.map((pair) => ed25519.sign(message, pair.secretKey));
  const answers = await Promise.all(
    pairs.map((pair, i) => verifySignature(pair.publicKey, message, signed[i] ?? signature)),
  );
  expect(answers.every((answer) => answer)).toBe(true);
});
