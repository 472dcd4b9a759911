/** Schemas of the fields that entries are made of, for what canonical CBOR has decoded. */
import * as v from 'valibot';
import type { CborMap } from './canonical-cbor.ts';

/** A byte string of exactly `length` bytes. */
export const bytesOf = (length: number) =>
  v.custom<Uint8Array>(
    (value) => value instanceof Uint8Array && value.length === length,
    `expected ${length} bytes`,
  );

/** Milliseconds since 1970 as the writer's clock had it, below 2^48 (the year 10889). */
export const Milliseconds = v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(2 ** 48 - 1));

/** An account: any DID (W3C DID Core §3.1), at most 256 characters. */
export const AccountId = v.pipe(
  v.string(),
  v.maxLength(256),
  v.regex(/^did:[a-z0-9]+:[A-Za-z0-9._:%-]*[A-Za-z0-9._-]$/, 'expected a DID'),
);
export type AccountId = v.InferOutput<typeof AccountId>;

/** A map of canonical CBOR. */
export const CborMapSchema = v.custom<CborMap>(
  (value) =>
    typeof value === 'object' &&
    value !== null &&
    !Array.isArray(value) &&
    !(value instanceof Uint8Array),
  'expected a map',
);
