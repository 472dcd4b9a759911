/**
 * The names by which things are known on every wire and in every store. Each is a branded string, made only by
 * the parser beside it, so a `Topic` can never be passed where a `PeerId` is meant.
 */
import { sha256 } from '@noble/hashes/sha2.js';
import { base58, createBase58check } from '@scure/base';
import * as v from 'valibot';

/**
 * Two spellings of one id would be two ids, and a spelling that does not decode would throw far from the rim; so
 * the schemas below let in exactly what the encoders make.
 */
const decodesTo = (decode: (text: string) => Uint8Array, fits: (bytes: Uint8Array) => boolean) => {
  return (text: string): boolean => {
    try {
      return fits(decode(text));
    } catch {
      return false;
    }
  };
};
const isEd25519 = (key: Uint8Array) => key.length === 34 && key[0] === 0xed && key[1] === 0x01;

/** A device: `did:key` of its Ed25519 public key, `did:key:z6Mk…`, 56 characters. */
export const PeerId = v.pipe(
  v.string(),
  v.regex(/^did:key:z6Mk[1-9A-HJ-NP-Za-km-z]{44}$/, 'expected the did:key of an Ed25519 key'),
  v.check(
    decodesTo((text) => base58.decode(text.slice('did:key:z'.length)), isEd25519),
    'expected the did:key of an Ed25519 key',
  ),
  v.brand('PeerId'),
);
export type PeerId = v.InferOutput<typeof PeerId>;

/** The last character's spare bits are zero. */
const LAST = { 16: '[AQgw]', 32: '[AEIMQUYcgkosw048]' } as const;
const base64url = (bytes: keyof typeof LAST, what: string) =>
  v.pipe(
    v.string(),
    v.regex(
      new RegExp(`^[A-Za-z0-9_-]{${Math.floor((bytes * 4) / 3)}}${LAST[bytes]}$`),
      `expected ${what}: ${bytes} bytes as base64url`,
    ),
  );

/** A rendezvous topic: 32 opaque bytes derived from a space's secret, base64url, 43 characters. */
export const Topic = v.pipe(base64url(32, 'a topic'), v.brand('Topic'));
export type Topic = v.InferOutput<typeof Topic>;

/** A space: SHA-256 of its signed genesis, base64url, 43 characters. */
export const SpaceId = v.pipe(base64url(32, 'a space id'), v.brand('SpaceId'));
export type SpaceId = v.InferOutput<typeof SpaceId>;

/** A channel: 16 random bytes, base64url, 22 characters. */
export const ChannelId = v.pipe(base64url(16, 'a channel id'), v.brand('ChannelId'));
export type ChannelId = v.InferOutput<typeof ChannelId>;

/** An entry: SHA-256 of its bytes, base64url, 43 characters. */
export const EntryId = v.pipe(base64url(32, 'an entry id'), v.brand('EntryId'));
export type EntryId = v.InferOutput<typeof EntryId>;

/** An epoch: SHA-256 that commits to its secrets, base64url, 43 characters. */
export const EpochId = v.pipe(base64url(32, 'an epoch id'), v.brand('EpochId'));
export type EpochId = v.InferOutput<typeof EpochId>;

/** An Automerge document: 16 bytes in base58check, as automerge-repo writes it. */
export const DocumentId = v.pipe(
  v.string(),
  v.regex(/^[1-9A-HJ-NP-Za-km-z]{20,30}$/, 'expected a document id'),
  v.check(
    decodesTo(createBase58check(sha256).decode, (bytes) => bytes.length === 16),
    'expected a document id',
  ),
  v.brand('DocumentId'),
);
export type DocumentId = v.InferOutput<typeof DocumentId>;

/** An Automerge change: SHA-256 of its chunk, lower-case hex, 64 characters. */
export const ChangeHash = v.pipe(
  v.string(),
  v.regex(/^[0-9a-f]{64}$/, 'expected a change hash: 64 hex digits'),
  v.brand('ChangeHash'),
);
export type ChangeHash = v.InferOutput<typeof ChangeHash>;
