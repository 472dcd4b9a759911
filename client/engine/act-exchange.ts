/**
 * What passes between devices of which one no longer lists the other: the space document, and nothing else. So partitions that
 * removed each other learn of it, and who was removed is told. The acts come in full with their ancestors, as any document in
 * bulk, and then the link ends unless it serves something else.
 */
import { toBase64url } from '@snug/shared/crypto/bytes.ts';
import type { PeerId, SpaceId } from '@snug/shared/protocol/ids.ts';
import { TokenBucket } from '@snug/shared/protocol/token-bucket.ts';
import { BoundedMap } from '../mesh/bounded-map.ts';
import type { Frame, SentFrame } from '../mesh/frames/frames.ts';
import { encodeAddress, parseAddress } from '../space/address.ts';
import { joinHashes } from '../space/document-log.ts';
import type { Space, SpaceChange } from '../space/space.ts';
import { BulkTransfers } from './bulk-transfers.ts';
import type { Place } from './receiving.ts';
import type { Shelf } from './shelf.ts';

/** An exchange is over when nothing has passed for so long, and at the latest after so long, ms. */
const QUIET_MS = 3_000;
const LONGEST_MS = 30_000;
/** How often one peer is given all acts, over whatever links and however they ask: a link may break before all has come. */
const GIVEN = { perSecond: 1 / 60, burst: 3 } as const;
/** For so long nobody is looked for with whom an exchange has come to its end, ms. */
const TOLD_MS = 3600_000;
/** Entries that are judged of one peer: all of a large space document at once, and no flood. */
const TAKEN = { perSecond: 10, burst: 20_000 } as const;
/** Peers of whom it is remembered when they were told. */
const REMEMBERED = 2_048;

export interface ActExchangeOptions {
  readonly shelf: Shelf;
  readonly now: () => number;
  readonly neighbours: () => Iterable<PeerId>;
  readonly send: (peer: PeerId, frame: SentFrame) => void;
  /** Whether any space or any joining needs the link. */
  readonly isNeeded: (peer: PeerId) => boolean;
  /** Ends a link that serves nothing. */
  readonly end: (peer: PeerId) => void;
}

interface Exchange {
  readonly since: number;
  at: number;
}

export class ActExchange {
  readonly #o: ActExchangeOptions;
  readonly #bulk: BulkTransfers;
  readonly #exchanges = new Map<PeerId, Map<SpaceId, Exchange>>();
  readonly #told = new BoundedMap<string, number>(REMEMBERED);
  readonly #given = new BoundedMap<string, TokenBucket>(REMEMBERED);
  readonly #taken = new BoundedMap<PeerId, TokenBucket>(REMEMBERED);

  constructor(options: ActExchangeOptions) {
    this.#o = options;
    this.#bulk = new BulkTransfers(options.send);
  }

  /** A link has come up: whoever once belonged to a space learns what became of it, and is asked. */
  up(peer: PeerId): void {
    for (const space of this.#o.shelf)
      if (mayExchange(space, peer)) this.#begin(peer, space, 'whole');
  }

  down(peer: PeerId): void {
    this.#exchanges.delete(peer);
    this.#bulk.linkDown(peer);
  }

  /** These acts have come; whoever is not served any more, or already was not, is told them. */
  changed(space: Space, change: SpaceChange): void {
    const came = change.admitted.filter(({ log }) => log === space.spaceLog);
    // What came between the acts may be among their ancestors.
    const acts = came.slice(0, 1 + came.findLastIndex(({ entry }) => entry.act));
    if (acts.length === 0) return;
    const address = encodeAddress(space.spaceLog.address);
    for (const peer of this.#o.neighbours()) {
      if (!mayExchange(space, peer)) continue;
      this.#begin(peer, space, 'news');
      for (const { entry, from } of acts) {
        if (from === peer || entry.deps.length === 0) continue;
        const deps = joinHashes(entry.deps);
        this.#o.send(peer, { type: 'depsAnswer', address, deps, entry: entry.bytes });
      }
    }
  }

  /** They speak as if they belonged to the space: what they have been told did not reach them, or not all of it. */
  asked(peer: PeerId, id: Uint8Array): void {
    const space = this.#o.shelf.find(({ record }) => record.id === toBase64url(id));
    if (space && mayExchange(space, peer)) this.#begin(peer, space, 'whole');
  }

  /** Where a frame of theirs belongs, if it is of the space document of a space that they once belonged to. */
  place(peer: PeerId, bytes: Uint8Array): Place | undefined {
    const address = parseAddress(bytes);
    const space = address?.kind === 'space' ? this.#o.shelf.get(address.space) : undefined;
    return space && mayExchange(space, peer) ? { space, log: space.spaceLog } : undefined;
  }

  /** They want the acts, or more of them. */
  wanted(peer: PeerId, { space, log }: Place, taken: number): void {
    this.#passed(peer, space);
    this.#bulk.wanted(peer, log, taken, this.#o.now());
  }

  /** Whether so many entries of theirs are judged now. */
  mayTake(peer: PeerId, entries: number): boolean {
    const now = this.#o.now();
    const taken = this.#taken.get(peer) ?? new TokenBucket(TAKEN, now);
    this.#taken.refresh(peer, taken);
    return taken.take(1 + entries, now);
  }

  /** A part of the acts in bulk has been judged: the rest may come. */
  took(
    peer: PeerId,
    space: Space,
    { address, upTo, last }: Extract<Frame, { type: 'bulk' }>,
  ): void {
    this.#passed(peer, space);
    if (!last) this.#o.send(peer, { type: 'want', address, taken: upTo });
  }

  /** Whether a device that asks at the door is worth a link: it was listed once and has not been given all acts too often lately. */
  isDue(space: Space, peer: PeerId): boolean {
    return mayExchange(space, peer) && this.#givenTo(space, peer).holds(1, this.#o.now());
  }

  #givenTo(space: Space, peer: PeerId): TokenBucket {
    const key = keyOf(space, peer);
    const given = this.#given.get(key) ?? new TokenBucket(GIVEN, this.#o.now());
    this.#given.refresh(key, given);
    return given;
  }

  /** Whether a device need not be looked for: it has been told lately. */
  isTold(space: Space, peer: PeerId): boolean {
    const told = this.#told.get(keyOf(space, peer));
    return told !== undefined && told + TOLD_MS > this.#o.now();
  }

  /** Ends what is over. To be called every second or so. */
  tick(): void {
    const now = this.#o.now();
    for (const [peer, exchanges] of this.#exchanges) {
      for (const [id, { since, at }] of exchanges) {
        if (at + QUIET_MS > now && since + LONGEST_MS > now) continue;
        exchanges.delete(id);
        this.#told.refresh(`${id} ${peer}`, now);
      }
      if (exchanges.size > 0) continue;
      this.#exchanges.delete(peer);
      if (!this.#o.isNeeded(peer)) this.#o.end(peer);
    }
  }

  #begin(peer: PeerId, space: Space, how: 'news' | 'whole'): void {
    const now = this.#o.now();
    const exchanges = this.#exchanges.get(peer) ?? new Map<SpaceId, Exchange>();
    this.#exchanges.set(peer, exchanges);
    const { id } = space.record;
    if (!exchanges.has(id)) exchanges.set(id, { since: now, at: now });
    if (how === 'news' || !this.#givenTo(space, peer).take(1, now)) return;
    const address = encodeAddress(space.spaceLog.address);
    this.#o.send(peer, { type: 'want', address, taken: 0 });
    this.#bulk.wanted(peer, space.spaceLog, 0, now);
  }

  #passed(peer: PeerId, space: Space): void {
    const exchange = this.#exchanges.get(peer)?.get(space.record.id);
    if (exchange) exchange.at = this.#o.now();
  }
}

/** Acts alone are for devices that were listed once, whichever of both is not any more. */
export function mayExchange(space: Space, peer: PeerId): boolean {
  return space.record.state === 'open' && space.wasListed(peer);
}

function keyOf(space: Space, peer: PeerId): string {
  return `${space.record.id} ${peer}`;
}
