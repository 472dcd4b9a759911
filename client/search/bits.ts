/** A set of whole numbers below its size, one bit each. */
export class Bits {
  readonly #words: Uint32Array;

  constructor(size: number) {
    this.#words = new Uint32Array((size + 31) >>> 5);
  }

  add(n: number): void {
    const at = n >>> 5;
    this.#words[at] = (this.#words[at] ?? 0) | (1 << (n & 31));
  }

  has(n: number): boolean {
    return (((this.#words[n >>> 5] ?? 0) >>> (n & 31)) & 1) === 1;
  }

  /** Keeps what is in both. Both have one size. */
  intersect(other: Bits): void {
    for (let i = 0; i < this.#words.length; i++)
      this.#words[i] = (this.#words[i] ?? 0) & (other.#words[i] ?? 0);
  }

  /** Keeps what is not in the other. Both have one size. */
  subtract(other: Bits): void {
    for (let i = 0; i < this.#words.length; i++)
      this.#words[i] = (this.#words[i] ?? 0) & ~(other.#words[i] ?? 0);
  }

  get count(): number {
    let count = 0;
    for (let word of this.#words) {
      word -= (word >>> 1) & 0x55555555;
      word = (word & 0x33333333) + ((word >>> 2) & 0x33333333);
      count += Math.imul((word + (word >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24;
    }
    return count;
  }
}
