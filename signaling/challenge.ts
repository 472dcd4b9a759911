import { randomFillSync, verify } from 'node:crypto';
import type { Bytes } from '@snug/shared/crypto/bytes.ts';
import { publicKeyFromPeerId } from '@snug/shared/crypto/did-key.ts';
import { type Authenticate, challengeBytes } from '@snug/shared/protocol/signaling.ts';

/** SubjectPublicKeyInfo of an Ed25519 key, up to the key itself (RFC 8410, §4). */
const SPKI_PREFIX = Buffer.from('302a300506032b6570032100', 'hex');

const CHALLENGE_BYTES = 32;
/** Challenges drawn from the system's generator in one call, which costs as much as one does. */
const drawn = new Uint8Array(128 * CHALLENGE_BYTES);
let used = drawn.length;

/** 32 random bytes, which no other connection has been or will be given. */
export function newChallenge(): Bytes {
  if (used === drawn.length) {
    randomFillSync(drawn);
    used = 0;
  }
  used += CHALLENGE_BYTES;
  return drawn.slice(used - CHALLENGE_BYTES, used);
}

/**
 * Whether a challenge has been answered by the holder of the peer id's key, who believed to speak to one of `hosts`.
 * OpenSSL alone decides here, at a tenth of a millisecond for good and bad answers alike. Where libraries disagree on
 * odd signatures nothing follows from it: no peer takes this server's word for who somebody is. Never throws: a peer
 * id that is no key is a wrong answer.
 */
export function answersChallenge(
  hosts: readonly string[],
  challenge: Uint8Array,
  { peer, nonce, signature }: Authenticate,
): boolean {
  try {
    const spki = Buffer.concat([SPKI_PREFIX, publicKeyFromPeerId(peer)]);
    // As text: of any object Node first asks whether it is a key already, and finds out by exceptions.
    const key = `-----BEGIN PUBLIC KEY-----\n${spki.toString('base64')}\n-----END PUBLIC KEY-----`;
    return hosts.some((host) =>
      verify(null, challengeBytes(host, challenge, nonce), key, signature),
    );
  } catch {
    return false;
  }
}
