/**
 * Ids of documents follow from what the documents are for, so that all who write one meet in the same. The version
 * of everything within (entry, change, limits) is part of the id: a document has one version for life.
 */
import { sha256 as nobleSha256 } from '@noble/hashes/sha2.js';
import { createBase58check } from '@scure/base';
import * as v from 'valibot';
import { concatBytes, fromBase64url, sha256, uint32Bytes } from '../crypto/bytes.ts';
import { keeping } from '../crypto/keeping.ts';
import { DOMAINS, type Domain, domainBytes } from '../crypto/labels.ts';
import { type ChannelId, DocumentId, type EpochId, type SpaceId } from '../protocol/ids.ts';

/** Version of documents made by this program. */
export const DOCUMENT_VERSION = 1;
const ID_BYTES = 16;
/** Documents whose bytes are remembered: every entry's signature and seal ask for those of its own. */
const KEPT = 256;
/** As automerge-repo's `DocumentId`. */
const base58check = createBase58check(nobleSha256);

/** The one document of a space with its clear acts. */
export function spaceDocumentId(spaceId: SpaceId): DocumentId {
  return idOf(DOMAINS.spaceDocument, fromBase64url(spaceId));
}

/** @param number of the segment within its channel, from 0, below 2^32 */
export function segmentDocumentId(
  spaceId: SpaceId,
  channelId: ChannelId,
  number: number,
): DocumentId {
  return idOf(
    DOMAINS.segmentDocument,
    fromBase64url(spaceId),
    fromBase64url(channelId),
    uint32Bytes(number),
  );
}

/** The document that holds the seals of one epoch. */
export function epochDocumentId(spaceId: SpaceId, epochId: EpochId): DocumentId {
  return idOf(DOMAINS.epochDocument, fromBase64url(spaceId), fromBase64url(epochId));
}

const bytesOf = keeping(KEPT, (id: DocumentId) => base58check.decode(id));

/** The 16 bytes of an id, not to be written into. Cannot fail: the schema of `DocumentId` has decoded it once. */
export function documentIdBytes(id: DocumentId): Uint8Array {
  return bytesOf(id);
}

function idOf(domain: Domain, ...parts: readonly Uint8Array[]): DocumentId {
  const digest = sha256(
    concatBytes(domainBytes(domain), Uint8Array.of(DOCUMENT_VERSION), ...parts),
  );
  return v.parse(DocumentId, base58check.encode(digest.subarray(0, ID_BYTES)));
}
