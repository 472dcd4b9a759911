/** HPKE, RFC 9180, base mode: DHKEM(X25519, HKDF-SHA256), HKDF-SHA256, ChaCha20Poly1305; also without WebCrypto. */
import {
  AEAD_ChaCha20Poly1305,
  KDF_HKDF_SHA256,
  KEM_DHKEM_X25519_HKDF_SHA256,
} from '@panva/hpke-noble';
import { CipherSuite } from 'hpke';
import { concatBytes } from './bytes.ts';
import { x25519PublicKey } from './x25519.ts';

const suite = new CipherSuite(KEM_DHKEM_X25519_HKDF_SHA256, KDF_HKDF_SHA256, AEAD_ChaCha20Poly1305);
const ENC_BYTES = 32;
const TAG_BYTES = 16;

/**
 * Seals for the holder of an X25519 key: the encapsulated key, then the ciphertext, 48 bytes more than the plaintext.
 * Rejects if `recipientPublicKey` is no key that anybody can hold.
 */
export async function sealTo(
  recipientPublicKey: Uint8Array,
  plaintext: Uint8Array,
  info: Uint8Array,
  aad: Uint8Array,
): Promise<Uint8Array> {
  const key = await suite.DeserializePublicKey(recipientPublicKey);
  const { encapsulatedSecret, ciphertext } = await suite.Seal(key, plaintext, { info, aad });
  return concatBytes(encapsulatedSecret, ciphertext);
}

/** `undefined` if it was not sealed to this key under this `info` and `aad`, or was changed since. */
export async function openSealedTo(
  recipientSecret: Uint8Array,
  sealed: Uint8Array,
  info: Uint8Array,
  aad: Uint8Array,
): Promise<Uint8Array | undefined> {
  if (sealed.length < ENC_BYTES + TAG_BYTES) return undefined;
  try {
    const privateKey = await suite.DeserializePrivateKey(recipientSecret, true);
    // Given, since the library would make it in its own slow way.
    const publicKey = await suite.DeserializePublicKey(x25519PublicKey(recipientSecret));
    const keys = { privateKey, publicKey };
    return await suite.Open(keys, sealed.subarray(0, ENC_BYTES), sealed.subarray(ENC_BYTES), {
      info,
      aad,
    });
  } catch {
    return undefined;
  }
}
