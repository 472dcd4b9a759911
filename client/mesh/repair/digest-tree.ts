/**
 * What is held of one space as a tree of hashes, three levels deep: the space, groups of documents, documents. Two
 * who hold the same have the same hash at the top, and where they differ they go down only where hashes differ
 * (Merkle, "A Digital Signature Based on a Conventional Encryption Function", 1987; Demers et al., 1987).
 *
 * Keys are opaque: the key of a group is a prefix of those of its documents, and of no other group's. Hashes are made
 * when they are asked for and kept until something below them changes.
 */
import { sha256, toHex, utf8 } from '@snug/shared/crypto/bytes.ts';

/** A document's state. `heads` is the hex of a hash over its heads: the same for the same set of entries. */
export interface DocumentState {
  readonly heads: string;
  readonly count: number;
}

/** One line of a digest: of a group, or of a document. */
export interface DigestLine {
  readonly key: string;
  readonly hash: string;
  /** Entries in it. */
  readonly count: number;
}

interface Group {
  readonly documents: Map<string, DigestLine>;
  /** The same in the order of their keys; absent where it has to be made anew. */
  sorted?: readonly DigestLine[];
  hash?: string;
  count: number;
}

export class DigestTree {
  /** The group of a document, held or not. */
  readonly groupOf: (document: string) => string;
  readonly #states = new Map<string, DocumentState>();
  readonly #groups = new Map<string, Group>();
  #lines: readonly DigestLine[] | undefined;
  #hash: string | undefined;
  #size = 0;

  constructor(groupOf: (document: string) => string) {
    this.groupOf = groupOf;
  }

  /**
   * What is held of a document from now on; `undefined` for nothing. What is not `told`, because it may be gone
   * tomorrow, is in no hash and no line, and still known here.
   */
  set(document: string, state: DocumentState | undefined, told = true): void {
    if (state) this.#states.set(document, state);
    else this.#states.delete(document);
    const key = this.groupOf(document);
    const group: Group = this.#groups.get(key) ?? { documents: new Map(), count: 0 };
    const before = group.documents.get(document);
    if (before) {
      group.documents.delete(document);
      group.count -= before.count;
      this.#size--;
    }
    if (state && told) {
      group.documents.set(document, { key: document, hash: state.heads, count: state.count });
      group.count += state.count;
      this.#size++;
    } else if (!before) return;
    delete group.sorted;
    delete group.hash;
    if (group.documents.size > 0) this.#groups.set(key, group);
    else this.#groups.delete(key);
    this.#lines = undefined;
    this.#hash = undefined;
  }

  get(document: string): DocumentState | undefined {
    return this.#states.get(document);
  }

  /** The line of a document, where something of it is told. */
  line(document: string): DigestLine | undefined {
    return this.#groups.get(this.groupOf(document))?.documents.get(document);
  }

  /** Documents that are told of. */
  get size(): number {
    return this.#size;
  }

  /** Documents that one has to look at for those whose keys begin so, at most. */
  sizeWithin(within: string): number {
    let size = 0;
    for (const [key, { documents }] of this.#groups)
      if (key.startsWith(within) || within.startsWith(key)) size += documents.size;
    return size;
  }

  get hash(): string {
    this.#hash ??= hashOf(this.groups());
    return this.#hash;
  }

  /** One line a group, in the order of their keys. */
  groups(): readonly DigestLine[] {
    this.#lines ??= [...this.#groups]
      .map(([key, group]) => {
        group.hash ??= hashOf(sorted(group));
        return { key, hash: group.hash, count: group.count };
      })
      .sort(byKey);
    return this.#lines;
  }

  /** One line for each document whose key begins so, in the order of their keys. */
  documents(within: string): readonly DigestLine[] {
    return this.groups().flatMap(({ key }) => {
      const group = this.#groups.get(key);
      if (!group) return [];
      if (key.startsWith(within)) return sorted(group);
      return within.startsWith(key) ? sorted(group).filter((l) => l.key.startsWith(within)) : [];
    });
  }
}

function sorted(group: Group): readonly DigestLine[] {
  group.sorted ??= [...group.documents.values()].sort(byKey);
  return group.sorted;
}

function byKey(a: DigestLine, b: DigestLine): number {
  return a.key < b.key ? -1 : a.key > b.key ? 1 : 0;
}

function hashOf(lines: readonly DigestLine[]): string {
  return toHex(sha256(utf8(lines.map(({ key, hash }) => `${key} ${hash}\n`).join(''))));
}
