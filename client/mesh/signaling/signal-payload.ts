/**
 * What two links say to each other inside sealed signals: CBOR arrays, the kind first. A session (16 random bytes,
 * in the seal) is one link's life; within it the end that began it numbers its attempts at a direct path from 1.
 */
import { encode } from 'cborg';
import * as v from 'valibot';
import { decodeCbor, sized } from '../wire-schema.ts';
import {
  CANDIDATE_TYPES,
  type Candidate,
  type CompactDescription,
  isCandidate,
  MAX_CANDIDATES,
  PWD,
  UFRAG,
} from './compact-description.ts';
import { type Goodbye, goodbyeCode, goodbyeOf } from './goodbye.ts';

export type SignalPayload =
  /**
   * Begins a session (then with `ephemeral`, an X25519 public key) or a further attempt in it. Without a description
   * no direct path is wanted or possible at this end.
   */
  | {
      readonly is: 'offer';
      readonly attempt: number;
      readonly ephemeral?: Uint8Array;
      readonly description?: CompactDescription;
      /** Those known already; more may follow. */
      readonly candidates?: readonly Candidate[];
      readonly note?: Uint8Array;
      /** The sender has no other link in the topic: it is to be accepted if that is possible at all. */
      readonly urgent?: boolean;
    }
  | {
      readonly is: 'answer';
      readonly attempt: number;
      readonly ephemeral?: Uint8Array;
      readonly description?: CompactDescription;
      readonly candidates?: readonly Candidate[];
    }
  | {
      readonly is: 'candidates';
      readonly attempt: number;
      readonly candidates: readonly Candidate[];
    }
  /** Asks the end that began the session for a further attempt now. */
  | { readonly is: 'retry' }
  /** Ends the session; answers an offer that is refused. */
  | { readonly is: 'bye'; readonly code: Goodbye; readonly reason: string };

/** Most bytes of a note, and most characters of a reason. */
export const NOTE_BYTES = 1024;
export const REASON_CHARACTERS = 200;

const attempt = v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(0xffff_ffff));
const description = v.strictTuple([
  v.pipe(v.string(), v.regex(UFRAG)),
  v.pipe(v.string(), v.regex(PWD)),
  sized(32, 32),
]);
const candidate = v.pipe(
  v.strictTuple([v.picklist([0, 1, 2, 3]), v.number(), v.string(), v.number()]),
  v.transform(([type, priority, address, port]) => ({
    type: CANDIDATE_TYPES[type],
    priority,
    address,
    port,
  })),
  v.check(isCandidate, 'expected an ICE candidate'),
);
const candidates = v.pipe(v.array(candidate), v.maxLength(MAX_CANDIDATES));
const ephemeral = v.nullable(sized(32, 32));
const Wire = v.union([
  v.strictTuple([
    v.literal(0),
    attempt,
    ephemeral,
    v.nullable(description),
    candidates,
    v.nullable(sized(0, NOTE_BYTES)),
    v.boolean(),
  ]),
  v.strictTuple([v.literal(1), attempt, ephemeral, v.nullable(description), candidates]),
  v.strictTuple([v.literal(2), attempt, candidates]),
  v.strictTuple([v.literal(3)]),
  v.strictTuple([
    v.literal(4),
    v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(255)),
    v.pipe(v.string(), v.maxLength(REASON_CHARACTERS)),
  ]),
]);

/** @param payload within the limits of its schema; a reason is cut to length */
export function encodePayload(payload: SignalPayload): Uint8Array {
  switch (payload.is) {
    case 'offer':
      return encode([
        0,
        payload.attempt,
        ...keys(payload),
        payload.note ?? null,
        payload.urgent ?? false,
      ]);
    case 'answer':
      return encode([1, payload.attempt, ...keys(payload)]);
    case 'candidates':
      return encode([2, payload.attempt, wireCandidates(payload.candidates)]);
    case 'retry':
      return encode([3]);
    case 'bye':
      return encode([4, goodbyeCode(payload.code), payload.reason.slice(0, REASON_CHARACTERS)]);
  }
}

function keys(payload: Extract<SignalPayload, { is: 'offer' | 'answer' }>) {
  const { ephemeral: key, description: d, candidates: known = [] } = payload;
  return [key ?? null, d ? [d.ufrag, d.pwd, d.fingerprint] : null, wireCandidates(known)];
}

function wireCandidates(all: readonly Candidate[]) {
  return all.map(({ type, priority, address, port }) => [
    CANDIDATE_TYPES.indexOf(type),
    priority,
    address,
    port,
  ]);
}

/** `undefined` for anything but a payload of a kind that this version knows: such a signal is dropped, and harms nothing. */
export function decodePayload(payload: Uint8Array): SignalPayload | undefined {
  const wire = v.safeParse(Wire, decodeCbor(payload));
  if (!wire.success) return undefined;
  const read = wire.output;
  switch (read[0]) {
    case 0:
      return {
        is: 'offer',
        attempt: read[1],
        ...described(read[2], read[3], read[4]),
        ...(read[5] && { note: read[5] }),
        ...(read[6] && { urgent: true }),
      };
    case 1:
      return { is: 'answer', attempt: read[1], ...described(read[2], read[3], read[4]) };
    case 2:
      return { is: 'candidates', attempt: read[1], candidates: read[2] };
    case 3:
      return { is: 'retry' };
    case 4:
      return { is: 'bye', code: goodbyeOf(read[1]), reason: read[2] };
  }
}

function described(
  key: Uint8Array | null,
  d: v.InferOutput<typeof description> | null,
  known: readonly Candidate[],
): { ephemeral?: Uint8Array; description?: CompactDescription; candidates?: readonly Candidate[] } {
  return {
    ...(key && { ephemeral: key }),
    ...(d && { description: { ufrag: d[0], pwd: d[1], fingerprint: d[2] } }),
    ...(known.length > 0 && { candidates: known }),
  };
}
