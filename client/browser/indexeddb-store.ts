/**
 * A store in IndexedDB. Only the tab that leads writes: each write checks the leader's lease in its own transaction, so
 * a tab that was frozen and has been replaced writes nothing more, whatever it believes.
 */
import { ChangeHash, type DocumentId } from '@snug/shared/protocol/ids.ts';
import * as v from 'valibot';
import { type KeptValue, type Store, type StoredEntry, StoreError } from '../space/store.ts';

const NAME = 'snug';
const VERSION = 1;
const LEASE = 'lease';

const Row = v.object({
  document: v.string(),
  hash: ChangeHash,
  deps: v.array(ChangeHash),
  startOp: v.number(),
  bytes: v.custom<Uint8Array>((b) => b instanceof Uint8Array),
});

export class IndexedDbStore implements Store {
  readonly #db: IDBDatabase;
  /** Which lease writes go under; `undefined` for a reader. */
  readonly #lease: number | undefined;

  private constructor(db: IDBDatabase, lease: number | undefined) {
    this.#db = db;
    this.#lease = lease;
    // Another tab runs a newer version that wants to change the database: stand aside.
    db.onversionchange = () => db.close();
  }

  /** Takes the lease: whoever held it before can write no more. Rejects with `StoreError`. */
  static async lead(factory: IDBFactory = indexedDB): Promise<IndexedDbStore> {
    const db = await open(factory);
    const lease = await guarded(async () => {
      const transaction = db.transaction('kept', 'readwrite', { durability: 'strict' });
      const kept = transaction.objectStore('kept');
      const before = await settled<unknown>(kept.get(LEASE));
      const next = (typeof before === 'number' ? before : 0) + 1;
      kept.put(next, LEASE);
      await finished(transaction);
      return next;
    });
    return new IndexedDbStore(db, lease);
  }

  /** Opens it to read what a leader keeps. Every write is refused. Rejects with `StoreError`. */
  static async follow(factory: IDBFactory = indexedDB): Promise<IndexedDbStore> {
    return new IndexedDbStore(await open(factory), undefined);
  }

  async entries(document: DocumentId): Promise<readonly StoredEntry[]> {
    const rows = await guarded(() =>
      settled(
        this.#db
          .transaction('entries')
          .objectStore('entries')
          .index('document')
          .getAll(IDBKeyRange.only(document)),
      ),
    );
    return rows.flatMap((row) => {
      const parsed = v.safeParse(Row, row);
      return parsed.success ? [parsed.output] : [];
    });
  }

  async append(
    document: DocumentId,
    entries: readonly StoredEntry[],
    beside: readonly KeptValue[] = [],
  ): Promise<void> {
    await this.#write((transaction) => {
      const store = transaction.objectStore('entries');
      for (const { hash, deps, startOp, bytes } of entries)
        store.add({ document, hash, deps: [...deps], startOp, bytes });
      for (const { key, value } of beside) transaction.objectStore('kept').put(value, key);
    });
  }

  async get(key: string): Promise<unknown> {
    return guarded(() => settled(this.#db.transaction('kept').objectStore('kept').get(key)));
  }

  async put(key: string, value: unknown): Promise<void> {
    await this.#write((transaction) => transaction.objectStore('kept').put(value, key));
  }

  async remove(key: string): Promise<void> {
    await this.#write((transaction) => transaction.objectStore('kept').delete(key));
  }

  async drop(document: DocumentId): Promise<void> {
    await this.#write(async (transaction) => {
      const store = transaction.objectStore('entries');
      const keys = await settled(store.index('document').getAllKeys(IDBKeyRange.only(document)));
      for (const key of keys) store.delete(key);
    });
  }

  async close(): Promise<void> {
    this.#db.close();
  }

  async #write(work: (transaction: IDBTransaction) => unknown): Promise<void> {
    await guarded(async () => {
      const transaction = this.#db.transaction(['entries', 'kept'], 'readwrite', {
        durability: 'strict',
      });
      const done = finished(transaction);
      // Whoever fails below has a better reason than the abort that follows.
      done.catch(() => {});
      // Asked for together: one after the other would take as many turns between two processes. A transaction is over only when
      // every answer has been heard, so the lease, which is asked for first, can still undo it all.
      const lease = settled<unknown>(transaction.objectStore('kept').get(LEASE));
      lease.catch(() => {});
      try {
        const asked = Promise.resolve(work(transaction));
        asked.catch(() => {});
        if (this.#lease === undefined || (await lease) !== this.#lease)
          throw new StoreError('lease-lost', 'Another tab leads now; nothing was written.');
        await asked;
      } catch (problem) {
        // What was asked for before it would be kept otherwise.
        abort(transaction);
        throw problem;
      }
      await done;
    });
  }
}

function open(factory: IDBFactory): Promise<IDBDatabase> {
  return guarded(() => {
    const request = factory.open(NAME, VERSION);
    request.onupgradeneeded = () => {
      const entries = request.result.createObjectStore('entries', { autoIncrement: true });
      entries.createIndex('document', 'document');
      request.result.createObjectStore('kept');
    };
    return settled(request);
  }, 'refused');
}

function settled<T>(request: IDBRequest<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}

/** Does nothing to a transaction that has failed by itself. */
function abort(transaction: IDBTransaction): void {
  try {
    transaction.abort();
  } catch {
    // It is over already.
  }
}

function finished(transaction: IDBTransaction): Promise<void> {
  return new Promise((resolve, reject) => {
    transaction.oncomplete = () => resolve();
    transaction.onabort = () => reject(transaction.error ?? new Error('aborted'));
  });
}

async function guarded<T>(
  work: () => Promise<T>,
  otherwise: 'failed' | 'refused' = 'failed',
): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof StoreError) throw error;
    const name = error instanceof Error ? error.name : '';
    const why = error instanceof Error ? error.message : String(error);
    const failure =
      name === 'QuotaExceededError' ? 'full' : name === 'SecurityError' ? 'refused' : otherwise;
    throw new StoreError(failure, `IndexedDB: ${why}`, { cause: error });
  }
}
