/**
 * Entries that were let in while the store refused: in view, for this may be all there is of them on this device, but
 * neither acknowledged nor passed on. Tried again before anything else is stored.
 */
import type { DocumentId } from '@snug/shared/protocol/ids.ts';
import type { KeptValue, Store, StoredEntry } from './store.ts';

export class Unstored {
  readonly #store: Store;
  readonly #caughtUp: () => void;
  readonly #waiting: {
    readonly document: DocumentId;
    readonly entries: readonly StoredEntry[];
  }[] = [];

  /** @param caughtUp called when all that waited has been stored */
  constructor(store: Store, caughtUp: () => void) {
    this.#store = store;
    this.#caughtUp = caughtUp;
  }

  has(document: DocumentId): boolean {
    return this.#waiting.some((waiting) => waiting.document === document);
  }

  add(document: DocumentId, entries: readonly StoredEntry[]): void {
    this.#waiting.push({ document, entries });
  }

  /** Stores entries after whatever waits. Rejects with `StoreError`; then they are not stored, and not added here. */
  async append(
    document: DocumentId,
    entries: readonly StoredEntry[],
    beside: readonly KeptValue[] = [],
  ): Promise<void> {
    await this.retry();
    await this.#store.append(document, entries, beside);
  }

  async retry(): Promise<void> {
    if (this.#waiting.length === 0) return;
    for (let next = this.#waiting[0]; next; next = this.#waiting[0]) {
      await this.#store.append(next.document, next.entries);
      this.#waiting.shift();
    }
    this.#caughtUp();
  }
}
