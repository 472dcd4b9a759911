/**
 * How a document of a space is named on a link: enough for a peer who knows the space to derive the document's id,
 * opaque to everybody else. One kind byte, the space's id (32 bytes), and
 *   0 the space document: nothing more;
 *   1 an epoch's seals: the epoch's id (32);
 *   2 a timeline segment: the channel's id (16) and the segment's number (4, most significant first).
 */
import { concatBytes, fromBase64url, toBase64url } from '@snug/shared/crypto/bytes.ts';
import {
  epochDocumentId,
  segmentDocumentId,
  spaceDocumentId,
} from '@snug/shared/entries/document-id.ts';
import { ChannelId, type DocumentId, EpochId, SpaceId } from '@snug/shared/protocol/ids.ts';
import * as v from 'valibot';

export type Address =
  | { readonly kind: 'space'; readonly space: SpaceId }
  | { readonly kind: 'epoch'; readonly space: SpaceId; readonly epoch: EpochId }
  | {
      readonly kind: 'segment';
      readonly space: SpaceId;
      readonly channel: ChannelId;
      readonly number: number;
    };

/** A channel's segments are numbered below this: a million segments of about a thousand messages. */
export const SEGMENTS = 1_000_000;

export function encodeAddress(address: Address): Uint8Array {
  const space = fromBase64url(address.space);
  switch (address.kind) {
    case 'space':
      return concatBytes(Uint8Array.of(0), space);
    case 'epoch':
      return concatBytes(Uint8Array.of(1), space, fromBase64url(address.epoch));
    case 'segment': {
      const number = new Uint8Array(4);
      new DataView(number.buffer).setUint32(0, address.number);
      return concatBytes(Uint8Array.of(2), space, fromBase64url(address.channel), number);
    }
  }
}

/** The one reading of these bytes, or `undefined`. */
export function parseAddress(bytes: Uint8Array): Address | undefined {
  if (bytes.length < 33) return undefined;
  const space = v.parse(SpaceId, toBase64url(bytes.subarray(1, 33)));
  if (bytes[0] === 0 && bytes.length === 33) return { kind: 'space', space };
  if (bytes[0] === 1 && bytes.length === 65)
    return { kind: 'epoch', space, epoch: v.parse(EpochId, toBase64url(bytes.subarray(33))) };
  if (bytes[0] === 2 && bytes.length === 53) {
    const number = new DataView(bytes.buffer, bytes.byteOffset).getUint32(49);
    if (number >= SEGMENTS) return undefined;
    const channel = v.parse(ChannelId, toBase64url(bytes.subarray(33, 49)));
    return { kind: 'segment', space, channel, number };
  }
  return undefined;
}

export function documentIdOf(address: Address): DocumentId {
  switch (address.kind) {
    case 'space':
      return spaceDocumentId(address.space);
    case 'epoch':
      return epochDocumentId(address.space, address.epoch);
    case 'segment':
      return segmentDocumentId(address.space, address.channel, address.number);
  }
}
