/**
 * Documents without Automerge: sets of entries that build on each other, with heads. What a real space does with an entry
 * (hold it, wait for what it builds on, know it already) and a digest says of a document, on numbers instead of bytes.
 */

import { DigestTree } from '@snug/client/mesh/repair/digest-tree.ts';
import { documentIdOf, encodeAddress } from '@snug/client/space/address.ts';
import { toBase64url, toHex } from '@snug/shared/crypto/bytes.ts';
import {
  ChannelId,
  type DocumentId,
  EntryId,
  type PeerId,
  SpaceId,
  Topic,
} from '@snug/shared/protocol/ids.ts';
import { ENTRY_LIMITS } from '@snug/shared/protocol/limits.ts';
import * as v from 'valibot';
import { mix, SeededRandom } from './seeded-random.ts';

/** Entries after which writers go on in the next segment: small, so that a run has several. */
const SEGMENT_ENTRIES = 100;
const CHANNELS = 2;
/** Entries that wait for what they build on, a space. */
const WAITING = 1024;

export interface Entry {
  readonly id: EntryId;
  /** Counts the entries of its space. */
  readonly number: number;
  readonly space: SpaceModel;
  readonly document: DocumentModel;
  readonly author: PeerId;
  readonly deps: readonly Entry[];
  /** For hashes over sets: 32 random bits. */
  readonly salt: number;
  /** ms on the virtual clock. */
  readonly writtenAt: number;
}

export interface DocumentModel {
  readonly id: DocumentId;
  /** By which digests know it: its address, in hex. */
  readonly key: string;
  readonly channel: ChannelId;
  readonly segment: number;
}

/** What all members agree on of a space: its names, its documents, and every entry ever written. */
export class SpaceModel {
  readonly id: SpaceId;
  readonly topic: Topic;
  readonly entries: Entry[] = [];
  readonly channels: readonly ChannelId[];
  /** Everybody who is listed, here or not. */
  readonly members: PeerId[] = [];
  readonly #byId = new Map<EntryId, Entry>();
  readonly #documents = new Map<string, DocumentModel>();
  readonly #byKey = new Map<string, DocumentModel>();
  readonly #random: SeededRandom;

  constructor(seed: number, number: number) {
    const random = new SeededRandom(seed, number, 0x5bace);
    this.#random = random;
    this.id = v.parse(SpaceId, toBase64url(random.bytes(32)));
    this.topic = v.parse(Topic, toBase64url(random.bytes(32)));
    this.channels = Array.from({ length: CHANNELS }, () =>
      v.parse(ChannelId, toBase64url(random.bytes(16))),
    );
  }

  document(channel: ChannelId, segment: number): DocumentModel {
    const key = `${channel} ${segment}`;
    let document = this.#documents.get(key);
    if (document === undefined) {
      const address = { kind: 'segment', space: this.id, channel, number: segment } as const;
      const id = documentIdOf(address);
      document = { id, key: toHex(encodeAddress(address)), channel, segment };
      this.#documents.set(key, document);
      this.#byKey.set(document.key, document);
    }
    return document;
  }

  documentOf(key: string): DocumentModel | undefined {
    return this.#byKey.get(key);
  }

  entry(id: EntryId): Entry | undefined {
    return this.#byId.get(id);
  }

  write(author: PeerId, document: DocumentModel, deps: readonly Entry[], writtenAt: number): Entry {
    const entry: Entry = {
      id: v.parse(EntryId, toBase64url(this.#random.bytes(32))),
      number: this.entries.length,
      space: this,
      document,
      author,
      deps,
      salt: this.#random.below(2 ** 32),
      writtenAt,
    };
    this.entries.push(entry);
    this.#byId.set(entry.id, entry);
    return entry;
  }
}

export class HeldDocument {
  readonly document: DocumentModel;
  /** In the order of their coming: what an entry builds on stands before it. */
  readonly entries: Entry[] = [];
  readonly heads = new Set<Entry>();

  constructor(document: DocumentModel) {
    this.document = document;
  }

  add(entry: Entry): void {
    this.entries.push(entry);
    for (const dep of entry.deps) this.heads.delete(dep);
    this.heads.add(entry);
  }

  /** Over the heads, which stand for all that is below them: 16 hex digits. */
  get headsHash(): string {
    let [low, high] = [0, 0];
    for (const { salt } of this.heads) {
      low = (low + salt) >>> 0;
      high = (high + mix(salt)) >>> 0;
    }
    return hex(low) + hex(high);
  }
}

const hex = (n: number) => n.toString(16).padStart(8, '0');

/** A segment's address without its number. */
const channelOf = (key: string) => key.slice(0, -8);

export type Receipt = 'known' | 'waiting' | 'new';

/** What one device holds of a space. It outlives the device's program. */
export class Holding {
  readonly space: SpaceModel;
  readonly documents = new Map<DocumentId, HeldDocument>();
  /** By the entry's number: over how many links it came, and one more; 0 where it is not held. */
  #held = new Uint8Array(64);
  readonly #digests = new DigestTree(channelOf);
  /** Whose line in the digests is not what is held now. */
  readonly #changed = new Set<HeldDocument>();
  readonly #waiting = new Map<Entry, { readonly from: PeerId; readonly hop: number }>();

  constructor(space: SpaceModel) {
    this.space = space;
  }

  get digests(): DigestTree {
    for (const held of this.#changed) {
      const { document, entries, headsHash } = held;
      this.#digests.set(document.key, { heads: headsHash, count: entries.length });
    }
    this.#changed.clear();
    return this.#digests;
  }

  has(entry: Entry): boolean {
    return (this.#held[entry.number] ?? 0) > 0;
  }

  /** Over how many links an entry came that is held. */
  hop(entry: Entry): number {
    return (this.#held[entry.number] ?? 1) - 1;
  }

  /** `new` only with all it builds on; else it waits, in bounds. */
  receive(entry: Entry, from: PeerId, hop: number): Receipt {
    if (this.has(entry)) return 'known';
    if (!entry.deps.every((dep) => this.has(dep))) {
      if (this.#waiting.size < WAITING) this.#waiting.set(entry, { from, hop });
      return 'waiting';
    }
    this.#add(entry, hop);
    return 'new';
  }

  /** Those that waited and are let in now, with whom they came from. There may be more afterwards. */
  released(): readonly { readonly entry: Entry; readonly from: PeerId }[] {
    const released: { entry: Entry; from: PeerId }[] = [];
    for (const [entry, { from, hop }] of this.#waiting) {
      if (!this.has(entry) && !entry.deps.every((dep) => this.has(dep))) continue;
      this.#waiting.delete(entry);
      if (this.has(entry)) continue;
      this.#add(entry, hop);
      released.push({ entry, from });
    }
    return released;
  }

  /** What waits is in memory only. */
  restart(): void {
    this.#waiting.clear();
  }

  /** Writes to a random channel's newest segment that is known here. */
  say(author: PeerId, random: SeededRandom, now: number): Entry {
    const channel = random.pick(this.space.channels) ?? v.parse(ChannelId, '');
    let segment = 0;
    for (const { document, entries } of this.documents.values()) {
      if (document.channel !== channel || document.segment < segment) continue;
      segment = document.segment + (entries.length >= SEGMENT_ENTRIES ? 1 : 0);
    }
    const document = this.space.document(channel, segment);
    const heads = [...(this.documents.get(document.id)?.heads ?? [])];
    const entry = this.space.write(author, document, heads.slice(-ENTRY_LIMITS.deps), now);
    this.#add(entry, 0);
    return entry;
  }

  #add(entry: Entry, hop: number): void {
    if (entry.number >= this.#held.length) {
      const grown = new Uint8Array(Math.max(2 * this.#held.length, entry.number + 1));
      grown.set(this.#held);
      this.#held = grown;
    }
    this.#held[entry.number] = Math.min(255, hop + 1);
    let held = this.documents.get(entry.document.id);
    if (held === undefined) {
      held = new HeldDocument(entry.document);
      this.documents.set(entry.document.id, held);
    }
    held.add(entry);
    this.#changed.add(held);
  }
}
