/** `did:key` of Ed25519 keys: base58btc of multicodec 0xed01 and the key (W3C CCG did:key, §3.1). */
import { base58 } from '@scure/base';
import * as v from 'valibot';
import { PeerId } from '../protocol/ids.ts';
import { type Bytes, concatBytes } from './bytes.ts';
import { keeping } from './keeping.ts';

const PREFIX = 'did:key:z';
const MULTICODEC = Uint8Array.of(0xed, 0x01);
/** Devices whose names are remembered: every entry asks for its author's. */
const KEPT = 1_024;

/** Of a key whose bytes are given as characters. */
const nameOf = keeping(KEPT, (key: string) => {
  const publicKey = Uint8Array.from(key, (character) => character.charCodeAt(0));
  return v.parse(PeerId, PREFIX + base58.encode(concatBytes(MULTICODEC, publicKey)));
});

/** @param publicKey 32 bytes, else `RangeError`. Whether it is a point of the curve is not asked. */
export function peerIdFromPublicKey(publicKey: Uint8Array): PeerId {
  if (publicKey.length !== 32) {
    throw new RangeError(`Expected an Ed25519 key of 32 bytes, got ${publicKey.length}.`);
  }
  return nameOf(String.fromCharCode(...publicKey));
}

/** The 32 bytes of the key. Cannot fail: the schema of `PeerId` has decoded it once. */
export function publicKeyFromPeerId(id: PeerId): Bytes {
  return new Uint8Array(base58.decode(id.slice(PREFIX.length)).subarray(MULTICODEC.length));
}
