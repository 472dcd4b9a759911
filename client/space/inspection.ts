/**
 * What can be found out of entries from their bytes alone: their ids, whether they are signed, what is sealed in them. That is most of
 * the work of letting them in and needs nothing of what is held, so any thread can do it.
 */
import { toHex } from '@snug/shared/crypto/bytes.ts';
import { unsealBody } from '@snug/shared/entries/body.ts';
import { decodeEntry, entryId, SORT } from '@snug/shared/entries/entry.ts';
import type { EntryId } from '@snug/shared/protocol/ids.ts';
import { type Address, documentIdOf } from './address.ts';
import { type Arrival, verified } from './admission.ts';

/** A secret that opens bodies, and the hint by which they name it. */
export interface OpeningSecret {
  readonly hint: Uint8Array;
  readonly content: Uint8Array;
}

/** Entries of one document, with their deps in full. */
export interface Inspection {
  readonly address: Address;
  readonly arrivals: readonly Pick<Arrival, 'bytes' | 'deps'>[];
  /** Those that are held of the epochs that the entries name. */
  readonly secrets: readonly OpeningSecret[];
}

/** What is sealed in an entry; `damaged` where the secret that it names does not open it. */
export type Unsealed = Uint8Array | 'damaged';

export interface Inspected {
  readonly id: EntryId;
  readonly isSigned: boolean;
  /** Absent where it is no body, is not signed, or was sealed under a secret that is not held. */
  readonly unsealed?: Unsealed;
}

/**
 * Has entries inspected elsewhere, so that this thread can do something else meanwhile; `undefined` when there is nobody to do it.
 * Answers in the order of the arrivals, and never rejects.
 */
export type Inspector = (inspection: Inspection) => Promise<readonly Inspected[]> | undefined;

/** Never rejects. */
export function inspect({ address, arrivals, secrets }: Inspection): Promise<readonly Inspected[]> {
  const place = { address, id: documentIdOf(address) };
  const byHint = new Map(secrets.map(({ hint, content }) => [toHex(hint), content]));
  return Promise.all(
    arrivals.map(async (arrival) => {
      const { bytes, deps } = arrival;
      const id = entryId(bytes);
      if (!(await verified(place, arrival))) return { id, isSigned: false };
      const entry = decodeEntry(bytes);
      const content = entry?.sort === SORT.body ? byHint.get(toHex(entry.hint)) : undefined;
      if (!entry || !content) return { id, isSigned: true };
      const { device, body: sealed } = entry;
      const parts = { contentSecret: content, documentId: place.id, device, deps, sealed };
      return { id, isSigned: true, unsealed: unsealBody(parts) ?? 'damaged' };
    }),
  );
}
