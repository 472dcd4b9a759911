/**
 * For each word the places where it stands, ascending, as differences in LEB128. The bytes of all words lie in pages, in
 * slices that double as a word becomes frequent and name the next in their last four bytes (as Lucene keeps what it has
 * not written yet): most words stand once and cost eight bytes, and no word costs an object.
 */
import { roomFor } from './growing.ts';

const PAGE_BITS = 16;
const PAGE = 1 << PAGE_BITS;
const FIRST_SLICE = 8;
const LAST_SLICE = 1024;
/** Address of the next slice. */
const LINK = 4;

const uint32s = (length: number) => new Uint32Array(length);
const uint8s = (length: number) => new Uint8Array(length);

export class Postings {
  readonly #pages: Uint8Array[] = [];
  /** First address not given out. */
  #free = 0;
  #words = 0;
  /** By word: where its first slice is, where the next byte goes, where its last slice's link is, that slice's size as a power of two. */
  #first = new Uint32Array(0);
  #next = new Uint32Array(0);
  #end = new Uint32Array(0);
  #size = new Uint8Array(0);
  #last = new Uint32Array(0);
  #count = new Uint32Array(0);

  get words(): number {
    return this.#words;
  }

  get bytes(): number {
    return this.#pages.length * PAGE + this.#first.length * 21;
  }

  /** How many places a word has. */
  count(word: number): number {
    return this.#count[word] ?? 0;
  }

  /** Makes room for the next word and gives its number. */
  addWord(): number {
    const word = this.#words++;
    this.#first = roomFor(this.#first, this.#words, uint32s);
    this.#next = roomFor(this.#next, this.#words, uint32s);
    this.#end = roomFor(this.#end, this.#words, uint32s);
    this.#size = roomFor(this.#size, this.#words, uint8s);
    this.#last = roomFor(this.#last, this.#words, uint32s);
    this.#count = roomFor(this.#count, this.#words, uint32s);
    const slice = this.#slice(FIRST_SLICE);
    this.#first[word] = slice;
    this.#next[word] = slice;
    this.#end[word] = slice + FIRST_SLICE - LINK;
    this.#size[word] = Math.log2(FIRST_SLICE);
    return word;
  }

  /** Adds a place after all that the word has. */
  add(word: number, place: number): void {
    let rest = place - (this.#last[word] ?? 0);
    for (; rest >= 0x80; rest >>>= 7) this.#push(word, (rest & 0x7f) | 0x80);
    this.#push(word, rest);
    this.#last[word] = place;
    this.#count[word] = (this.#count[word] ?? 0) + 1;
  }

  /** Tells each place of a word, ascending. */
  each(word: number, tell: (place: number) => void): void {
    let at = this.#first[word] ?? 0;
    let size = FIRST_SLICE;
    let end = at + size - LINK;
    let page = this.#pages[at >>> PAGE_BITS];
    let place = 0;
    for (let left = this.count(word); left > 0; left--) {
      let difference = 0;
      for (let shift = 0; ; shift += 7) {
        if (at === end) {
          at = this.#link(end);
          size = Math.min(size * 2, LAST_SLICE);
          end = at + size - LINK;
          page = this.#pages[at >>> PAGE_BITS];
        }
        const byte = page?.[at++ & (PAGE - 1)] ?? 0;
        difference |= (byte & 0x7f) << shift;
        if (byte < 0x80) break;
      }
      place += difference >>> 0;
      tell(place);
    }
  }

  #push(word: number, byte: number): void {
    let at = this.#next[word] ?? 0;
    const end = this.#end[word] ?? 0;
    if (at === end) {
      const size = Math.min(2 << (this.#size[word] ?? 0), LAST_SLICE);
      at = this.#slice(size);
      this.#setLink(end, at);
      this.#end[word] = at + size - LINK;
      this.#size[word] = Math.log2(size);
    }
    const page = this.#pages[at >>> PAGE_BITS];
    if (page) page[at & (PAGE - 1)] = byte;
    this.#next[word] = at + 1;
  }

  /** Slices do not cross pages. */
  #slice(size: number): number {
    if ((this.#free & (PAGE - 1)) + size > PAGE) this.#free = (this.#free | (PAGE - 1)) + 1;
    const at = this.#free;
    if (at >>> PAGE_BITS >= this.#pages.length) this.#pages.push(new Uint8Array(PAGE));
    this.#free += size;
    return at;
  }

  #link(at: number): number {
    const page = this.#pages[at >>> PAGE_BITS];
    const i = at & (PAGE - 1);
    if (!page) return 0;
    const [a = 0, b = 0, c = 0, d = 0] = [page[i], page[i + 1], page[i + 2], page[i + 3]];
    return (a | (b << 8) | (c << 16) | (d << 24)) >>> 0;
  }

  #setLink(at: number, to: number): void {
    const page = this.#pages[at >>> PAGE_BITS];
    const i = at & (PAGE - 1);
    for (let k = 0; page && k < LINK; k++) page[i + k] = to >>> (8 * k);
  }
}
