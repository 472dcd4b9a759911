/** Values that many messages share, such as their authors, each kept once under a number. */
export class Numbered<T> {
  readonly #keyOf: (value: T) => string;
  readonly #numbers = new Map<string, number>();
  readonly #values: T[] = [];

  /** @param keyOf what tells one value from another */
  constructor(keyOf: (value: T) => string) {
    this.#keyOf = keyOf;
  }

  get size(): number {
    return this.#values.length;
  }

  /** Its number, a new one where it has none. */
  numberOf(value: T): number {
    const key = this.#keyOf(value);
    const known = this.#numbers.get(key);
    if (known !== undefined) return known;
    const number = this.#values.length;
    this.#numbers.set(key, number);
    this.#values.push(value);
    return number;
  }

  value(number: number): T | undefined {
    return this.#values[number];
  }

  /** Keys in the order of their numbers. */
  keys(): Iterable<string> {
    return this.#numbers.keys();
  }
}
