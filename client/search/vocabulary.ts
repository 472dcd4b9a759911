/** The words of all messages, numbered as they come, and those that begin as one does. */

const encoder = new TextEncoder();
const decoder = new TextDecoder();

/** Up to so many words that came lately are looked through one by one. */
const UNSORTED = 256;
/** While words are added they are sorted each time that an eighth is new: no search waits for all of them. */
const WORTH_SORTING = 1024;

export class Vocabulary {
  readonly #numbers = new Map<string, number>();
  readonly #words: string[] = [];
  /** Numbers in the order of their words; the newest words are not in it. */
  #sorted = new Uint32Array(0);
  #characters = 0;

  get size(): number {
    return this.#words.length;
  }

  /** About what it holds in memory, bytes: a string, a place in the map, one in the list, one in the order. */
  get bytes(): number {
    return this.#characters + this.#words.length * 60;
  }

  word(number: number): string {
    return this.#words[number] ?? '';
  }

  number(word: string): number | undefined {
    return this.#numbers.get(word);
  }

  /** The number of a word that is not there yet. */
  add(word: string): number {
    const number = this.#words.length;
    // A piece of a text may keep the whole text in memory for as long as it lives.
    const own = decoder.decode(encoder.encode(word));
    this.#numbers.set(own, number);
    this.#words.push(own);
    this.#characters += own.length;
    const unsorted = this.#words.length - this.#sorted.length;
    if (unsorted >= WORTH_SORTING && unsorted * 8 >= this.#words.length) this.#sort();
    return number;
  }

  /** Numbers of the words that begin like this, itself included. */
  beginning(prefix: string): number[] {
    if (this.#words.length - this.#sorted.length > UNSORTED) this.#sort();
    const found: number[] = [];
    for (let at = this.#firstFrom(prefix); at < this.#sorted.length; at++) {
      const number = this.#sorted[at] ?? 0;
      if (!this.word(number).startsWith(prefix)) break;
      found.push(number);
    }
    for (let number = this.#sorted.length; number < this.#words.length; number++)
      if (this.word(number).startsWith(prefix)) found.push(number);
    return found;
  }

  /** Numbers of all words in the order of the words. */
  inOrder(): Uint32Array {
    this.#sort();
    return this.#sorted;
  }

  /** Where in the order the first word stands that is not before `word`. */
  #firstFrom(word: string): number {
    let from = 0;
    let to = this.#sorted.length;
    while (from < to) {
      const middle = (from + to) >>> 1;
      if (this.word(this.#sorted[middle] ?? 0) < word) from = middle + 1;
      else to = middle;
    }
    return from;
  }

  /** Sorts what is new and puts each where it belongs, whole stretches of the old order at a time. */
  #sort(): void {
    const known = this.#sorted.length;
    if (known === this.#words.length) return;
    const fresh = Uint32Array.from(this.#words.slice(known).keys(), (i) => known + i).sort(
      (a, b) => (this.word(a) < this.word(b) ? -1 : 1),
    );
    const all = new Uint32Array(this.#words.length);
    let from = 0;
    fresh.forEach((number, before) => {
      const to = this.#firstFrom(this.word(number));
      all.set(this.#sorted.subarray(from, to), from + before);
      all[to + before] = number;
      from = to;
    });
    all.set(this.#sorted.subarray(from), from + fresh.length);
    this.#sorted = all;
  }
}
