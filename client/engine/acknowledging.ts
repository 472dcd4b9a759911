/**
 * Who holds one's own entries, and telling neighbours that theirs are stored here. An acknowledgement goes to an entry's author
 * alone, if they are a neighbour, whoever the entry came from.
 */
import type { DocumentId, EntryId, PeerId, SpaceId } from '@snug/shared/protocol/ids.ts';
import { Holders } from '../mesh/broadcast/holders.ts';
import type { Timer, WallClock } from '../mesh/clock.ts';
import type { SentFrame } from '../mesh/frames/frames.ts';
import { shortBytes, shortIdOf } from '../mesh/frames/short-id.ts';
import type { DocumentLog } from '../space/document-log.ts';
import type { Space } from '../space/space.ts';
import type { Neighbour } from './neighbour.ts';
import type { Shelf } from './shelf.ts';

/** Acknowledgements are gathered for so long, ms. */
const ACKNOWLEDGE_MS = 15;
/** Most ids in one acknowledgement. */
const ACKNOWLEDGED = 512;
/** Documents of which it is remembered how far a neighbour was seen to hold them. */
const SEEN = 10_000;

export interface AcknowledgingOptions {
  readonly me: PeerId;
  readonly clock: WallClock;
  readonly shelf: Shelf;
  readonly neighbours: ReadonlyMap<PeerId, Neighbour>;
  readonly send: (peer: PeerId, frame: SentFrame) => void;
  /** More is known of who holds these own entries of the space. */
  readonly onHolders: (space: Space, ids: readonly EntryId[]) => void;
}

export class Acknowledging {
  readonly #o: AcknowledgingOptions;
  readonly #holders = new Holders();
  /** Peer and document → how many of the document's entries have been looked through for what they hold. */
  readonly #seen = new Map<string, number>();
  #timer: Timer | undefined;

  constructor(options: AcknowledgingOptions) {
    this.#o = options;
  }

  holders(id: EntryId): ReadonlySet<PeerId> {
    return this.#holders.of(id);
  }

  wrote(space: Space, id: EntryId): void {
    this.#holders.follow(id, space.record.id);
  }

  /** An entry of somebody else's is stored: its author is told, if they are linked and may know. */
  stored(space: Space, author: PeerId, id: EntryId): void {
    const neighbour = this.#o.neighbours.get(author);
    if (!neighbour || !space.serves(author)) return;
    neighbour.acknowledge.push(shortBytes(id));
    this.#timer ??= this.#o.clock.setTimeout(() => this.#acknowledge(), ACKNOWLEDGE_MS);
  }

  #acknowledge(): void {
    this.#timer = undefined;
    for (const { peer, acknowledge } of this.#o.neighbours.values())
      while (acknowledge.length > 0)
        this.#o.send(peer, { type: 'acknowledge', ids: acknowledge.splice(0, ACKNOWLEDGED) });
  }

  /** A neighbour sent an own entry back: they hold it. */
  shown(peer: PeerId, space: Space, id: EntryId): void {
    if (this.#holders.holds(peer, id, space.record.id)) this.#o.onHolders(space, [id]);
  }

  /** A neighbour says that they have stored these. Of what they may not have, their word counts for nothing. */
  acknowledged(peer: PeerId, ids: readonly Uint8Array[]): void {
    const news = new Map<SpaceId, EntryId[]>();
    for (const short of ids) {
      const named = this.#holders.named(shortIdOf(short));
      if (!named || !this.#o.shelf.get(named.space)?.serves(peer)) continue;
      if (!this.#holders.holds(peer, named.id, named.space)) continue;
      news.set(named.space, [...(news.get(named.space) ?? []), named.id]);
    }
    for (const [id, entries] of news) {
      const space = this.#o.shelf.get(id);
      if (space) this.#o.onHolders(space, entries);
    }
  }

  /** A device's receipt has proved that it holds these own entries. */
  vouched(holder: PeerId, space: Space, ids: readonly EntryId[]): void {
    const news = ids.filter((id) => this.#holders.holds(holder, id, space.record.id));
    if (news.length > 0) this.#o.onHolders(space, news);
  }

  /** A neighbour holds exactly what is held here of a document. */
  equal(peer: PeerId, document: DocumentId): void {
    for (const space of this.#o.shelf) {
      const log = space.held(document);
      if (!log) continue;
      const { id } = space.record;
      const news = this.#ownSince(peer, log).filter((own) => this.#holders.holds(peer, own, id));
      if (news.length > 0) this.#o.onHolders(space, news);
    }
  }

  /** Own entries that the neighbour has not been seen to hold: this is asked in each round that finds nothing to mend. */
  #ownSince(peer: PeerId, log: DocumentLog): readonly EntryId[] {
    const key = `${peer} ${log.id}`;
    const seen = this.#seen.get(key) ?? 0;
    if (seen === log.count) return [];
    this.#seen.set(key, log.count);
    if (this.#seen.size > SEEN) {
      const [oldest] = this.#seen.keys();
      if (oldest !== undefined) this.#seen.delete(oldest);
    }
    const news = log.entries.slice(seen);
    return news.filter((entry) => entry.author === this.#o.me).map((entry) => entry.id);
  }

  close(): void {
    this.#o.clock.clearTimeout(this.#timer);
  }
}
