/**
 * The proof in a receipt: 8 bytes that only its holder and the author can make. Under a key from the X25519 secret of the
 * two devices' sealing keys, so that whoever passes receipts on can add none of their own, and nothing need be signed.
 *
 * Both ends could make it; the author has no reason to. The key is bound to the direction, so a receipt of one's own never
 * comes back as the other's.
 */
import { x25519 } from '@noble/curves/ed25519.js';
import { hmac } from '@noble/hashes/hmac.js';
import { sha256 } from '@noble/hashes/sha2.js';
import { type Bytes, concatBytes } from './bytes.ts';
import type { DeviceKey } from './device-key.ts';
import { derive } from './hkdf.ts';
import { DOMAINS, domainBytes, LABELS } from './labels.ts';

/** Bytes of a MAC. A guess is right once in 2^64. */
export const RECEIPT_MAC_BYTES = 8;

/** What a receipt vouches for: everything of its author's in a channel up to this entry is stored. */
export interface ReceiptClaim {
  /** 32 bytes. */
  readonly space: Uint8Array;
  /** 16 bytes. */
  readonly channel: Uint8Array;
  /** First 16 bytes of the entry's id. */
  readonly tip: Uint8Array;
}

/** The other of the two devices, as the membership lists it. */
export interface ReceiptParty {
  /** Ed25519, 32 bytes. */
  readonly device: Uint8Array;
  /** X25519, 32 bytes. */
  readonly sealing: Uint8Array;
}

/**
 * The key of the receipts that one device gives another: 32 bytes, about a millisecond's work, so keep it.
 * `undefined` if the other's sealing key is no key that anybody can hold (a point of low order).
 * @param self whether this device is the one that holds, or the author who is told
 */
export function receiptKey(
  own: DeviceKey,
  other: ReceiptParty,
  self: 'holder' | 'author',
): Bytes | undefined {
  if (other.sealing.length !== 32 || other.device.length !== 32) return undefined;
  const direction =
    self === 'holder' ? [own.publicKey, other.device] : [other.device, own.publicKey];
  try {
    const secret = x25519.getSharedSecret(own.sealingSecret, other.sealing);
    return derive(secret, LABELS.ack, concatBytes(...direction));
  } catch {
    return undefined;
  }
}

/** HMAC-SHA-256 (RFC 2104) over domain ‖ space ‖ channel ‖ tip, its first 8 bytes. */
export function receiptMac(key: Uint8Array, { space, channel, tip }: ReceiptClaim): Bytes {
  const message = concatBytes(domainBytes(DOMAINS.receipt), space, channel, tip);
  return new Uint8Array(hmac(sha256, key, message).subarray(0, RECEIPT_MAC_BYTES));
}

/** Whether the MAC is the one for this claim. Takes the same time for each wrong one. */
export function isReceiptMac(key: Uint8Array, claim: ReceiptClaim, mac: Uint8Array): boolean {
  if (mac.length !== RECEIPT_MAC_BYTES) return false;
  const right = receiptMac(key, claim);
  let difference = 0;
  for (let i = 0; i < RECEIPT_MAC_BYTES; i++) difference |= (right[i] ?? 0) ^ (mac[i] ?? 0);
  return difference === 0;
}
