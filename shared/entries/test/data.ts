/** Repeatable data for tests. */
import * as v from 'valibot';
import { toBase64url } from '../../crypto/bytes.ts';
import { EpochId, SpaceId } from '../../protocol/ids.ts';
import { epochDocumentId } from '../document-id.ts';

/** Bytes that look random and are the same each time; for seeds below 2^31. */
export const seeded = (seed: number, length: number) => {
  const bytes = new Uint8Array(length);
  let state = (seed * 2 + 1) >>> 0;
  for (let i = 0; i < length; i++) {
    state = (Math.imul(state, 1103515245) + 12345) >>> 0;
    bytes[i] = state >>> 24;
  }
  return bytes;
};
/** The id of some document, another for each seed. */
export const documentNumber = (seed: number) =>
  epochDocumentId(
    v.parse(SpaceId, toBase64url(seeded(seed, 32))),
    v.parse(EpochId, toBase64url(seeded(seed + 2, 32))),
  );
