/**
 * One meaning of "a valid Ed25519 signature" for every device. Libraries disagree on odd points, and a disagreement
 * about an entry would split a space; so noble's strict verification (`zip215: false`) decides. It is: key and R are
 * canonical encodings, the key is not of small order, S < L, and the cofactored equation holds. WebCrypto (RFC 8032
 * as browsers have it, equation without cofactor) is faster and its yes implies the equation, hence is taken once
 * the encodings have been looked at here; its no is asked again of noble.
 */
import { ed25519 } from '@noble/curves/ed25519.js';
import { fromHex, toHex } from './bytes.ts';

/** Most keys of which it is remembered what is known. A space has some hundred devices. */
const KEPT_KEYS = 256;
const signers = new Map<string, Signer>();

interface Signer {
  /** The key is such that WebCrypto's yes can be nothing but noble's yes. */
  readonly isOrdinary: boolean;
  /** Imported when it is first asked for; `undefined` where the platform lacks Ed25519 or will not have this key. */
  imported: Promise<CryptoKey | undefined> | undefined;
}

/** Both little-endian. */
const FIELD = fromHex('edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f');
const ORDER = fromHex('edd3f55c1a631258d69cf7a2def9de1400000000000000000000000000000010');

/** y of the points whose order divides 8, little-endian, sign bit off: 0, 1, -1 and the two of order 8. */
const SMALL_ORDER = new Set([
  '0000000000000000000000000000000000000000000000000000000000000000',
  '0100000000000000000000000000000000000000000000000000000000000000',
  'ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
  '26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05',
  'c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a',
]);
const [ONE, MINUS_ONE] = [...SMALL_ORDER].slice(1, 3);

/** @param lastMask what counts of the most significant byte */
function isBelow(littleEndian: Uint8Array, limit: Uint8Array, lastMask = 0xff): boolean {
  for (let at = 31; at >= 0; at--) {
    const byte = (littleEndian[at] ?? 0) & (at === 31 ? lastMask : 0xff);
    const difference = byte - (limit[at] ?? 0);
    if (difference !== 0) return difference < 0;
  }
  return false;
}

/** Lower-case hex of y, little-endian, without the sign bit. */
function yOf(encoded: Uint8Array): string {
  const y = encoded.slice();
  y[31] = (y[31] ?? 0) & 0x7f;
  return toHex(y);
}

/** Whether this is how RFC 8032 §5.1.2 writes some point. */
function isCanonical(encoded: Uint8Array): boolean {
  if (!isBelow(encoded, FIELD, 0x7f)) return false;
  const last = encoded[31] ?? 0;
  // Only y = 1 and y = -1 have x = 0, which has no sign.
  const mayHaveNoSign = last === 0x80 || last === 0xff;
  if (!mayHaveNoSign) return true;
  const y = yOf(encoded);
  return y !== ONE && y !== MINUS_ONE;
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
  const signer = signerOf(publicKey);
  if (!signer.isOrdinary || !isCanonical(signature.subarray(0, 32))) return false;
  if (!isBelow(signature.subarray(32), ORDER)) return false;
  return (
    (await webCryptoAccepts(signer, publicKey, message, signature)) ||
    verifySignatureSync(publicKey, message, signature)
  );
}

async function webCryptoAccepts(
  signer: Signer,
  publicKey: Uint8Array,
  message: Uint8Array,
  signature: Uint8Array,
): Promise<boolean> {
  const subtle: SubtleCrypto | undefined = globalThis.crypto?.subtle;
  if (subtle === undefined) return false;
  signer.imported ??= subtle
    .importKey('raw', new Uint8Array(publicKey), 'Ed25519', false, ['verify'])
    .catch(() => undefined);
  const key = await signer.imported;
  if (key === undefined) return false;
  try {
    return await subtle.verify('Ed25519', key, new Uint8Array(signature), new Uint8Array(message));
  } catch {
    return false;
  }
}

function signerOf(publicKey: Uint8Array): Signer {
  const name = String.fromCharCode(...publicKey);
  const known = signers.get(name);
  if (known !== undefined) return known;
  const isOrdinary = isCanonical(publicKey) && !SMALL_ORDER.has(yOf(publicKey));
  const signer: Signer = { isOrdinary, imported: undefined };
  const [oldest] = signers.keys();
  if (signers.size >= KEPT_KEYS && oldest !== undefined) signers.delete(oldest);
  signers.set(name, signer);
  return signer;
}
