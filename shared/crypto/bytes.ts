/** Bytes and their spellings. Everything here is synchronous and works on plain-http pages. */
import { sha256 as nobleSha256 } from '@noble/hashes/sha2.js';
import { base64urlnopad, hex } from '@scure/base';

/** Browsers since 2025 spell bytes themselves, many times as fast. */
declare global {
  interface Uint8Array {
    toBase64?(options: { alphabet: 'base64url'; omitPadding: true }): string;
  }
  interface Uint8ArrayConstructor {
    fromBase64?(text: string, options: { alphabet: 'base64url' }): Uint8Array<ArrayBuffer>;
  }
}

/** Bytes backed by an `ArrayBuffer`, which WebCrypto insists on. */
export type Bytes = Uint8Array<ArrayBuffer>;

export function concatBytes(...parts: readonly Uint8Array[]): Bytes {
  let length = 0;
  for (const part of parts) length += part.length;
  const all = new Uint8Array(length);
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}

/** A number in [0, 1) out of at least four random bytes. */
export function fractionOf(bytes: Uint8Array): number {
  return new DataView(bytes.buffer, bytes.byteOffset).getUint32(0) / 2 ** 32;
}

/** Compares public values. Not constant-time: never for tags, MACs or secrets. */
export function equalBytes(a: Uint8Array, b: Uint8Array): boolean {
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
}

/** Orders by the first byte that differs, then the shorter first. For `Array.prototype.sort`. */
export function compareBytes(a: Uint8Array, b: Uint8Array): number {
  const shared = Math.min(a.length, b.length);
  for (let i = 0; i < shared; i++) {
    const difference = (a[i] ?? 0) - (b[i] ?? 0);
    if (difference !== 0) return difference;
  }
  return a.length - b.length;
}

/** RFC 4648 §5 without padding. */
export function toBase64url(bytes: Uint8Array): string {
  const platform = bytes.toBase64?.({ alphabet: 'base64url', omitPadding: true });
  return platform ?? base64urlnopad.encode(bytes);
}

/** With what a text ends that is so long beyond whole groups of four: the bits that its last character has too many are zero. */
const NO_SPARE_BITS: Readonly<Record<number, string>> = { 2: 'AQgw', 3: 'AEIMQUYcgkosw048' };

/** The one spelling that {@link toBase64url} gives, else `SyntaxError`: no padding, no spare bits, no white space. */
export function fromBase64url(text: string): Bytes {
  if (!/^[A-Za-z0-9_-]*$/.test(text)) {
    throw new SyntaxError('Expected base64url: letters, digits, - and _ only.');
  }
  try {
    const platform = Uint8Array.fromBase64?.(text, { alphabet: 'base64url' });
    if (!platform) return new Uint8Array(base64urlnopad.decode(text));
    // It lets spare bits pass.
    const last = text.at(-1);
    if (last && NO_SPARE_BITS[text.length % 4]?.includes(last) === false)
      throw new SyntaxError('spare bits');
    return platform;
  } catch (cause) {
    throw new SyntaxError('Expected base64url: a whole number of bytes, no spare bits.', { cause });
  }
}

/** Lower-case hex. */
export function toHex(bytes: Uint8Array): string {
  return hex.encode(bytes);
}

/** Lower-case hex of whole bytes, else `SyntaxError`. */
export function fromHex(text: string): Bytes {
  if (!/^(?:[0-9a-f]{2})*$/.test(text)) {
    throw new SyntaxError('Expected lower-case hex, two digits a byte.');
  }
  return new Uint8Array(hex.decode(text));
}

const encoder = new TextEncoder();

/** UTF-8. Lone surrogates become U+FFFD, so check `isWellFormed` first where it matters. */
export function utf8(text: string): Bytes {
  return new Uint8Array(encoder.encode(text));
}

/** From the platform's generator; at most 65,536 at a time. */
export function randomBytes(length: number): Bytes {
  return crypto.getRandomValues(new Uint8Array(length));
}

export function sha256(bytes: Uint8Array): Bytes {
  return new Uint8Array(nobleSha256(bytes));
}

/** `value` as four bytes, most significant first. `RangeError` unless an integer in [0, 2^32). */
export function uint32Bytes(value: number): Bytes {
  if (!Number.isInteger(value) || value < 0 || value > 0xffff_ffff) {
    throw new RangeError(`Expected an integer from 0 to 2^32 - 1, got ${value}.`);
  }
  const bytes = new Uint8Array(4);
  new DataView(bytes.buffer).setUint32(0, value);
  return bytes;
}
