/**
 * How frames name an entry that the other end knows: the first 8 bytes of its id. Inside they are kept as the first 10
 * characters of its base64url, 60 bits, because that is what both spellings share. Announcements, of which there are
 * several for each entry, name it by 4 bytes.
 */
import { fromBase64url, toBase64url } from '@snug/shared/crypto/bytes.ts';
import type { EntryId } from '@snug/shared/protocol/ids.ts';

declare const brand: unique symbol;
export type ShortId = string & { readonly [brand]: 'ShortId' };

/**
 * The first 4 bytes of an entry's id, as a signed number.
 *
 * They are not keyed by the link as the tags of deps are, so that one table serves all neighbours. A tag stands for a dep
 * that is signed over, so an ambiguous one costs; here one that hits on something held already only keeps an entry
 * from being grafted, and comparing digests brings it. To do that to a certain entry one would have to make 2^32 signed entries
 * between its being pushed and its being announced; who writes two entries of one name holds up their own.
 */
export type AnnouncedId = number & { readonly [brand]: 'AnnouncedId' };

const CHARACTERS = 10;

const cut = (text: string) => text.slice(0, CHARACTERS) as ShortId;

export function shortId(id: EntryId): ShortId {
  return cut(id);
}

/** @param bytes 8, as they travel */
export function shortIdOf(bytes: Uint8Array): ShortId {
  return cut(toBase64url(bytes));
}

/** The 8 bytes that travel. */
export function shortBytes(id: EntryId): Uint8Array {
  return fromBase64url(id).slice(0, 8);
}

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
const SIX_BITS = new Uint8Array(128);
for (let i = 0; i < ALPHABET.length; i++) SIX_BITS[ALPHABET.charCodeAt(i)] = i;

const sixBits = (id: string, at: number) => SIX_BITS[id.charCodeAt(at)] ?? 0;

/** Read straight from the base64url: this is asked for each entry at each peer of a simulation. */
export function announcedId(id: EntryId): AnnouncedId {
  const bits =
    (sixBits(id, 0) << 26) |
    (sixBits(id, 1) << 20) |
    (sixBits(id, 2) << 14) |
    (sixBits(id, 3) << 8) |
    (sixBits(id, 4) << 2) |
    (sixBits(id, 5) >> 4);
  return bits as AnnouncedId;
}

/** The ids in a run of 4-byte names as they travel; the caller has checked that the length is a multiple of 4. */
export function announcedIdsOf(bytes: Uint8Array): AnnouncedId[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const ids: AnnouncedId[] = [];
  for (let at = 0; at < bytes.length; at += 4) ids.push(view.getInt32(at) as AnnouncedId);
  return ids;
}

export function announcedBytes(ids: readonly AnnouncedId[]): Uint8Array {
  const bytes = new Uint8Array(4 * ids.length);
  const view = new DataView(bytes.buffer);
  for (const [i, id] of ids.entries()) view.setInt32(4 * i, id);
  return bytes;
}
