/**
 * A store in one SQLite file, for peers without a browser. One process holds it at a time. A write is on disk before
 * its promise resolves (`synchronous = FULL`).
 */
import { chmodSync, closeSync, mkdirSync, openSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import type { DocumentId } from '@snug/shared/protocol/ids.ts';
import { decode, encode } from 'cborg';
import { joinHashes, splitHashes } from '../space/document-log.ts';
import { type KeptValue, type Store, type StoredEntry, StoreError } from '../space/store.ts';

const FILE = 'snug.sqlite';

/** Erases a store that is closed, and nothing else in its directory. Throws `StoreError` where a file is left. */
export function eraseSqliteStore(directory: string): void {
  for (const ending of ['', '-wal', '-shm']) {
    const file = join(directory, FILE + ending);
    try {
      rmSync(file, { force: true });
    } catch (error) {
      throw asStoreError(error, `${file} could not be erased`);
    }
  }
}

export class SqliteStore implements Store {
  readonly #db: DatabaseSync;

  /**
   * Opens, or makes, `snug.sqlite` in a directory, readable by its owner only. Throws `StoreError`: `refused` when it
   * cannot be made or another process holds it, `failed` when it is damaged.
   *
   * @param options.maxPages how many pages of 4 KiB the file may grow to; beyond, writes are `full`
   */
  constructor(directory: string, options: { readonly maxPages?: number } = {}) {
    const file = join(directory, FILE);
    try {
      mkdirSync(directory, { recursive: true, mode: 0o700 });
      // Before SQLite opens it: the write-ahead log beside it gets the same mode, and holds the same keys.
      closeSync(openSync(file, 'a', 0o600));
      chmodSync(file, 0o600);
      this.#db = new DatabaseSync(file);
    } catch (error) {
      throw asStoreError(error, `${file} cannot be opened`);
    }
    try {
      this.#db.exec(`
        PRAGMA locking_mode = EXCLUSIVE;
        PRAGMA journal_mode = WAL;
        PRAGMA synchronous = FULL;
        CREATE TABLE IF NOT EXISTS entries (
          number INTEGER PRIMARY KEY AUTOINCREMENT,
          document TEXT NOT NULL,
          hash BLOB NOT NULL,
          deps BLOB NOT NULL,
          start_op INTEGER NOT NULL,
          bytes BLOB NOT NULL
        ) STRICT;
        CREATE INDEX IF NOT EXISTS entries_of_document ON entries (document, number);
        CREATE TABLE IF NOT EXISTS kept (key TEXT PRIMARY KEY, value BLOB NOT NULL) STRICT;
        BEGIN IMMEDIATE; COMMIT;
      `);
      if (options.maxPages !== undefined)
        this.#db.exec(`PRAGMA max_page_count = ${Math.trunc(options.maxPages)}`);
    } catch (error) {
      this.#db.close();
      throw asStoreError(error, `${file} cannot be opened`);
    }
  }

  async entries(document: DocumentId): Promise<readonly StoredEntry[]> {
    const rows = this.#run(() =>
      this.#db
        .prepare(
          'SELECT hash, deps, start_op, bytes FROM entries WHERE document = ? ORDER BY number',
        )
        .all(document),
    );
    return rows.flatMap(({ hash, deps, start_op, bytes }) => {
      const whole =
        hash instanceof Uint8Array &&
        hash.length === 32 &&
        deps instanceof Uint8Array &&
        deps.length % 32 === 0 &&
        typeof start_op === 'number' &&
        bytes instanceof Uint8Array;
      const [name] = whole ? splitHashes(hash) : [];
      if (!whole || !name) return [];
      return [
        { hash: name, deps: splitHashes(deps), startOp: start_op, bytes: Uint8Array.from(bytes) },
      ];
    });
  }

  async has(document: DocumentId): Promise<boolean> {
    const row = this.#run(() =>
      this.#db.prepare('SELECT 1 FROM entries WHERE document = ? LIMIT 1').get(document),
    );
    return row !== undefined;
  }

  async append(
    document: DocumentId,
    entries: readonly StoredEntry[],
    beside: readonly KeptValue[] = [],
  ): Promise<void> {
    this.#run(() => {
      this.#db.exec('BEGIN IMMEDIATE');
      try {
        const insert = this.#db.prepare(
          'INSERT INTO entries (document, hash, deps, start_op, bytes) VALUES (?, ?, ?, ?, ?)',
        );
        for (const { hash, deps, startOp, bytes } of entries)
          insert.run(document, joinHashes([hash]), joinHashes(deps), startOp, bytes);
        for (const { key, value } of beside) this.#put(key, value);
        this.#db.exec('COMMIT');
      } catch (error) {
        // A full disk has rolled it back already.
        if (this.#db.isTransaction) this.#db.exec('ROLLBACK');
        throw error;
      }
    });
  }

  async get(key: string): Promise<unknown> {
    const row = this.#run(() => this.#db.prepare('SELECT value FROM kept WHERE key = ?').get(key));
    if (!(row?.value instanceof Uint8Array)) return undefined;
    try {
      return decode(row.value, { useMaps: false });
    } catch {
      // Damaged: whoever asks parses what comes, and this parses as nothing.
      return null;
    }
  }

  async put(key: string, value: unknown): Promise<void> {
    this.#run(() => this.#put(key, value));
  }

  #put(key: string, value: unknown): void {
    this.#db
      .prepare(
        'INSERT INTO kept VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value',
      )
      .run(key, encode(value));
  }

  async remove(key: string): Promise<void> {
    this.#run(() => this.#db.prepare('DELETE FROM kept WHERE key = ?').run(key));
  }

  async drop(document: DocumentId): Promise<void> {
    this.#run(() => this.#db.prepare('DELETE FROM entries WHERE document = ?').run(document));
  }

  async close(): Promise<void> {
    if (this.#db.isOpen) this.#db.close();
  }

  #run<T>(work: () => T): T {
    try {
      return work();
    } catch (error) {
      throw asStoreError(error, 'the store could not be used');
    }
  }
}

/** SQLITE_FULL, and SQLITE_BUSY or SQLITE_CANTOPEN (sqlite.org/rescode.html). */
function asStoreError(error: unknown, what: string): StoreError {
  const code = error instanceof Error && 'errcode' in error ? Number(error.errcode) & 0xff : 0;
  const why = error instanceof Error ? error.message : String(error);
  const nodeCode = error instanceof Error && 'code' in error ? error.code : undefined;
  if (code === 13 || nodeCode === 'ENOSPC')
    return new StoreError('full', `${what}: ${why}`, { cause: error });
  if (code === 5 || code === 14 || nodeCode === 'EACCES')
    return new StoreError('refused', `${what}: ${why}`, { cause: error });
  return new StoreError('failed', `${what}: ${why}`, { cause: error });
}
