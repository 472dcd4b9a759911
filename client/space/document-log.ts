/**
 * One document as the device holds it: its entries in causal order, and the graph that their deps make. An
 * Automerge document is built from this when a sync session or another tab wants one; nothing here needs Automerge.
 */
import { concatBytes, fromBase64url, fromHex, sha256, toHex } from '@snug/shared/crypto/bytes.ts';
import { peerIdFromPublicKey } from '@snug/shared/crypto/did-key.ts';
import { type Act, parseAct, type UnknownAct } from '@snug/shared/entries/acts.ts';
import { buildChange, rootChange, tryBuildChange } from '@snug/shared/entries/canonical-change.ts';
import { decodeEntry, type Entry, entryIdOf, SORT } from '@snug/shared/entries/entry.ts';
import {
  type ChangeHash,
  ChangeHash as ChangeHashSchema,
  type EntryId,
  type PeerId,
} from '@snug/shared/protocol/ids.ts';
import { ENTRY_LIMITS } from '@snug/shared/protocol/limits.ts';
import * as v from 'valibot';
import { type Address, documentIdOf } from './address.ts';
import type { StoredEntry } from './store.ts';

/** Whoever builds on something older than the newest so many entries has it repaired: looking further costs too much. */
const TAGS_LOOKED_AT = 256;

export class LoggedEntry implements StoredEntry {
  readonly hash: ChangeHash;
  readonly deps: readonly ChangeHash[];
  readonly startOp: number;
  readonly bytes: Uint8Array;
  readonly id: EntryId;
  readonly author: PeerId;
  /** Of an entry of sort `act`: what it says, if it says anything. */
  readonly act: Act | UnknownAct | undefined;

  constructor(parts: Omit<LoggedEntry, 'entry'>) {
    this.hash = parts.hash;
    this.deps = parts.deps;
    this.startOp = parts.startOp;
    this.bytes = parts.bytes;
    this.id = parts.id;
    this.author = parts.author;
    this.act = parts.act;
  }

  /** Views of the bytes, made anew each time: five objects an entry would take more memory than a hundred thousand messages do. */
  get entry(): Entry {
    const entry = decodeEntry(this.bytes);
    if (!entry) throw new Error('An entry that was decoded once cannot be decoded again.');
    return entry;
  }
}

/**
 * Builds what the log holds of an entry, or `undefined` where the bytes are no entry.
 *
 * @param known the entry's id, where it has been worked out from these bytes already
 */
export function logged(
  bytes: Uint8Array,
  deps: readonly ChangeHash[],
  startOp: number,
  known?: EntryId,
): LoggedEntry | undefined {
  const entry = decodeEntry(bytes);
  if (!entry) return undefined;
  const digest = known === undefined ? sha256(bytes) : fromBase64url(known);
  const change = tryBuildChange({ deps, startOp, entry: bytes }, digest);
  if (!change) return undefined;
  const author = peerIdFromPublicKey(entry.device);
  const act = entry.sort === SORT.act ? parseAct(entry.body) : undefined;
  const { hash } = change;
  const id = known ?? entryIdOf(digest);
  return new LoggedEntry({ hash, deps, startOp, bytes, id, author, act });
}

export class DocumentLog {
  readonly address: Address;
  readonly id: ReturnType<typeof documentIdOf>;
  /** The common first change; a space document has its genesis instead. */
  readonly root: { readonly hash: ChangeHash; readonly bytes: Uint8Array } | undefined;
  readonly #entries: LoggedEntry[] = [];
  readonly #byHash = new Map<ChangeHash, LoggedEntry>();
  readonly #byId = new Map<EntryId, LoggedEntry>();
  readonly #heads = new Set<ChangeHash>();

  constructor(address: Address) {
    this.address = address;
    this.id = documentIdOf(address);
    this.root = address.kind === 'space' ? undefined : rootChange(this.id);
    if (this.root) this.#heads.add(this.root.hash);
  }

  /** Entries in the order they were admitted; deps always come first. The root does not count. */
  get entries(): readonly LoggedEntry[] {
    return this.#entries;
  }

  get count(): number {
    return this.#entries.length;
  }

  /** Hashes that nothing held builds on, sorted. */
  get heads(): readonly ChangeHash[] {
    return [...this.#heads].sort();
  }

  /** What a new entry builds on: the heads, the 16 lowest where there are more. */
  get deps(): readonly ChangeHash[] {
    return this.heads.slice(0, ENTRY_LIMITS.deps);
  }

  /** First 8 bytes of SHA-256 over the sorted heads. */
  get headsHash(): Uint8Array {
    return sha256(concatBytes(...this.heads.map(fromHex))).slice(0, 8);
  }

  has(hash: ChangeHash): boolean {
    return this.#byHash.has(hash) || this.root?.hash === hash;
  }

  get(hash: ChangeHash): LoggedEntry | undefined {
    return this.#byHash.get(hash);
  }

  byId(id: EntryId): LoggedEntry | undefined {
    return this.#byId.get(id);
  }

  /** 1 + the largest `startOp` among the deps, or `undefined` where one is not held. */
  startOp(deps: readonly ChangeHash[]): number | undefined {
    let largest = 0;
    for (const dep of deps) {
      const held = dep === this.root?.hash ? 1 : this.#byHash.get(dep)?.startOp;
      if (held === undefined) return undefined;
      largest = Math.max(largest, held);
    }
    return largest + 1;
  }

  /** False when it was there already. The caller has checked that the deps are held. */
  add(entry: LoggedEntry): boolean {
    if (this.#byHash.has(entry.hash)) return false;
    this.#entries.push(entry);
    this.#byHash.set(entry.hash, entry);
    this.#byId.set(entry.id, entry);
    for (const dep of entry.deps) this.#heads.delete(dep);
    this.#heads.add(entry.hash);
    return true;
  }

  /** Automerge changes that make the document, root first, each after its deps. */
  *changes(): Generator<Uint8Array> {
    if (this.root) yield this.root.bytes;
    for (const { deps, startOp, bytes } of this.#entries)
      yield buildChange({ deps, startOp, entry: bytes }).bytes;
  }

  /**
   * The hashes that a link's 8-byte tags stand for: heads are tried first, then newest first. `undefined` when one
   * fits none, `'ambiguous'` when one fits several.
   */
  resolve(
    tags: readonly Uint8Array[],
    tagOf: (hash: ChangeHash) => Uint8Array,
  ): readonly ChangeHash[] | 'ambiguous' | undefined {
    const wanted = new Map(tags.map((tag) => [toHex(tag), undefined as ChangeHash | undefined]));
    let open = wanted.size;
    let ambiguous = false;
    const look = (hash: ChangeHash) => {
      const tag = toHex(tagOf(hash));
      if (!wanted.has(tag)) return;
      const found = wanted.get(tag);
      if (found === hash) return;
      if (found !== undefined) ambiguous = true;
      wanted.set(tag, hash);
      open--;
    };
    for (const hash of this.#heads) look(hash);
    if (this.root && open > 0) look(this.root.hash);
    const oldest = Math.max(0, this.#entries.length - TAGS_LOOKED_AT);
    for (let i = this.#entries.length - 1; i >= oldest && open > 0; i--) {
      const entry = this.#entries[i];
      if (entry && !this.#heads.has(entry.hash)) look(entry.hash);
    }
    if (ambiguous) return 'ambiguous';
    const found = [...wanted.values()];
    const complete = found.filter((hash) => hash !== undefined);
    return complete.length === found.length ? complete.sort() : undefined;
  }

  /** Everything that `from` builds on, itself included, as far as it is held. */
  ancestors(from: readonly ChangeHash[]): ReadonlySet<ChangeHash> {
    const seen = new Set<ChangeHash>();
    const open = [...from];
    for (let hash = open.pop(); hash !== undefined; hash = open.pop()) {
      if (seen.has(hash)) continue;
      seen.add(hash);
      open.push(...(this.#byHash.get(hash)?.deps ?? []));
    }
    return seen;
  }
}

/** Splits concatenated 32-byte hashes. The caller has checked the length. */
export function splitHashes(bytes: Uint8Array): ChangeHash[] {
  const hashes: ChangeHash[] = [];
  for (let at = 0; at < bytes.length; at += 32)
    hashes.push(v.parse(ChangeHashSchema, toHex(bytes.subarray(at, at + 32))));
  return hashes;
}

export function joinHashes(hashes: readonly ChangeHash[]): Uint8Array {
  return concatBytes(...hashes.map(fromHex));
}

/** A short, stable order of entries for everything that must not depend on arrival. */
export function compareIds(a: { readonly id: EntryId }, b: { readonly id: EntryId }): number {
  return a.id < b.id ? -1 : a.id > b.id ? 1 : 0;
}
