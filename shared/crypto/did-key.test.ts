import fc from 'fast-check';
import * as v from 'valibot';
import { expect, test } from 'vitest';
import { PeerId } from '../protocol/ids.ts';
import { fromHex } from './bytes.ts';
import { peerIdFromPublicKey, publicKeyFromPeerId } from './did-key.ts';

test('a key and its did:key name each other', () => {
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 32, maxLength: 32 }), (key) => {
      expect(publicKeyFromPeerId(peerIdFromPublicKey(key))).toEqual(key);
    }),
  );
});

test('the example of the did:key specification', () => {
  const key = fromHex('2e6fcce36701dc791488e0d0b1745cc1e33a4c1c9fcc41c63bd343dbbe0970e6');
  expect(peerIdFromPublicKey(key)).toBe('did:key:z6MkhaXgBZDvotDkL5257faiztiGiC2QtKLGpbnnEGta2doK');
});

test('what looks like a did:key and decodes to no Ed25519 key is no peer id', () => {
  for (const text of [
    `did:key:z6Mk${'1'.repeat(44)}`,
    `did:key:z6Mk${'z'.repeat(44)}`,
    'did:key:z6LSeu9HkTHSfLLeUs2nnzUSNedgDUevfNQgQjQC23ZCit6F',
    '',
  ]) {
    expect(v.is(PeerId, text)).toBe(false);
  }
});

test('only 32 bytes are a key', () => {
  expect(() => peerIdFromPublicKey(new Uint8Array(31))).toThrow(RangeError);
});
