/**
 * Search over everything that this device holds. What there is to find is gathered after the start, the newest first, in pieces
 * between which everything else gets its turn; then it is kept up as messages come, change and go.
 */
import type { SpaceId } from '@snug/shared/protocol/ids.ts';
import type { Timer, WallClock } from '../mesh/clock.ts';
import { localDays } from '../search/days.ts';
import { isEmpty, parseQuery } from '../search/query.ts';
import type { Cursor, FoundMessage } from '../search/search-index.ts';
import { type Directory, wantedOf } from '../search/wanted.ts';
import { type Settings, settingsOf } from '../space/settings.ts';
import type { Space } from '../space/space.ts';
import { foundView, type Telling } from './found-view.ts';
import type { SearchInput, SearchView } from './search-view.ts';
import type { Shelf } from './shelf.ts';
import { SpaceSearch } from './space-search.ts';
import type { Result } from './view.ts';

/** Longest that gathering goes on without giving others their turn, ms: a turn that nobody on the screen notices. */
export const SLICE_MS = 8;
/** From one slice to the next while there is something more urgent, ms: however long that lasts, this ends some day. */
const BUSY_SLICES_MS = 250;
/** Most messages of a page. */
const MOST = 100;

export interface SearchingOptions {
  readonly shelf: Shelf;
  readonly clock: WallClock;
  /** What only goes forward, to measure a slice by, ms. */
  readonly elapsed: () => number;
  /** Whether this thread has something to do that others wait for. */
  readonly isBusy: () => boolean;
  /** Where permalinks lead. */
  readonly page: string;
  /** This device's peer id. */
  readonly me: Telling['me'];
  readonly randomBytes: (n: number) => Uint8Array;
  readonly onProblem: (problem: unknown) => void;
}

export class Searching {
  readonly #o: SearchingOptions;
  readonly #spaces = new Map<Space, SpaceSearch>();
  #timer: Timer | undefined;
  #isBegun = false;
  #closed = false;

  constructor(options: SearchingOptions) {
    this.#o = options;
  }

  /** To be called once everything has been read back. */
  begin(): void {
    this.#isBegun = true;
    this.changed();
  }

  /** Something of a space has changed, or another is there. */
  changed(): void {
    if (!this.#isBegun || this.#closed || this.#timer !== undefined) return;
    const wait = this.#o.isBusy() ? BUSY_SLICES_MS : 0;
    this.#timer = this.#o.clock.setTimeout(() => {
      this.#timer = undefined;
      try {
        this.#slice();
      } catch (problem) {
        // The next change tries again: nobody else's work depends on it.
        return this.#o.onProblem(problem);
      }
      if (this.#next()) this.changed();
    }, wait);
  }

  close(): void {
    this.#closed = true;
    this.#o.clock.clearTimeout(this.#timer);
    this.#spaces.clear();
  }

  /** Newest first, from wherever it is held, spaces that one reads only included. */
  async search(input: SearchInput): Promise<Result<SearchView>> {
    // What has just been said is found.
    if (this.#isBegun) this.#slice();
    const { clock, shelf } = this.#o;
    const now = clock.now();
    const spaces = shelf.shown.map((space) => ({
      space,
      settings: settingsOf(space.settings, space.membership, now),
    }));
    const query = parseQuery(String(input.query), localDays(now));
    const { wanted, hints } = wantedOf(query, directoryOf(spaces, this.#o.me), input.space);
    const complete = this.#isBegun && this.#next() === undefined;
    if (isEmpty(query)) return { ok: true, value: { messages: [], total: 0, hints, complete } };
    const limit = Math.min(Math.max(Math.trunc(input.limit) || 1, 1), MOST);
    const page = { limit, ...(input.before ? { before: input.before } : {}) };
    const found = [...this.#spaces.values()].map((each) => each.search(wanted, page));
    const all = found.flatMap(({ messages }) => messages).sort(newestFirst);
    const shown = all.slice(0, limit);
    const more = all.length > limit || found.some(({ next }) => next !== undefined);
    const last = more ? shown.at(-1) : undefined;
    const telling = { me: this.#o.me, page: this.#o.page, phrases: wanted.phrases, now };
    const messages = shown.flatMap((message) => {
      const at = spaces.find(({ space }) => space.record.id === message.space);
      return at ? foundView({ ...telling, ...at }, message) : [];
    });
    const total = found.reduce((sum, each) => sum + each.total, 0);
    return { ok: true, value: { messages, total, hints, complete, ...nextOf(last) } };
  }

  /** Looks at changes and then, the newest first, at what has not been looked at yet. */
  #slice(): void {
    const { shelf, clock, elapsed, randomBytes } = this.#o;
    const held = new Set(shelf.shown);
    for (const space of this.#spaces.keys()) if (!held.has(space)) this.#spaces.delete(space);
    for (const space of held) {
      let search = this.#spaces.get(space);
      if (!search) {
        const seed = new DataView(randomBytes(4).slice().buffer).getUint32(0);
        search = new SpaceSearch(space, seed, () => clock.now());
        this.#spaces.set(space, search);
      }
      search.notice();
    }
    const until = elapsed() + SLICE_MS;
    for (let next = this.#next(); next && elapsed() < until; next = this.#next()) {
      // Then another space may hold what is newer.
      const turn = Math.min(until, elapsed() + SLICE_MS / 4);
      next.work(() => elapsed() >= turn);
    }
  }

  #next(): SpaceSearch | undefined {
    let newest: SpaceSearch | undefined;
    for (const search of this.#spaces.values())
      if (search.next !== undefined && (newest?.next ?? Number.NEGATIVE_INFINITY) < search.next)
        newest = search;
    return newest;
  }
}

function nextOf(last: Cursor | undefined): { readonly next?: Cursor } {
  return last ? { next: { order: last.order, id: last.id } } : {};
}

function newestFirst(a: FoundMessage, b: FoundMessage): number {
  return b.order - a.order || (a.id < b.id ? 1 : a.id > b.id ? -1 : 0);
}

/** Whoever is called anything in any of the spaces, and all channels. */
function directoryOf(
  spaces: readonly { readonly space: Space; readonly settings: Settings }[],
  peer: Telling['me'],
): Directory {
  const people = new Map<string, Set<string>>();
  const channels: {
    space: SpaceId;
    channel: Directory['channels'][number]['channel'];
    name: string;
    spaceName: string;
  }[] = [];
  let me: string | undefined;
  for (const { space, settings } of spaces) {
    me ??= space.membership.everListed.get(peer)?.account;
    const spaceName = settings.name ?? space.record.name;
    for (const channel of space.membership.channels) {
      const name = settings.channels.get(channel)?.name ?? '';
      channels.push({ space: space.record.id, channel, name, spaceName });
    }
    for (const [account, name] of settings.names)
      people.set(account, (people.get(account) ?? new Set()).add(name));
  }
  return {
    ...(me === undefined ? {} : { me }),
    channels,
    people: [...people].map(([account, names]) => ({ account, names: [...names] })),
  };
}
