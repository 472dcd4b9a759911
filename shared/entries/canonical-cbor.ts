/**
 * Deterministic CBOR (RFC 8949 §4.2.1) of a small profile: whole numbers within ±(2^53 - 1), byte and text strings,
 * arrays, maps with text keys, booleans and null. No floats, tags, `undefined` or indefinite lengths: whether bytes
 * are let in must be a function of the bytes alone, the same on every machine and for ever.
 */
import { type DecodeOptions, decode, encode, rfc8949EncodeOptions, Tokenizer, Type } from 'cborg';
import { equalBytes } from '../crypto/bytes.ts';

export type CborValue =
  | null
  | boolean
  | number
  | string
  | Uint8Array
  | readonly CborValue[]
  | { readonly [key: string]: CborValue };
export type CborMap = { readonly [key: string]: CborValue };

/** Nesting is bounded, for a stack's depth depends on the machine. */
const MAX_DEPTH = 16;

const OPTIONS: DecodeOptions = {
  strict: true,
  allowIndefinite: false,
  allowUndefined: false,
  allowInfinity: false,
  allowNaN: false,
  allowBigInt: false,
  rejectDuplicateMapKeys: true,
};

/** What is wrong with bytes that are not of the profile; `truncated` if more bytes might mend it. */
export type CborProblem = 'truncated' | 'malformed';
type Decoded =
  | { readonly ok: true; readonly value: CborValue }
  | { readonly ok: false; readonly problem: CborProblem };

/** @throws RangeError for what {@link decodeCanonical} would not give back. A programming error, never input's. */
export function encodeCanonical(value: CborValue): Uint8Array {
  const bytes = encode(value, rfc8949EncodeOptions);
  if (decodeCanonical(bytes) === undefined) {
    throw new RangeError(
      'Expected whole numbers, strings, bytes, arrays and maps, 16 deep at most.',
    );
  }
  return bytes;
}

/** The value, if `bytes` are the one encoding of a value of the profile, whole and alone. Never throws. */
export function decodeCanonical(bytes: Uint8Array): CborValue | undefined {
  const decoded = tryDecodeCanonical(bytes);
  return decoded.ok ? decoded.value : undefined;
}

/** {@link decodeCanonical} that says whether the bytes end too early. Never throws. */
export function tryDecodeCanonical(bytes: Uint8Array): Decoded {
  const problem = shapeProblem(bytes);
  if (problem !== undefined) return { ok: false, problem };
  try {
    const value: CborValue = decode(bytes, OPTIONS);
    // Order of keys and broken UTF-8 show only here.
    if (equalBytes(encode(value, rfc8949EncodeOptions), bytes)) return { ok: true, value };
  } catch {
    // Falls through: what the shape allows and the decoder does not is malformed.
  }
  return { ok: false, problem: 'malformed' };
}

/** Walks the tokens without recursion: depth, the kinds of value, and that they end where the bytes do. */
function shapeProblem(bytes: Uint8Array): CborProblem | undefined {
  const tokens = new Tokenizer(bytes, OPTIONS);
  /** Values still to come at each depth. */
  const open = [1];
  while (open.length > 0) {
    const depth = open.length - 1;
    const left = open[depth] ?? 0;
    if (left === 0) {
      open.pop();
      continue;
    }
    open[depth] = left - 1;
    if (tokens.done()) return 'truncated';
    let token: ReturnType<typeof tokens.next>;
    try {
      token = tokens.next();
    } catch (error) {
      const cutOff =
        error instanceof Error && /not enough data|unexpected end/i.test(error.message);
      return cutOff ? 'truncated' : 'malformed';
    }
    if (token.type === Type.array || token.type === Type.map) {
      if (open.length > MAX_DEPTH) return 'malformed';
      open.push(token.type === Type.map ? token.value * 2 : token.value);
    } else if (!SCALARS.has(token.type.name)) {
      return 'malformed';
    }
  }
  return tokens.done() ? undefined : 'malformed';
}

const SCALARS = new Set(
  [Type.uint, Type.negint, Type.bytes, Type.string, Type.true, Type.false, Type.null].map(
    (type) => type.name,
  ),
);
