/**
 * What a device keeps. Entries are the truth: an Automerge document is built from its entries whenever one is
 * wanted. Beside them, named values: keys, secrets, settings. An entry is stored before it is sent.
 */
import type { ChangeHash, DocumentId } from '@snug/shared/protocol/ids.ts';

/** An entry and what its change was built on: enough to build the change again, byte for byte. */
export interface StoredEntry {
  readonly hash: ChangeHash;
  readonly deps: readonly ChangeHash[];
  readonly startOp: number;
  readonly bytes: Uint8Array;
}

/**
 * `full`: quota or disk. `refused`: the browser keeps nothing for this page. `lease-lost`: another tab leads now,
 * and nothing was written. `failed`: anything else.
 */
export type StoreFailure = 'full' | 'refused' | 'lease-lost' | 'failed';

export class StoreError extends Error {
  override readonly name = 'StoreError';
  readonly failure: StoreFailure;

  constructor(failure: StoreFailure, message: string, options?: ErrorOptions) {
    super(message, options);
    this.failure = failure;
  }
}

export interface KeptValue {
  readonly key: string;
  readonly value: unknown;
}

export interface Store {
  /** Whether anything of a document is kept: costs the same whatever it holds. */
  has(document: DocumentId): Promise<boolean>;
  /** All entries of a document in the order they were appended, which is a causal order. */
  entries(document: DocumentId): Promise<readonly StoredEntry[]>;
  /** All or none, the values beside them too. Rejects with `StoreError`. */
  append(
    document: DocumentId,
    entries: readonly StoredEntry[],
    beside?: readonly KeptValue[],
  ): Promise<void>;
  /** A value put before, not yet trusted: whoever asks parses it. */
  get(key: string): Promise<unknown>;
  /** Structured-clonable values only. Rejects with `StoreError`. */
  put(key: string, value: unknown): Promise<void>;
  remove(key: string): Promise<void>;
  /** Forgets a document and its entries. */
  drop(document: DocumentId): Promise<void>;
  close(): Promise<void>;
}

/** Keeps everything for as long as the program runs: where storage is refused, and in tests. */
export class MemoryStore implements Store {
  readonly #entries = new Map<DocumentId, StoredEntry[]>();
  readonly #values = new Map<string, unknown>();

  async entries(document: DocumentId): Promise<readonly StoredEntry[]> {
    return [...(this.#entries.get(document) ?? [])];
  }

  async has(document: DocumentId): Promise<boolean> {
    return (this.#entries.get(document)?.length ?? 0) > 0;
  }

  async append(
    document: DocumentId,
    entries: readonly StoredEntry[],
    beside: readonly KeptValue[] = [],
  ): Promise<void> {
    const values = beside.map(({ key, value }) => [key, cloned(value)] as const);
    this.#entries.set(document, [...(this.#entries.get(document) ?? []), ...entries]);
    for (const [key, value] of values) this.#values.set(key, value);
  }

  async get(key: string): Promise<unknown> {
    return structuredClone(this.#values.get(key));
  }

  async put(key: string, value: unknown): Promise<void> {
    this.#values.set(key, cloned(value));
  }

  async remove(key: string): Promise<void> {
    this.#values.delete(key);
  }

  async drop(document: DocumentId): Promise<void> {
    this.#entries.delete(document);
  }

  async close(): Promise<void> {}
}

function cloned(value: unknown): unknown {
  try {
    return structuredClone(value);
  } catch (cause) {
    throw new StoreError('failed', 'a value that cannot be cloned cannot be kept', { cause });
  }
}
