/**
 * The messages of an index, one row each in the order in which they came, in columns of typed arrays: about 80 bytes a
 * message. A row is never moved; a message that changes gets a new one and the old is left out until the whole is packed.
 */
import { fromBase64url, toBase64url } from '@snug/shared/crypto/bytes.ts';
import { EntryId } from '@snug/shared/protocol/ids.ts';
import * as v from 'valibot';
import { roomFor } from './growing.ts';

const ID_BYTES = 32;
/** Every so many places the row is noted that holds it. */
const STRIDE_BITS = 5;

export interface Row {
  readonly id: Uint8Array;
  readonly order: number;
  readonly at: number;
  /** Numbers of author and place. */
  readonly author: number;
  readonly place: number;
  readonly things: number;
  /** How many places its words take. */
  readonly length: number;
}

const uint8s = (length: number) => new Uint8Array(length);
const uint16s = (length: number) => new Uint16Array(length);
const uint32s = (length: number) => new Uint32Array(length);
const float64s = (length: number) => new Float64Array(length);

export class MessageTable {
  readonly #seed: number;
  #rows = 0;
  #live = 0;
  #places = 0;
  #ids = new Uint8Array(0);
  #order = new Float64Array(0);
  #at = new Float64Array(0);
  #author = new Uint32Array(0);
  #place = new Uint32Array(0);
  #things = new Uint16Array(0);
  #alive = new Uint8Array(0);
  #start = new Uint32Array(0);
  #atStride = new Uint32Array(0);
  /** Open addressing: row + 1 of an id, 0 where nothing is. */
  #byId = new Uint32Array(64);
  /** Rows by order and id; those that came since are not in it. */
  #sorted = new Uint32Array(0);

  /** @param seed anything: without it, ids could be made that all fall on one spot */
  constructor(seed: number) {
    this.#seed = seed | 1;
  }

  /** Rows, those of what has been removed included. */
  get rows(): number {
    return this.#rows;
  }

  /** Messages. */
  get live(): number {
    return this.#live;
  }

  /** Places that words have been given. */
  get places(): number {
    return this.#places;
  }

  get bytes(): number {
    const { length } = this.#order;
    return (
      this.#ids.length +
      length * (8 + 8 + 4 + 4 + 2 + 1 + 4) +
      4 * (this.#atStride.length + this.#byId.length + this.#sorted.length)
    );
  }

  order(row: number): number {
    return this.#order[row] ?? 0;
  }

  at(row: number): number {
    return this.#at[row] ?? 0;
  }

  author(row: number): number {
    return this.#author[row] ?? 0;
  }

  place(row: number): number {
    return this.#place[row] ?? 0;
  }

  things(row: number): number {
    return this.#things[row] ?? 0;
  }

  isLive(row: number): boolean {
    return this.#alive[row] === 1;
  }

  /** The place of its first word. */
  start(row: number): number {
    return this.#start[row] ?? 0;
  }

  /** How many places it has. */
  length(row: number): number {
    const next = row + 1 < this.#rows ? this.start(row + 1) : this.#places;
    return next - this.start(row);
  }

  idBytes(row: number): Uint8Array {
    return this.#ids.subarray(row * ID_BYTES, (row + 1) * ID_BYTES);
  }

  id(row: number): EntryId {
    return v.parse(EntryId, toBase64url(this.idBytes(row)));
  }

  /** The row of a message that is there. */
  rowOf(id: EntryId): number | undefined {
    const row = this.#find(fromBase64url(id)).row;
    return row !== undefined && this.isLive(row) ? row : undefined;
  }

  /** The row whose words hold a place. */
  rowAt(place: number): number {
    let row = this.#atStride[place >>> STRIDE_BITS] ?? 0;
    while (row + 1 < this.#rows && (this.#start[row + 1] ?? 0) <= place) row++;
    return row;
  }

  /** Adds a message; an earlier row of the same id must have been removed. Its first place is `start` of the row. */
  add(message: Row): number {
    const row = this.#rows++;
    this.#ids = roomFor(this.#ids, this.#rows * ID_BYTES, uint8s);
    this.#order = roomFor(this.#order, this.#rows, float64s);
    this.#at = roomFor(this.#at, this.#rows, float64s);
    this.#author = roomFor(this.#author, this.#rows, uint32s);
    this.#place = roomFor(this.#place, this.#rows, uint32s);
    this.#things = roomFor(this.#things, this.#rows, uint16s);
    this.#alive = roomFor(this.#alive, this.#rows, uint8s);
    this.#start = roomFor(this.#start, this.#rows, uint32s);
    this.#ids.set(message.id, row * ID_BYTES);
    this.#order[row] = message.order;
    this.#at[row] = message.at;
    this.#author[row] = message.author;
    this.#place[row] = message.place;
    this.#things[row] = message.things;
    this.#alive[row] = 1;
    this.#start[row] = this.#places;
    this.#noteStrides(row, this.#places, this.#places + message.length);
    this.#places += message.length;
    this.#live++;
    this.#noteId(message.id, row);
    return row;
  }

  remove(row: number): void {
    if (!this.isLive(row)) return;
    this.#alive[row] = 0;
    this.#live--;
  }

  setThings(row: number, things: number): void {
    this.#things[row] = things;
  }

  setOrder(row: number, order: number): void {
    if (this.#order[row] === order) return;
    this.#order[row] = order;
    this.#sorted = new Uint32Array(0);
  }

  /** Orders two rows as the timeline does. */
  compare(a: number, b: number): number {
    return this.order(a) - this.order(b) || this.#compareIds(this.idBytes(a), this.idBytes(b));
  }

  /** Rows, the oldest first. */
  inOrder(): Uint32Array {
    if (this.#sorted.length < this.#rows) this.#sort();
    return this.#sorted;
  }

  /** How many rows come before this order and id. */
  rowsBefore(order: number, id: EntryId): number {
    const sorted = this.inOrder();
    const bytes = fromBase64url(id);
    let from = 0;
    let to = sorted.length;
    while (from < to) {
      const middle = (from + to) >>> 1;
      const row = sorted[middle] ?? 0;
      const difference = this.order(row) - order || this.#compareIds(this.idBytes(row), bytes);
      if (difference < 0) from = middle + 1;
      else to = middle;
    }
    return from;
  }

  /** What came since comes last, nearly always; if not, few are put in where they belong, and many sorted with the rest. */
  #sort(): void {
    const known = this.#sorted.length;
    const sorted = new Uint32Array(this.#rows);
    sorted.set(this.#sorted);
    const few = this.#rows - known <= 64;
    let isOrdered = true;
    for (let row = known; row < this.#rows; row++) {
      let at = row;
      for (; at > 0 && this.compare(sorted[at - 1] ?? 0, row) > 0; at--) {
        isOrdered = few;
        if (!few) break;
        sorted[at] = sorted[at - 1] ?? 0;
      }
      sorted[at] = row;
    }
    this.#sorted = isOrdered ? sorted : sorted.sort((a, b) => this.compare(a, b));
  }

  /** As their spellings in base64url are ordered, which is how the timeline compares them: `-` and `_` stand elsewhere there. */
  #compareIds(a: Uint8Array, b: Uint8Array): number {
    const [left, right] = [toBase64url(a), toBase64url(b)];
    return left < right ? -1 : left > right ? 1 : 0;
  }

  #noteStrides(row: number, from: number, to: number): void {
    const last = to >>> STRIDE_BITS;
    this.#atStride = roomFor(this.#atStride, last + 1, uint32s);
    for (let stride = (from + (1 << STRIDE_BITS) - 1) >>> STRIDE_BITS; stride <= last; stride++)
      this.#atStride[stride] = row;
  }

  #noteId(id: Uint8Array, row: number): void {
    if (this.#rows * 2 > this.#byId.length) {
      this.#byId = new Uint32Array(this.#byId.length * 2);
      // Later rows of an id take the place of earlier ones.
      for (let other = 0; other < row; other++)
        this.#byId[this.#find(this.idBytes(other)).at] = other + 1;
    }
    this.#byId[this.#find(id).at] = row + 1;
  }

  #find(id: Uint8Array): { readonly at: number; readonly row?: number } {
    const mask = this.#byId.length - 1;
    let at = this.#hash(id) & mask;
    for (let held = this.#byId[at] ?? 0; held > 0; held = this.#byId[at] ?? 0) {
      if (sameId(this.#ids, (held - 1) * ID_BYTES, id)) return { at, row: held - 1 };
      at = (at + 1) & mask;
    }
    return { at };
  }

  #hash(id: Uint8Array): number {
    let hash = this.#seed;
    for (let i = 0; i < 8; i++) hash = Math.imul(hash ^ (id[i] ?? 0), 0x9e3779b1) ^ (hash >>> 15);
    return (hash ^ (hash >>> 16)) >>> 0;
  }
}

function sameId(ids: Uint8Array, at: number, id: Uint8Array): boolean {
  for (let i = 0; i < ID_BYTES; i++) if (ids[at + i] !== id[i]) return false;
  return true;
}
