import { hkdf } from '@noble/hashes/hkdf.js';
import { sha256 } from '@noble/hashes/sha2.js';
import { type Bytes, concatBytes } from './bytes.ts';
import { domainBytes, type Label } from './labels.ts';

const nothing = new Uint8Array(0);

/**
 * HKDF-SHA-256 (RFC 5869) without salt; its info is the label, a zero byte and `info`.
 * @param secret uniformly random, 32 bytes everywhere in Snug
 * @param info whatever else the key depends on; fixed-length parts, so that it reads in one way only
 * @param length bytes, at most 8,160
 */
export function derive(
  secret: Uint8Array,
  label: Label,
  info: Uint8Array = nothing,
  length = 32,
): Bytes {
  const context = concatBytes(domainBytes(label), info);
  return new Uint8Array(hkdf(sha256, secret, undefined, context, length));
}
