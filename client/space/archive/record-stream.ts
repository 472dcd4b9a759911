/** Records one after the other: each its length in LEB128 and canonical CBOR, so that a file is read a record at a time. */
import { concatBytes } from '@snug/shared/crypto/bytes.ts';
import { readVarint, varint } from '@snug/shared/crypto/varint.ts';
import {
  type CborValue,
  decodeCanonical,
  encodeCanonical,
} from '@snug/shared/entries/canonical-cbor.ts';

/** Longest record that is read, bytes: several of the longest entries. */
export const MAX_RECORD_BYTES = 1024 * 1024;
/** Bytes of the longest length there is. */
const LENGTH_BYTES = 8;

/** @throws RangeError for a record that {@link RecordReader} would not take */
export function recordBytes(value: CborValue): Uint8Array {
  const bytes = encodeCanonical(value);
  if (bytes.length > MAX_RECORD_BYTES)
    throw new RangeError(`A record of ${bytes.length} bytes is too long.`);
  return concatBytes(varint(bytes.length), bytes);
}

/** Where chunks of a stream come from. */
export interface Chunks {
  next(): Promise<Uint8Array | 'end' | 'damaged'>;
}

export class RecordReader {
  readonly #chunks: Chunks;
  #held: Uint8Array = new Uint8Array(0);
  #damaged = false;

  constructor(chunks: Chunks) {
    this.#chunks = chunks;
  }

  /** The next record; `damaged`, and from then on, where it is none. Never rejects. */
  async next(): Promise<{ readonly value: CborValue } | 'end' | 'damaged'> {
    if (this.#damaged) return 'damaged';
    const record = await this.#read();
    this.#damaged = record === 'damaged';
    return record;
  }

  async #read(): Promise<{ readonly value: CborValue } | 'end' | 'damaged'> {
    const came = await this.#hold(1);
    if (came !== 'held') return came === 'end' && this.#held.length === 0 ? 'end' : 'damaged';
    let length = readVarint(this.#held, 0);
    if (!length && this.#held.length < LENGTH_BYTES) {
      if ((await this.#hold(LENGTH_BYTES)) === 'damaged') return 'damaged';
      length = readVarint(this.#held, 0);
    }
    if (!length || length.value > MAX_RECORD_BYTES) return 'damaged';
    const end = length.end + length.value;
    if ((await this.#hold(end)) !== 'held') return 'damaged';
    const value = decodeCanonical(this.#held.subarray(length.end, end));
    this.#held = this.#held.subarray(end);
    return value === undefined ? 'damaged' : { value };
  }

  /** Reads on until so many bytes are held, if there are as many. */
  async #hold(length: number): Promise<'held' | 'end' | 'damaged'> {
    if (this.#held.length >= length) return 'held';
    const gathered = [this.#held];
    let size = this.#held.length;
    let came: Uint8Array | 'end' | 'damaged' | 'held' = 'held';
    while (size < length) {
      const chunk = await this.#chunks.next();
      if (typeof chunk === 'string') {
        came = chunk;
        break;
      }
      gathered.push(chunk);
      size += chunk.length;
    }
    this.#held = concatBytes(...gathered);
    return size >= length ? 'held' : came === 'damaged' ? 'damaged' : 'end';
  }
}
