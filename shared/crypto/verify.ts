/**
 * One meaning of "a valid Ed25519 signature" for every device. Libraries disagree on odd points, and a disagreement
 * about an entry would split a space; so noble's strict verification (`zip215: false`) decides. It is: key and R are
 * canonical encodings, the key is not of small order, S < L, and the cofactored equation holds. WebCrypto (RFC 8032
 * as browsers have it, equation without cofactor) is faster and its yes implies the equation, hence is taken once
 * the encodings have been looked at here; its no is asked again of noble.
 */
import { ed25519 } from '@noble/curves/ed25519.js';
import { compareBytes, fromHex, toHex } from './bytes.ts';

/** Most keys kept imported. A space has some hundred devices. */
const KEPT_KEYS = 256;
const imported = new Map<string, Promise<CryptoKey | undefined>>();

/** Both little-endian, to be compared from the last byte. */
const FIELD = fromHex('edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f').reverse();
const ORDER = fromHex('edd3f55c1a631258d69cf7a2def9de1400000000000000000000000000000010').reverse();

/** y of the points whose order divides 8, little-endian, sign bit off: 0, 1, -1 and the two of order 8. */
const SMALL_ORDER = new Set([
  '0000000000000000000000000000000000000000000000000000000000000000',
  '0100000000000000000000000000000000000000000000000000000000000000',
  'ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
  '26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05',
  'c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a',
]);
const [ONE, MINUS_ONE] = [...SMALL_ORDER].slice(1, 3);

function below(littleEndian: Uint8Array, limit: Uint8Array): boolean {
  return compareBytes(littleEndian.slice().reverse(), limit) < 0;
}

/** y without the sign bit, or `undefined` if this is not how RFC 8032 §5.1.2 writes any point. */
function canonicalY(encoded: Uint8Array): string | undefined {
  const y = encoded.slice();
  const last = y[31] ?? 0;
  y[31] = last & 0x7f;
  if (!below(y, FIELD)) return undefined;
  const text = toHex(y);
  const xIsZero = text === ONE || text === MINUS_ONE;
  return xIsZero && last >= 0x80 ? undefined : text;
}

/** Whether key, R and S are such that WebCrypto's yes can be nothing but noble's yes. */
function isOrdinary(publicKey: Uint8Array, signature: Uint8Array): boolean {
  const key = canonicalY(publicKey);
  return (
    key !== undefined &&
    !SMALL_ORDER.has(key) &&
    canonicalY(signature.subarray(0, 32)) !== undefined &&
    below(signature.subarray(32), ORDER)
  );
}

/** noble alone, about 1 ms. Anything of a wrong length is simply not valid. */
export function verifySignatureSync(
  publicKey: Uint8Array,
  message: Uint8Array,
  signature: Uint8Array,
): boolean {
  if (publicKey.length !== 32 || signature.length !== 64) return false;
  return ed25519.verify(signature, message, publicKey, { zip215: false });
}

/** The same answer as {@link verifySignatureSync}, sooner where WebCrypto has Ed25519. Never rejects. */
export async function verifySignature(
  publicKey: Uint8Array,
  message: Uint8Array,
  signature: Uint8Array,
): Promise<boolean> {
  if (publicKey.length !== 32 || signature.length !== 64) return false;
  if (!isOrdinary(publicKey, signature)) return false;
  return (
    (await webCryptoAccepts(publicKey, message, signature)) ||
    verifySignatureSync(publicKey, message, signature)
  );
}

async function webCryptoAccepts(
  publicKey: Uint8Array,
  message: Uint8Array,
  signature: Uint8Array,
): Promise<boolean> {
  const subtle: SubtleCrypto | undefined = globalThis.crypto?.subtle;
  if (subtle === undefined) return false;
  const key = await importedKey(subtle, publicKey);
  if (key === undefined) return false;
  try {
    return await subtle.verify('Ed25519', key, new Uint8Array(signature), new Uint8Array(message));
  } catch {
    return false;
  }
}

/** `undefined` where the platform lacks Ed25519 or will not have this key. */
function importedKey(subtle: SubtleCrypto, publicKey: Uint8Array): Promise<CryptoKey | undefined> {
  const name = toHex(publicKey);
  const known = imported.get(name);
  if (known !== undefined) return known;
  const oldest = imported.keys().next();
  if (imported.size >= KEPT_KEYS && !oldest.done) imported.delete(oldest.value);
  const key = subtle
    .importKey('raw', new Uint8Array(publicKey), 'Ed25519', false, ['verify'])
    .catch(() => undefined);
  imported.set(name, key);
  return key;
}
