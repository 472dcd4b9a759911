/** What one of a person's devices tells the others: a fact, or that it holds no more. The body of a `fact` entry. */
import * as v from 'valibot';
import { type CborMap, type CborValue, encodeCanonical } from './canonical-cbor.ts';

/** The body's kind. */
export const FACT = 'fact';
/** Bytes of the largest value, encoded, and UTF-16 code units of the longest key. */
export const MAX_FACT_BYTES = 8 * 1024;
const MAX_KEY = 256;

export interface FactContent {
  /** The kind of fact: 1 to 32 letters. */
  readonly of: string;
  readonly key: string;
  /** Absent: it holds no more. */
  readonly value?: CborValue;
}

const Fact = v.object({
  of: v.pipe(v.string(), v.regex(/^[A-Za-z]{1,32}$/)),
  key: v.pipe(
    v.string(),
    v.minLength(1),
    v.maxLength(MAX_KEY),
    v.check((key) => key.isWellFormed(), 'expected whole characters'),
  ),
  value: v.exactOptional(
    v.custom<CborValue>(
      (value) =>
        value !== undefined && encodeCanonical(value as CborValue).length <= MAX_FACT_BYTES,
      `expected at most ${MAX_FACT_BYTES} bytes`,
    ),
  ),
});

/** @throws RangeError for what {@link parseFact} would not give back */
export function factContent(fact: FactContent): CborMap {
  const parsed = v.safeParse(Fact, fact);
  if (!parsed.success) throw new RangeError(`Not a well-formed fact: ${parsed.issues[0].message}.`);
  return { ...parsed.output };
}

/** `undefined` for a body that is no fact. Never throws. @param content as canonical CBOR decoded it */
export function parseFact(kind: string, content: CborMap): FactContent | undefined {
  if (kind !== FACT) return undefined;
  const parsed = v.safeParse(Fact, content);
  return parsed.success ? parsed.output : undefined;
}
