/**
 * The seal of a relayed path. Both ends make an X25519 key for the session and send its public half in a sealed
 * signal, which authenticates it; the relay sees ciphertext and lengths.
 */
import { chacha20poly1305 } from '@noble/ciphers/chacha.js';
import { x25519 } from '@noble/curves/ed25519.js';
import type { PeerId } from '../protocol/ids.ts';
import { concatBytes, randomBytes } from './bytes.ts';
import { publicKeyFromPeerId } from './did-key.ts';
import { derive } from './hkdf.ts';
import { LABELS } from './labels.ts';
import { x25519PublicKey } from './x25519.ts';

/** Counter and authentication tag. */
export const RELAY_OVERHEAD_BYTES = 24;
const COUNTER_BYTES = 8;

export interface RelayCipher {
  /** The counter, 8 bytes, then ChaCha20-Poly1305: 24 bytes more than `plain`. */
  seal(plain: Uint8Array): Uint8Array;
  /** `undefined` for what the other end did not make for this session, and for what comes twice or late. Gaps are let pass. */
  open(frame: Uint8Array): Uint8Array | undefined;
}

export function ephemeralKeyPair(): {
  readonly publicKey: Uint8Array;
  readonly secret: Uint8Array;
} {
  const secret = randomBytes(32);
  return { publicKey: x25519PublicKey(secret), secret };
}

/** @param session 16 bytes. `undefined` if `theirPublic` is no honest key (RFC 7748 §6.1) or both ends are one. */
export function relayCipher(parts: {
  readonly mySecret: Uint8Array;
  readonly theirPublic: Uint8Array;
  readonly myPeer: PeerId;
  readonly theirPeer: PeerId;
  readonly session: Uint8Array;
}): RelayCipher | undefined {
  const { mySecret, theirPublic, myPeer, theirPeer, session } = parts;
  if (myPeer === theirPeer) return undefined;
  const shared = agree(mySecret, theirPublic);
  if (shared === undefined) return undefined;
  const mine = concatBytes(publicKeyFromPeerId(myPeer), x25519PublicKey(mySecret));
  const theirs = concatBytes(publicKeyFromPeerId(theirPeer), theirPublic);
  const iAmLower = myPeer < theirPeer;
  const info = concatBytes(session, ...(iAmLower ? [mine, theirs] : [theirs, mine]));
  const fromLower = derive(shared, LABELS.relayFromLower, info);
  const fromHigher = derive(shared, LABELS.relayFromHigher, info);
  return cipher(iAmLower ? fromLower : fromHigher, iAmLower ? fromHigher : fromLower);
}

function agree(secret: Uint8Array, publicKey: Uint8Array): Uint8Array | undefined {
  try {
    return x25519.getSharedSecret(secret, publicKey);
  } catch {
    return undefined;
  }
}

function nonceOf(counter: Uint8Array): Uint8Array {
  return concatBytes(new Uint8Array(4), counter);
}

function cipher(sending: Uint8Array, receiving: Uint8Array): RelayCipher {
  let next = 0n;
  let last = -1n;
  return {
    seal(plain) {
      const counter = new Uint8Array(COUNTER_BYTES);
      new DataView(counter.buffer).setBigUint64(0, next++);
      return concatBytes(counter, chacha20poly1305(sending, nonceOf(counter)).encrypt(plain));
    },
    open(frame) {
      if (frame.length < RELAY_OVERHEAD_BYTES) return undefined;
      const counter = frame.slice(0, COUNTER_BYTES);
      const number = new DataView(counter.buffer).getBigUint64(0);
      if (number <= last) return undefined;
      try {
        const sealed = frame.subarray(COUNTER_BYTES);
        const plain = chacha20poly1305(receiving, nonceOf(counter)).decrypt(sealed);
        last = number;
        return plain;
      } catch {
        return undefined;
      }
    },
  };
}
