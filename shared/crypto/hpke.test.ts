import { x25519 } from '@noble/curves/ed25519.js';
import fc from 'fast-check';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { concatBytes, fromHex, utf8 } from './bytes.ts';
import { openSealedTo, sealTo } from './hpke.ts';

const { secretKey, publicKey } = x25519.keygen();
const [info, aad] = [utf8('info'), utf8('aad')];

afterEach(() => {
  vi.unstubAllGlobals();
});

test('what is sealed to a key is opened by its holder, 48 bytes longer meanwhile', async () => {
  await fc.assert(
    fc.asyncProperty(fc.uint8Array({ maxLength: 200 }), async (plain) => {
      const sealed = await sealTo(publicKey, plain, info, aad);
      expect(sealed).toHaveLength(plain.length + 48);
      expect(await openSealedTo(secretKey, sealed, info, aad)).toEqual(plain);
    }),
    { numRuns: 30 },
  );
});

test('it works on pages without WebCrypto, and each side opens the other’s', async () => {
  const withIt = await sealTo(publicKey, utf8('secret'), info, aad);
  const getRandomValues = crypto.getRandomValues.bind(crypto);
  vi.stubGlobal('crypto', { getRandomValues, subtle: undefined });
  const withoutIt = await sealTo(publicKey, utf8('secret'), info, aad);
  expect(await openSealedTo(secretKey, withIt, info, aad)).toEqual(utf8('secret'));
  vi.unstubAllGlobals();
  expect(await openSealedTo(secretKey, withoutIt, info, aad)).toEqual(utf8('secret'));
});

test('the vector of RFC 9180 A.2.1.1 opens', async () => {
  const opened = await openSealedTo(
    fromHex('8057991eef8f1f1af18f4a9491d16a1ce333f695d4db8e38da75975c4478e0fb'),
    concatBytes(
      fromHex('1afa08d3dec047a643885163f1180476fa7ddb54c6a8029ea33f95796bf2ac4a'),
      fromHex(
        '1c5250d8034ec2b784ba2cfd69dbdb8af406cfe3ff938e131f0def8c8b60b4db21993c62ce81883d2dd1b51a28',
      ),
    ),
    fromHex('4f6465206f6e2061204772656369616e2055726e'),
    fromHex('436f756e742d30'),
  );
  expect(opened).toEqual(utf8('Beauty is truth, truth beauty'));
});

describe('nothing opens', () => {
  test('by another key, under another info or aad', async () => {
    const sealed = await sealTo(publicKey, utf8('secret'), info, aad);
    const other = x25519.keygen().secretKey;
    expect(await openSealedTo(other, sealed, info, aad)).toBeUndefined();
    expect(await openSealedTo(secretKey, sealed, aad, aad)).toBeUndefined();
    expect(await openSealedTo(secretKey, sealed, info, info)).toBeUndefined();
  });

  test('that was changed, cut or made up', async () => {
    const sealed = await sealTo(publicKey, utf8('secret'), info, aad);
    for (let at = 0; at < sealed.length; at++) {
      const changed = sealed.slice();
      changed[at] = (changed[at] ?? 0) ^ 1;
      expect(await openSealedTo(secretKey, changed, info, aad)).toBeUndefined();
      expect(await openSealedTo(secretKey, sealed.subarray(0, at), info, aad)).toBeUndefined();
    }
    expect(await openSealedTo(secretKey, new Uint8Array(48), info, aad)).toBeUndefined();
  });
});

test('a key that nobody can hold is refused rather than sealed to', async () => {
  await expect(sealTo(new Uint8Array(32), utf8('x'), info, aad)).rejects.toThrow();
  await expect(sealTo(new Uint8Array(31), utf8('x'), info, aad)).rejects.toThrow();
});
