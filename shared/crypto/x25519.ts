import { x25519 } from '@noble/curves/ed25519.js';

/**
 * The public half of an X25519 secret (RFC 7748 §6.1), 32 bytes each. By the ladder, as any other product is made: noble's own way
 * first makes a table of the base point's multiples, which a program that starts would wait for longer than for all keys it makes.
 */
export function x25519PublicKey(secret: Uint8Array): Uint8Array {
  return x25519.scalarMult(secret, x25519.GuBytes);
}
