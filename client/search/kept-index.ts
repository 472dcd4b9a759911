/**
 * An index as bytes, in chunks that a store keeps one by one, so that it need not be made anew at each start. What is
 * damaged, cut off or of another version is no index: the caller makes a new one from the messages, which are the truth.
 *
 * A chunk is a version byte, its number (4 bytes), whether it is the last (1), up to 256 KiB, and 8 bytes of SHA-256 over all
 * of that. Together they hold, numbers in LEB128: how many words were left out; authors; places; a row a message (id, order and clock as 8-byte floats,
 * author, place, things, length), then the words in their order, each as how much it shares with the one before, its rest, and
 * the differences of its places.
 */
import { concatBytes, equalBytes, sha256, uint32Bytes, utf8 } from '@snug/shared/crypto/bytes.ts';
import { readVarint, varint } from '@snug/shared/crypto/varint.ts';
import { ChannelId, SpaceId } from '@snug/shared/protocol/ids.ts';
import * as v from 'valibot';
import { emptyParts, type IndexParts } from './index-parts.ts';
import { MAX_WORDS, SearchIndex } from './search-index.ts';

const VERSION = 1;
const CHUNK = 256 * 1024;
const HEADER = 6;
const CHECK = 8;

/** The chunks of an index, in their order. It is packed first. */
export function* chunksOf(index: SearchIndex): Generator<Uint8Array> {
  let number = 0;
  let gathered: Uint8Array[] = [];
  let size = 0;
  for (const part of bytesOf(index)) {
    gathered.push(part);
    size += part.length;
    if (size < CHUNK) continue;
    const all = concatBytes(...gathered);
    let at = 0;
    for (; all.length - at >= CHUNK; at += CHUNK)
      yield chunk(number++, false, all.subarray(at, at + CHUNK));
    gathered = [all.subarray(at)];
    size = all.length - at;
  }
  yield chunk(number, true, concatBytes(...gathered));
}

function chunk(number: number, last: boolean, payload: Uint8Array): Uint8Array {
  const head = concatBytes(
    Uint8Array.of(VERSION),
    uint32Bytes(number),
    Uint8Array.of(last ? 1 : 0),
    payload,
  );
  return concatBytes(head, sha256(head).subarray(0, CHECK));
}

/**
 * The index that these chunks are of, or `undefined` where they are not whole and right. Never throws; time and memory are
 * linear in their bytes.
 *
 * @param seed as for a new index
 */
export function indexFrom(chunks: Iterable<Uint8Array>, seed: number): SearchIndex | undefined {
  const payloads: Uint8Array[] = [];
  let ended = false;
  for (const bytes of chunks) {
    const payload = payloadOf(bytes, payloads.length);
    if (ended || payload === undefined) return undefined;
    payloads.push(payload);
    ended = bytes[5] === 1;
  }
  if (!ended) return undefined;
  try {
    const reader = new Reader(concatBytes(...payloads));
    const leftOut = reader.number(Number.MAX_SAFE_INTEGER);
    return new SearchIndex({ seed, leftOut, parts: partsFrom(reader, seed) });
  } catch (error) {
    if (error instanceof NoIndex) return undefined;
    throw error;
  }
}

function payloadOf(bytes: Uint8Array, number: number): Uint8Array | undefined {
  if (bytes.length < HEADER + CHECK || bytes[0] !== VERSION) return undefined;
  const head = bytes.subarray(0, bytes.length - CHECK);
  if (!equalBytes(sha256(head).subarray(0, CHECK), bytes.subarray(head.length))) return undefined;
  return equalBytes(bytes.subarray(1, 5), uint32Bytes(number)) ? head.subarray(HEADER) : undefined;
}

function* bytesOf(index: SearchIndex): Generator<Uint8Array> {
  const { table, vocabulary, postings, ...shared } = index.packed();
  yield varint(index.leftOut);
  yield varint(shared.authors.size);
  for (const author of shared.authors.keys()) yield spelled(author);
  yield varint(shared.places.size);
  for (const place of shared.places.keys()) yield spelled(place);
  yield varint(table.rows);
  for (let row = 0; row < table.rows; row++) {
    const numbers = new DataView(new ArrayBuffer(16));
    numbers.setFloat64(0, table.order(row));
    numbers.setFloat64(8, table.at(row));
    yield concatBytes(
      table.idBytes(row),
      new Uint8Array(numbers.buffer),
      varint(table.author(row)),
      varint(table.place(row)),
      varint(table.things(row)),
      varint(table.length(row)),
    );
  }
  yield varint(vocabulary.size);
  let before = '';
  for (const number of vocabulary.inOrder()) {
    const word = vocabulary.word(number);
    const same = sharedBeginning(before, word);
    yield concatBytes(varint(same), spelled(word.slice(same)), varint(postings.count(number)));
    yield differences(postings, number);
    before = word;
  }
}

function differences(postings: IndexParts['postings'], word: number): Uint8Array {
  const bytes: number[] = [];
  let last = 0;
  postings.each(word, (place) => {
    let rest = place - last;
    for (; rest >= 0x80; rest >>>= 7) bytes.push((rest & 0x7f) | 0x80);
    bytes.push(rest);
    last = place;
  });
  return Uint8Array.from(bytes);
}

/** In UTF-16 code units, and never half a character. */
function sharedBeginning(a: string, b: string): number {
  let same = 0;
  while (same < a.length && a[same] === b[same]) same++;
  const before = a.charCodeAt(same - 1);
  return before >= 0xd800 && before < 0xdc00 ? same - 1 : same;
}

function spelled(text: string): Uint8Array {
  const bytes = utf8(text);
  return concatBytes(varint(bytes.length), bytes);
}

/** Thrown and caught within this file only. */
class NoIndex extends Error {}

class Reader {
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  readonly #decoder = new TextDecoder('utf-8', { fatal: false });
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  }

  get length(): number {
    return this.#bytes.length;
  }

  get isAtEnd(): boolean {
    return this.#at === this.#bytes.length;
  }

  number(most: number): number {
    const read = readVarint(this.#bytes, this.#at);
    if (!read || read.value > most) throw new NoIndex();
    this.#at = read.end;
    return read.value;
  }

  bytes(length: number): Uint8Array {
    const bytes = this.#bytes.subarray(this.#at, this.#at + length);
    if (bytes.length < length) throw new NoIndex();
    this.#at += length;
    return bytes;
  }

  float(): number {
    const at = this.#at;
    this.bytes(8);
    return this.#view.getFloat64(at);
  }

  text(): string {
    return this.#decoder.decode(this.bytes(this.number(this.#bytes.length)));
  }
}

const PlaceKey = v.pipe(
  v.string(),
  v.transform((key) => key.split(' ')),
  v.strictTuple([SpaceId, ChannelId]),
);

const MOST = 2 ** 32 - 1;

function partsFrom(reader: Reader, seed: number): IndexParts {
  const parts = emptyParts(seed);
  const { table, authors, places } = parts;
  for (let left = reader.number(MOST); left > 0; left--) authors.numberOf(reader.text());
  for (let left = reader.number(MOST); left > 0; left--) {
    const place = v.safeParse(PlaceKey, reader.text());
    if (!place.success) throw new NoIndex();
    const [space, channel] = place.output;
    places.numberOf({ space, channel });
  }
  for (let left = reader.number(MOST); left > 0; left--) {
    const id = reader.bytes(32);
    const [order, at] = [reader.float(), reader.float()];
    if (Number.isNaN(order) || Number.isNaN(at)) throw new NoIndex();
    const author = reader.number(authors.size - 1);
    const place = reader.number(places.size - 1);
    table.add({
      id,
      order,
      at,
      author,
      place,
      things: reader.number(0xffff),
      // A place is a byte further on, or the free one beside it.
      length: reader.number(2 * reader.length - table.places),
    });
  }
  readWords(reader, parts);
  if (!reader.isAtEnd) throw new NoIndex();
  return parts;
}

function readWords(reader: Reader, { table, vocabulary, postings }: IndexParts): void {
  let before = '';
  for (let left = reader.number(MAX_WORDS); left > 0; left--) {
    const same = reader.number(before.length);
    const word = before.slice(0, same) + reader.text();
    if (vocabulary.number(word) !== undefined) throw new NoIndex();
    vocabulary.add(word);
    const number = postings.addWord();
    let place = 0;
    for (let more = reader.number(table.places); more > 0; more--) {
      place += reader.number(table.places - 1 - place);
      postings.add(number, place);
    }
    before = word;
  }
}
