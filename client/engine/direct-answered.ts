/** Which notes this person's device has answered, so that a conversation that was left is not entered again by the old one. */
import * as v from 'valibot';
import type { Store } from '../space/store.ts';

const KEY = 'answered-notes';
/** The oldest are forgotten first. */
const REMEMBERED = 2_048;
const Marks = v.pipe(v.array(v.string()), v.maxLength(REMEMBERED));

export class AnsweredNotes {
  readonly #store: Store;
  #marks = new Set<string>();

  constructor(store: Store) {
    this.#store = store;
  }

  async load(): Promise<void> {
    const kept = v.safeParse(Marks, await this.#store.get(KEY));
    if (kept.success) this.#marks = new Set(kept.output);
  }

  has(mark: string): boolean {
    return this.#marks.has(mark);
  }

  /** Rejects with `StoreError`. */
  async add(mark: string): Promise<void> {
    this.#marks.add(mark);
    const kept = [...this.#marks].slice(-REMEMBERED);
    await this.#store.put(KEY, kept);
    this.#marks = new Set(kept);
  }
}
