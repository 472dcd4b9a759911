/**
 * What has been said, findable while one types: words to messages, kept up to date message by message.
 *
 * It is our own because the libraries rank documents, and hold an object or a map for each word of each of them. *Measured* with
 * `e2e/bench/search.ts`' 100,000 messages of 12 words, 50,000 of them different, in milliseconds of one processor: this takes
 * 17 MB, 1.8 s to build and for a key p50 1.7 ms, p95 8, the longest 40 (the very first 90); MiniSearch 7.2 with the same words 105 MB, 5.3 s, p50
 * 14 ms, p95 382, the longest 714, as it scores and sorts all that matches, and has neither phrases nor the newest first. lunr
 * cannot change an index that is made.
 */
import { fromBase64url } from '@snug/shared/crypto/bytes.ts';
import type { ChannelId, EntryId, SpaceId } from '@snug/shared/protocol/ids.ts';
import { TEXT_LIMITS } from '@snug/shared/protocol/limits.ts';
import { emptyParts, type IndexParts, tagWord } from './index-parts.ts';
import { matchingRows } from './matching.ts';
import { tagOf } from './query.ts';
import { bitsOf, type SearchedMessage, type Thing } from './searched-message.ts';
import type { Wanted } from './wanted.ts';
import { wordsOf } from './words.ts';

/** Most different words; those that come after are not found, and counted. Some 60 MB where every one is a stranger's noise. */
export const MAX_WORDS = 500_000;
/** Once so many rows are of messages that are gone, and a quarter of all, the index is packed. */
const WORTH_PACKING = 1024;

/** Where a page of results ended. */
export interface Cursor {
  readonly order: number;
  readonly id: EntryId;
}

export interface FoundMessage extends Cursor {
  readonly space: SpaceId;
  readonly channel: ChannelId;
  readonly author: string;
  readonly at: number;
}

export interface Found {
  /** Newest first. */
  readonly messages: readonly FoundMessage[];
  /** How many there are in all. */
  readonly total: number;
  /** Where the next page begins; absent on the last. */
  readonly next?: Cursor;
}

export class SearchIndex {
  readonly #seed: number;
  readonly #maxWords: number;
  #parts: IndexParts;
  #leftOut: number;

  /**
   * @param options.seed random and kept to itself, so that nobody can make ids that are slow to look up
   * @param options.parts what was kept of an index, and `leftOut` of it
   */
  constructor(options: {
    readonly seed: number;
    readonly maxWords?: number;
    readonly parts?: IndexParts;
    readonly leftOut?: number;
  }) {
    const { seed, maxWords = MAX_WORDS, parts = emptyParts(seed), leftOut = 0 } = options;
    this.#seed = seed;
    this.#maxWords = maxWords;
    this.#parts = parts;
    this.#leftOut = leftOut;
  }

  /** Messages in it. */
  get size(): number {
    return this.#parts.table.live;
  }

  /** About what it takes of memory, bytes. */
  get bytes(): number {
    const { table, vocabulary, postings } = this.#parts;
    return table.bytes + vocabulary.bytes + postings.bytes;
  }

  /** How often a word found no room: what it was said in cannot be found by it. */
  get leftOut(): number {
    return this.#leftOut;
  }

  has(id: EntryId): boolean {
    return this.#parts.table.rowOf(id) !== undefined;
  }

  /** Adds a message, or puts it in the place of what was known under its id: an edit, a move, other tags. */
  put(message: SearchedMessage): void {
    this.remove(message.id);
    const { table, authors, places } = this.#parts;
    const words = wordsOf(message.text.slice(0, TEXT_LIMITS.message));
    const tags = (message.tags ?? []).flatMap((tag) => tagWord(tagOf(tag)));
    // One place is left free between any two messages, and before tags, so that no phrase reaches across.
    const row = table.add({
      id: fromBase64url(message.id),
      order: message.order,
      at: message.at,
      author: authors.numberOf(message.author),
      place: places.numberOf({ space: message.space, channel: message.channel }),
      things: bitsOf(message.has ?? []),
      length: words.length + 1 + tags.length * 2,
    });
    const start = table.start(row);
    words.forEach((word, i) => {
      this.#post(word, start + i);
    });
    tags.forEach((tag, i) => {
      this.#post(tag, start + words.length + 1 + i * 2);
    });
  }

  /** Says anew what a message has, and where in the order it stands. False where it is not there. */
  mark(
    id: EntryId,
    changed: { readonly has?: readonly Thing[]; readonly order?: number },
  ): boolean {
    const { table } = this.#parts;
    const row = table.rowOf(id);
    if (row === undefined) return false;
    if (changed.has) table.setThings(row, bitsOf(changed.has));
    if (changed.order !== undefined) table.setOrder(row, changed.order);
    return true;
  }

  /** Takes out what was deleted, or lies beyond a removed member's cut. False where it is not there. */
  remove(id: EntryId): boolean {
    const { table } = this.#parts;
    const row = table.rowOf(id);
    if (row === undefined) return false;
    table.remove(row);
    const gone = table.rows - table.live;
    if (gone >= WORTH_PACKING && gone * 4 >= table.rows) this.pack();
    return true;
  }

  /** What is wanted, newest first: at most `limit` (1 to 200), and only what comes before a cursor. */
  search(wanted: Wanted, page: { readonly limit: number; readonly before?: Cursor }): Found {
    const { table } = this.#parts;
    const limit = Math.min(Math.max(Math.trunc(page.limit) || 1, 1), 200);
    const matching = matchingRows(this.#parts, wanted);
    const total = matching.count;
    const rows: number[] = [];
    if (total > 0) {
      const ordered = table.inOrder();
      let at = page.before ? table.rowsBefore(page.before.order, page.before.id) : ordered.length;
      while (at > 0 && rows.length <= limit) {
        const row = ordered[--at] ?? 0;
        if (matching.has(row)) rows.push(row);
      }
    }
    const messages = rows.slice(0, limit).map((row) => this.#found(row));
    const last = rows.length > limit ? messages.at(-1) : undefined;
    return { messages, total, ...(last ? { next: { order: last.order, id: last.id } } : {}) };
  }

  /** Rebuilds itself without what is gone. Linear; some 0.1 s at 100,000 messages. */
  pack(): void {
    const old = this.#parts;
    const parts = emptyParts(this.#seed);
    const moved = new Uint32Array(old.table.rows);
    for (let row = 0; row < old.table.rows; row++) {
      if (!old.table.isLive(row)) continue;
      const place = old.places.value(old.table.place(row));
      if (!place) continue;
      moved[row] = parts.table.add({
        id: old.table.idBytes(row),
        order: old.table.order(row),
        at: old.table.at(row),
        author: parts.authors.numberOf(old.authors.value(old.table.author(row)) ?? ''),
        place: parts.places.numberOf(place),
        things: old.table.things(row),
        length: old.table.length(row),
      });
    }
    this.#parts = parts;
    for (let word = 0; word < old.vocabulary.size; word++) {
      const spelled = old.vocabulary.word(word);
      old.postings.each(word, (place) => {
        const row = old.table.rowAt(place);
        if (!old.table.isLive(row)) return;
        const start = parts.table.start(moved[row] ?? 0);
        this.#post(spelled, start + place - old.table.start(row));
      });
    }
  }

  /** Its parts, packed, to be written down. */
  packed(): IndexParts {
    if (this.#parts.table.live < this.#parts.table.rows) this.pack();
    return this.#parts;
  }

  #post(word: string, place: number): void {
    const { vocabulary, postings } = this.#parts;
    let number = vocabulary.number(word);
    if (number === undefined) {
      if (vocabulary.size >= this.#maxWords) {
        this.#leftOut++;
        return;
      }
      number = vocabulary.add(word);
      postings.addWord();
    }
    postings.add(number, place);
  }

  #found(row: number): FoundMessage {
    const { table, authors, places } = this.#parts;
    const place = places.value(table.place(row));
    if (!place) throw new Error('A message stands in no place.');
    return {
      ...place,
      id: table.id(row),
      order: table.order(row),
      at: table.at(row),
      author: authors.value(table.author(row)) ?? '',
    };
  }
}
