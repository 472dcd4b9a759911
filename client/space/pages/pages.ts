/**
 * A space's pages as its channels' entries make them: texts that many write. A pure function of the entries and of whose count; the
 * same set in any order gives the same pages.
 */
import { toHex } from '@snug/shared/crypto/bytes.ts';
import type { ChannelId, EntryId } from '@snug/shared/protocol/ids.ts';
import { type Opened, tipOf } from '../chain.ts';
import type { Judge } from '../timeline/judge.ts';
import { type PageBegun, type PageChange, pageOperationOf } from './page-change.ts';
import { type HeldChange, type Piece, piecesOf, stampsOf } from './page-text.ts';

interface Written<T> {
  readonly entry: Opened;
  readonly channel: ChannelId;
  readonly tip: string;
  readonly operation: T;
}

/** A change that counts, and when it was made relative to the others. */
export interface Revision {
  readonly entry: Opened;
  readonly channel: ChannelId;
  readonly change: PageChange;
  /** 1 + the greatest of those that it names. */
  readonly stamp: number;
}

export class Page {
  readonly begun: Written<PageBegun>;
  readonly #changes: readonly Written<PageChange>[];
  readonly #judge: Judge;
  readonly #held: ReadonlyMap<string, HeldChange>;
  readonly #stamps: ReadonlyMap<string, number>;
  #pieces: readonly Piece[] | undefined;

  constructor(begun: Written<PageBegun>, changes: readonly Written<PageChange>[], judge: Judge) {
    this.begun = begun;
    this.#changes = changes;
    this.#judge = judge;
    this.#held = heldOf(changes, (written) => this.#counts(written));
    this.#stamps = stampsOf(this.#held);
  }

  get id(): EntryId {
    return this.begun.entry.id;
  }

  /** How many entries it is made of. */
  get size(): number {
    return this.#changes.length + 1;
  }

  /** Changes that count, oldest first; of two that knew nothing of each other the lower id. */
  get revisions(): Revision[] {
    return this.#changes
      .filter((written) => this.#counts(written))
      .map(({ entry, channel, tip, operation }) => ({
        entry,
        channel,
        change: operation,
        stamp: this.#stamps.get(tip) ?? 0,
      }))
      .sort((a, b) => a.stamp - b.stamp || (a.entry.id < b.entry.id ? -1 : 1));
  }

  get title(): string {
    return lastOf(this.revisions, ({ change }) => change.title) ?? this.begun.operation.title;
  }

  /** What is put away is kept, out of the way. Its founder does that, admins and gardeners. */
  get away(): boolean {
    const founder = this.#account(this.begun.entry);
    return (
      lastOf(this.revisions, ({ entry, channel, change }) =>
        this.#judge.rankOf(entry, channel) !== 'member' || this.#account(entry) === founder
          ? change.away
          : undefined,
      ) ?? false
    );
  }

  /** Its visible text, and whose each stretch of it is. */
  get pieces(): readonly Piece[] {
    this.#pieces ??= piecesOf(this.#held, this.#stamps);
    return this.#pieces;
  }

  /** As it was with this change and all that its author had then. */
  piecesAt(change: EntryId): readonly Piece[] {
    const known = new Map<string, HeldChange>();
    const open = [toHex(tipOf(change))];
    for (let tip = open.pop(); tip !== undefined; tip = open.pop()) {
      const held = this.#held.get(tip);
      if (!held || known.has(tip)) continue;
      known.set(tip, held);
      open.push(...held.change.after);
    }
    return piecesOf(known, this.#stamps);
  }

  /** Changes that no other names, newest first: what the next one comes after. */
  get heads(): EntryId[] {
    const named = new Set(this.#changes.flatMap(({ operation }) => operation.after));
    return this.#changes
      .filter(({ tip }) => !named.has(tip))
      .sort((a, b) => (this.#stamps.get(b.tip) ?? 0) - (this.#stamps.get(a.tip) ?? 0))
      .map(({ entry }) => entry.id);
  }

  #counts({ entry, channel }: Written<unknown>): boolean {
    return this.#judge.rankOf(entry, channel) !== undefined;
  }

  #account({ author }: Opened): string {
    return this.#judge.accountOf(author) ?? author;
  }
}

function heldOf(
  changes: readonly Written<PageChange>[],
  counts: (written: Written<PageChange>) => boolean,
): Map<string, HeldChange> {
  return new Map(
    changes.map((written) => {
      const { tip, operation } = written;
      return [tip, { tip, change: operation, counts: counts(written) }];
    }),
  );
}

function lastOf<T>(revisions: readonly Revision[], what: (r: Revision) => T | undefined) {
  for (const revision of revisions.toReversed()) {
    const found = what(revision);
    if (found !== undefined) return found;
  }
  return undefined;
}

export class Pages {
  readonly #begun = new Map<EntryId, Written<PageBegun>>();
  readonly #changes = new Map<EntryId, Written<PageChange>[]>();
  readonly #known = new Set<EntryId>();
  #judge: Judge | undefined;
  readonly #read = new Map<EntryId, Page>();

  add(channel: ChannelId, entries: Iterable<Opened>): void {
    for (const entry of entries) {
      const operation = pageOperationOf(entry);
      if (!operation || this.#known.has(entry.id)) continue;
      this.#known.add(entry.id);
      const written = { entry, channel, tip: toHex(tipOf(entry.id)) };
      if (operation.is === 'page') {
        this.#begun.set(entry.id, { ...written, operation });
        continue;
      }
      const others = this.#changes.get(operation.page);
      if (others) others.push({ ...written, operation });
      else this.#changes.set(operation.page, [{ ...written, operation }]);
      this.#read.delete(operation.page);
    }
  }

  /** Those whose founders count. To be read before anything more is added. */
  read(judge: Judge): Page[] {
    this.#settle(judge);
    return [...this.#begun.keys()].flatMap((id) => this.#page(id, judge) ?? []);
  }

  page(id: EntryId, judge: Judge): Page | undefined {
    this.#settle(judge);
    return this.#page(id, judge);
  }

  #settle(judge: Judge): void {
    if (judge === this.#judge) return;
    this.#judge = judge;
    this.#read.clear();
  }

  #page(id: EntryId, judge: Judge): Page | undefined {
    const begun = this.#begun.get(id);
    if (!begun || judge.rankOf(begun.entry, begun.channel) === undefined) return undefined;
    const page = this.#read.get(id) ?? new Page(begun, this.#changes.get(id) ?? [], judge);
    this.#read.set(id, page);
    return page;
  }
}
