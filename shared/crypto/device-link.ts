/**
 * How two devices of one person find each other by a secret in a link, and what both show so that nobody stands between them. The new
 * device commits to its nonce before it hears the old one's, so whoever answers in its place has one guess of 66 bits at words that
 * are alike (a short authentication string with commitment: Vaudenay, "Secure Communications over Insecure Channels", 2005).
 */
import * as v from 'valibot';
import { Topic } from '../protocol/ids.ts';
import { type Bytes, concatBytes, fromBase64url, sha256, toBase64url } from './bytes.ts';
import { derive } from './hkdf.ts';
import { DOMAINS, type Domain, domainBytes, LABELS } from './labels.ts';

/** @param secret of the link, 32 bytes */
export function deviceLinkTopic(secret: Uint8Array): Topic {
  return v.parse(Topic, toBase64url(derive(secret, LABELS.deviceLinkTopic)));
}

/** @param secret of the link, 32 bytes */
export function deviceLinkSignalKey(secret: Uint8Array): Uint8Array {
  return derive(secret, LABELS.deviceLinkSignalKey);
}

/** Ed25519 keys of the devices, the new one's X25519 key, and what both go by. All of 32 bytes. */
export interface LinkedPair {
  readonly topic: Topic;
  readonly old: Uint8Array;
  readonly fresh: Uint8Array;
  readonly sealing: Uint8Array;
}

/** What the new device says of its nonce before it has heard the old one's. */
export function linkCommitment(pair: LinkedPair, freshNonce: Uint8Array): Bytes {
  return hashed(DOMAINS.deviceLinkCommitment, pair, freshNonce);
}

/** Shows that the new device holds the link: the topic alone is known to a server. */
export function linkProof(secret: Uint8Array, commitment: Uint8Array): Uint8Array {
  return derive(secret, LABELS.deviceLinkProof, commitment);
}

/** Six numbers below 2,048: which words of the list both screens show. */
export function linkWords(
  pair: LinkedPair,
  oldNonce: Uint8Array,
  freshNonce: Uint8Array,
): readonly number[] {
  return sixWords(hashed(DOMAINS.deviceLinkWords, pair, oldNonce, freshNonce));
}

/** The first 66 bits of a hash as six numbers of 11 bits. */
export function sixWords(hash: Uint8Array): readonly number[] {
  return Array.from({ length: 6 }, (_, word) => {
    let number = 0;
    for (let bit = word * 11; bit < (word + 1) * 11; bit++)
      number = number * 2 + (((hash[bit >> 3] ?? 0) >> (7 - (bit & 7))) & 1);
    return number;
  });
}

function hashed(domain: Domain, pair: LinkedPair, ...nonces: readonly Uint8Array[]): Bytes {
  const { topic, old, fresh, sealing } = pair;
  return sha256(
    concatBytes(domainBytes(domain), fromBase64url(topic), old, fresh, sealing, ...nonces),
  );
}
