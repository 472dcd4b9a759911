/**
 * A long text sealed in chunks (STREAM; Hoang, Reyhanitabar, Rogaway, Vizár 2015), so that neither end needs all of it at
 * once: XChaCha20-Poly1305 under nonces that hold the chunk's number and whether it is the last. Chunks can be neither
 * reordered, repeated, left out, nor cut off at the end.
 */
import { xchacha20poly1305 } from '@noble/ciphers/chacha.js';
import { concatBytes, uint32Bytes } from './bytes.ts';

/** How much longer a chunk is sealed. */
export const CHUNK_TAG_BYTES = 16;
/** The part of each nonce that is of the whole text. */
export const NONCE_PREFIX_BYTES = 19;

export interface ChunkPlace {
  /** From 0, below 2^32. */
  readonly number: number;
  readonly last: boolean;
}

export class ChunkCipher {
  readonly #key: Uint8Array;
  readonly #prefix: Uint8Array;

  /** @param key 32 bytes, for this text only; @param prefix 19 random bytes */
  constructor(key: Uint8Array, prefix: Uint8Array) {
    if (key.length !== 32 || prefix.length !== NONCE_PREFIX_BYTES)
      throw new RangeError(`Expected 32 and 19 bytes, got ${key.length} and ${prefix.length}.`);
    this.#key = key;
    this.#prefix = prefix;
  }

  seal(plain: Uint8Array, place: ChunkPlace): Uint8Array {
    return this.#at(place).encrypt(plain);
  }

  /** `undefined` for what was not sealed for this place of this text. */
  open(sealed: Uint8Array, place: ChunkPlace): Uint8Array | undefined {
    try {
      return this.#at(place).decrypt(sealed);
    } catch {
      return undefined;
    }
  }

  #at({ number, last }: ChunkPlace) {
    const nonce = concatBytes(this.#prefix, uint32Bytes(number), Uint8Array.of(last ? 1 : 0));
    return xchacha20poly1305(this.#key, nonce);
  }
}
