/**
 * A map of at most so many. When one more comes the first in its order is forgotten: whichever was put in, or last
 * `refresh`ed, longest ago. To `set` anew what is there already leaves it in its place.
 */
export class BoundedMap<K, V> extends Map<K, V> {
  readonly #most: number;

  /** @param most at least 1 */
  constructor(most: number) {
    super();
    this.#most = most;
  }

  /** Puts a value in, and forgets the first where that makes one too many. */
  override set(key: K, value: V): this {
    super.set(key, value);
    const first = this.keys().next();
    if (this.size > this.#most && first.done !== true) this.delete(first.value);
    return this;
  }

  /** The same, and the key is the last to be forgotten from now on. */
  refresh(key: K, value: V): this {
    this.delete(key);
    return this.set(key, value);
  }
}
