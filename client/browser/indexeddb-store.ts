/**
 * A store in IndexedDB. Only the tab that leads writes: each write checks the leader's lease in its own transaction, so
 * a tab that was frozen and has been replaced writes nothing more, whatever it believes.
 */
import { ChangeHash, type DocumentId } from '@snug/shared/protocol/ids.ts';
import * as v from 'valibot';
import { type KeptValue, type Store, type StoredEntry, StoreError } from '../space/store.ts';

/** The name of the database. */
export const DATABASE = 'snug';
/**
 * 1: each entry in a row of its own. 2: what was appended at once in one row, which is written and read ten times as fast; rows of
 * version 1 stay as they are.
 */
const VERSION = 2;
const LEASE = 'lease';
/** What stands in the store once a lease has been followed by another. */
const replaced = (lease: number) => `replaced lease ${lease}`;

/** On the disk before it counts as stored: a tick stands on it. Measured, a message is not slower for it. */
const WRITES: IDBTransactionOptions = { durability: 'strict' };

const Row = v.object({
  hash: ChangeHash,
  deps: v.array(ChangeHash),
  startOp: v.number(),
  bytes: v.custom<Uint8Array>((b) => b instanceof Uint8Array),
});
const Run = v.object({ entries: v.array(v.unknown()) });

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
      const transaction = db.transaction('kept', 'readwrite', WRITES);
      const kept = transaction.objectStore('kept');
      const before = await settled<unknown>(kept.get(LEASE));
      const last = typeof before === 'number' ? before : 0;
      const next = last + 1;
      kept.put(next, LEASE);
      kept.put(true, replaced(last));
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
    const entries = rows.flatMap((row: unknown) => (v.is(Run, row) ? row.entries : [row]));
    return entries.flatMap((entry) => {
      const parsed = v.safeParse(Row, entry);
      return parsed.success ? [parsed.output] : [];
    });
  }

  async has(document: DocumentId): Promise<boolean> {
    const key = await guarded(() =>
      settled(
        this.#db
          .transaction('entries')
          .objectStore('entries')
          .index('document')
          .getKey(IDBKeyRange.only(document)),
      ),
    );
    return key !== undefined;
  }

  async append(
    document: DocumentId,
    entries: readonly StoredEntry[],
    beside: readonly KeptValue[] = [],
  ): Promise<void> {
    await this.#write((transaction) => {
      const run = entries.map(({ hash, deps, startOp, bytes }) => ({
        hash,
        deps: [...deps],
        startOp,
        bytes,
      }));
      if (run.length > 0) transaction.objectStore('entries').add({ document, entries: run });
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

  /** @param work asks for what is to be written, at once or after answers of the same transaction */
  async #write(work: (transaction: IDBTransaction) => unknown): Promise<void> {
    await guarded(async () => {
      const lease = this.#lease;
      if (lease === undefined) throw leaseLost();
      const transaction = this.#db.transaction(['entries', 'kept'], 'readwrite', WRITES);
      const done = finished(transaction);
      // Whoever fails below has a better reason than the abort that follows.
      done.catch(() => {});
      let lost = false;
      // To add what a later leader has put there fails, and undoes all that is asked for with it. To read the lease and compare
      // would take a second turn between the two processes.
      const kept = transaction.objectStore('kept');
      const guard = kept.add(true, replaced(lease));
      guard.onerror = () => {
        lost = guard.error?.name === 'ConstraintError';
      };
      kept.delete(replaced(lease));
      try {
        await work(transaction);
        transaction.commit();
        await done;
      } catch (problem) {
        // What was asked for before it would be kept otherwise.
        abort(transaction);
        throw lost ? leaseLost(problem) : problem;
      }
    });
  }
}

function leaseLost(cause?: unknown): StoreError {
  return new StoreError('lease-lost', 'Another tab leads now; nothing was written.', { cause });
}

function open(factory: IDBFactory): Promise<IDBDatabase> {
  return guarded(() => {
    const request = factory.open(DATABASE, VERSION);
    request.onupgradeneeded = ({ oldVersion }) => {
      if (oldVersion >= 1) return;
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
