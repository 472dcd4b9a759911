/**
 * How frames name an entry that the other end knows: the first 8 bytes of its id. Inside they are kept as the first 10
 * characters of its base64url, 60 bits, because that is what both spellings share.
 */
import { fromBase64url, toBase64url } from '@snug/shared/crypto/bytes.ts';
import type { EntryId } from '@snug/shared/protocol/ids.ts';

declare const brand: unique symbol;
export type ShortId = string & { readonly [brand]: 'ShortId' };

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
