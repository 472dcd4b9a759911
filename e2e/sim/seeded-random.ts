/** All chance of a run comes from its seed, so that a run can be had again. */

/** sfc32 (Chris Doty-Humphrey, PractRand): small, fast, and good enough for everything but secrets. */
export class SeededRandom {
  #a: number;
  #b: number;
  #c: number;
  #count = 1;

  constructor(...seeds: readonly number[]) {
    this.#a = mix(0x9e3779b9, ...seeds);
    this.#b = mix(0x243f6a88, ...seeds);
    this.#c = mix(0xb7e15162, ...seeds);
    for (let i = 0; i < 12; i++) this.next();
  }

  /** In [0, 1). */
  readonly next = (): number => {
    const sum = (this.#a + this.#b + this.#count++) | 0;
    this.#a = this.#b ^ (this.#b >>> 9);
    this.#b = (this.#c + (this.#c << 3)) | 0;
    this.#c = (((this.#c << 21) | (this.#c >>> 11)) + sum) | 0;
    return (sum >>> 0) / 2 ** 32;
  };

  between(least: number, most: number): number {
    return least + this.next() * (most - least);
  }

  /** A whole number in [0, n). */
  below(n: number): number {
    return Math.floor(this.next() * n);
  }

  chance(part: number): boolean {
    return part > 0 && this.next() < part;
  }

  pick<T>(all: readonly T[]): T | undefined {
    return all[this.below(all.length)];
  }

  /** Up to `n` different ones, in random order. */
  sample<T>(all: readonly T[], n: number): T[] {
    const mixed = [...all];
    const most = Math.min(n, mixed.length);
    for (let i = 0; i < most; i++) {
      const j = i + this.below(mixed.length - i);
      const [a, b] = [mixed[i], mixed[j]];
      if (a === undefined || b === undefined) break;
      mixed[i] = b;
      mixed[j] = a;
    }
    return mixed.slice(0, most);
  }

  bytes(n: number): Uint8Array {
    return Uint8Array.from({ length: n }, () => this.below(256));
  }
}

/** 32 bits that depend on all of these (the finaliser of MurmurHash3, Austin Appleby). */
export function mix(...numbers: readonly number[]): number {
  let h = 0x3c6ef372;
  for (const number of numbers) {
    h = Math.imul(h ^ number, 0x85ebca6b);
    h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
    h ^= h >>> 16;
  }
  return h >>> 0;
}

/** In [0, 1), the same for the same numbers. */
export function fraction(...numbers: readonly number[]): number {
  return mix(...numbers) / 2 ** 32;
}
