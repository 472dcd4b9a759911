/**
 * A set of acts by their numbers, which never changes: a set with one more shares all but 128 bytes with the one before. A
 * space of ten thousand acts has as many sets of ancestors, and most differ from another by one act.
 */

const BITS = 1024;
const WORDS = BITS / 32;
type Chunk = Uint32Array | undefined;

export class ActSet {
  static readonly EMPTY = new ActSet([]);
  readonly #chunks: readonly Chunk[];

  private constructor(chunks: readonly Chunk[]) {
    this.#chunks = chunks;
  }

  has(act: number): boolean {
    const word = this.#chunks[Math.floor(act / BITS)]?.[(act % BITS) >>> 5] ?? 0;
    return (word & (1 << (act & 31))) !== 0;
  }

  with(act: number): ActSet {
    if (this.has(act)) return this;
    const chunks = [...this.#chunks];
    const at = Math.floor(act / BITS);
    while (chunks.length <= at) chunks.push(undefined);
    const chunk = chunks[at]?.slice() ?? new Uint32Array(WORDS);
    const word = (act % BITS) >>> 5;
    chunk[word] = (chunk[word] ?? 0) | (1 << (act & 31));
    chunks[at] = chunk;
    return new ActSet(chunks);
  }

  /** One of the two itself where it holds the other. */
  union(other: ActSet): ActSet {
    if (other === this || other.isWithin(this)) return this;
    if (this.isWithin(other)) return other;
    const length = Math.max(this.#chunks.length, other.#chunks.length);
    return new ActSet(Array.from({ length }, (_, at) => both(this.#chunks[at], other.#chunks[at])));
  }

  isWithin(other: ActSet): boolean {
    return this.#chunks.every((chunk, at) => isPart(chunk, other.#chunks[at]));
  }

  equals(other: ActSet): boolean {
    return other === this || (this.isWithin(other) && other.isWithin(this));
  }

  /** Ascending. */
  *[Symbol.iterator](): Generator<number> {
    for (const [at, chunk] of this.#chunks.entries()) {
      if (!chunk) continue;
      for (let word = 0; word < WORDS; word++)
        for (let bits = chunk[word] ?? 0; bits !== 0; bits &= bits - 1)
          yield at * BITS + word * 32 + (31 - Math.clz32(bits & -bits));
    }
  }
}

function both(one: Chunk, other: Chunk): Chunk {
  if (!one || one === other) return other;
  if (!other) return one;
  return one.map((word, at) => word | (other[at] ?? 0));
}

function isPart(part: Chunk, whole: Chunk): boolean {
  if (!part || part === whole) return true;
  if (!whole) return part.every((word) => word === 0);
  return part.every((word, at) => (word & ~(whole[at] ?? 0)) === 0);
}
