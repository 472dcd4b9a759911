/** A store whose program can crash: what was written stays, and what was asked is never answered. */
import type { Store } from '@snug/client/space/store.ts';

export class CrashingStore implements Store {
  readonly #inner: Store;
  #crashed = false;

  constructor(inner: Store) {
    this.#inner = inner;
  }

  /** Ends this run's access. The data can be opened again at once. */
  async crash(): Promise<void> {
    this.#crashed = true;
    await this.#inner.close();
  }

  has(...args: Parameters<Store['has']>): ReturnType<Store['has']> {
    return this.#ask(() => this.#inner.has(...args));
  }

  entries(...args: Parameters<Store['entries']>): ReturnType<Store['entries']> {
    return this.#ask(() => this.#inner.entries(...args));
  }

  append(...args: Parameters<Store['append']>): ReturnType<Store['append']> {
    return this.#ask(() => this.#inner.append(...args));
  }

  get(...args: Parameters<Store['get']>): ReturnType<Store['get']> {
    return this.#ask(() => this.#inner.get(...args));
  }

  put(...args: Parameters<Store['put']>): ReturnType<Store['put']> {
    return this.#ask(() => this.#inner.put(...args));
  }

  remove(...args: Parameters<Store['remove']>): ReturnType<Store['remove']> {
    return this.#ask(() => this.#inner.remove(...args));
  }

  drop(...args: Parameters<Store['drop']>): ReturnType<Store['drop']> {
    return this.#ask(() => this.#inner.drop(...args));
  }

  close(): Promise<void> {
    return this.#ask(() => this.#inner.close());
  }

  async #ask<T>(question: () => Promise<T>): Promise<T> {
    if (this.#crashed) return new Promise(() => {});
    const answer = await question();
    return this.#crashed ? new Promise(() => {}) : answer;
  }
}
