/**
 * How entries go to a thread that inspects them, and what it found comes back: a few buffers, which change hands. To clone hundreds
 * of small objects would take as long as some of what is to be done with them.
 */
import { concatBytes, fromBase64url, toBase64url } from '@snug/shared/crypto/bytes.ts';
import { EntryId } from '@snug/shared/protocol/ids.ts';
import * as v from 'valibot';
import type { Address } from '../space/address.ts';
import { joinHashes, splitHashes } from '../space/document-log.ts';
import type { Inspected, Inspection, OpeningSecret } from '../space/inspection.ts';

const HASH_BYTES = 32;
/** What a finding says of its entry. */
const FOUND = { unsigned: 0, signed: 1, opened: 2, damaged: 3 } as const;

/** Byte strings, one after the other. */
interface Packed {
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly lengths: Uint32Array<ArrayBuffer>;
}

export interface InspectionMessage {
  readonly number: number;
  readonly address: Address;
  readonly entries: Packed;
  readonly deps: Packed;
  readonly secrets: readonly OpeningSecret[];
}

export interface FindingsMessage {
  readonly number: number;
  /** Ids, 32 bytes each. */
  readonly ids: Uint8Array<ArrayBuffer>;
  readonly found: Uint8Array<ArrayBuffer>;
  /** What was sealed, of those that could be opened. */
  readonly unsealed: Packed;
}

/** What an inspecting thread says: once that it listens, then what it found. */
export type FromInspector = 'ready' | FindingsMessage;

function packed(parts: readonly Uint8Array[]): Packed {
  return {
    bytes: concatBytes(...parts),
    lengths: Uint32Array.from(parts, ({ length }) => length),
  };
}

/** Views, one after the other. */
function* unpacked({ bytes, lengths }: Packed): Generator<Uint8Array> {
  let at = 0;
  for (const length of lengths) {
    yield bytes.subarray(at, at + length);
    at += length;
  }
}

export function messageOf(number: number, inspection: Inspection): InspectionMessage {
  const { address, arrivals, secrets } = inspection;
  const entries = packed(arrivals.map(({ bytes }) => bytes));
  const deps = packed(arrivals.map((arrival) => joinHashes(arrival.deps)));
  return { number, address, entries, deps, secrets };
}

export function readInspection({ address, entries, deps, secrets }: InspectionMessage): Inspection {
  const ofEach = unpacked(deps);
  const arrivals = [...unpacked(entries)].map((bytes) => ({
    bytes,
    deps: splitHashes(ofEach.next().value ?? new Uint8Array()),
  }));
  return { address, arrivals, secrets };
}

export function findingsOf(number: number, findings: readonly Inspected[]): FindingsMessage {
  const unsealed: Uint8Array[] = [];
  const found = Uint8Array.from(findings, (one) => {
    if (!one.isSigned) return FOUND.unsigned;
    if (one.unsealed === undefined) return FOUND.signed;
    if (one.unsealed === 'damaged') return FOUND.damaged;
    unsealed.push(one.unsealed);
    return FOUND.opened;
  });
  const ids = concatBytes(...findings.map(({ id }) => fromBase64url(id)));
  return { number, ids, found, unsealed: packed(unsealed) };
}

export function readFindings({ ids, found, unsealed }: FindingsMessage): readonly Inspected[] {
  const opened = unpacked(unsealed);
  return [...found].map((what, at) => {
    const id = v.parse(EntryId, toBase64url(ids.subarray(at * HASH_BYTES, (at + 1) * HASH_BYTES)));
    if (what === FOUND.unsigned) return { id, isSigned: false };
    if (what === FOUND.damaged) return { id, isSigned: true, unsealed: 'damaged' as const };
    const body = what === FOUND.opened ? opened.next().value : undefined;
    return { id, isSigned: true, ...(body && { unsealed: body }) };
  });
}

/** Buffers that change hands with a message. */
export function handedOver(message: InspectionMessage | FindingsMessage): ArrayBuffer[] {
  const parts =
    'found' in message
      ? [message.ids, message.found, message.unsealed.bytes, message.unsealed.lengths]
      : [...Object.values(message.entries), ...Object.values(message.deps)];
  return parts.map(({ buffer }) => buffer);
}
