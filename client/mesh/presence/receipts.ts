/**
 * Receipts: how an author learns who has stored what they wrote, without anything being stored for it. Sans-I/O.
 *
 * A holder vouches for the newest entry of an author's in a channel up to which it holds everything: one receipt, however many
 * entries. It goes back by the neighbour from whom the author's newest came, so along the edges of the broadcast tree; whoever is
 * on the way gathers what others send for a moment and passes it on in one frame. Only the author can tell a true receipt from a
 * false one, so nobody on the way judges any, and nobody can add one for another.
 *
 * A receipt may be lost: a link breaks, or nobody knows a way. What this device knows to be lost goes another way, and each is said
 * once more when the author is next heard of, so marks become right in the end. An author who has been linked since then has the
 * link's acknowledgements, and is told nothing twice.
 */
import type { ChannelId, PeerId, SpaceId } from '@snug/shared/protocol/ids.ts';
import { TokenBucket } from '@snug/shared/protocol/token-bucket.ts';
import { BoundedMap } from '../bounded-map.ts';
import type { Receipt, ReceiptsInput, ReceiptsOptions, ReceiptsOutput } from './receipts-inputs.ts';

/** How long receipts are gathered on the way, ms: so long that a second message within it costs no second receipt. */
const GATHER_MS = 200;
/** Where there is nobody behind this device to wait for. */
const LEAF_MS = 20;
/** From so many present on, nobody looks at single marks: it may take this long for each who is here, and that in all. */
const LARGE = 50;
const LARGE_PER_PEER_MS = 20;
const LARGE_MOST_MS = 3_000;
/** Most links that a receipt crosses: beyond, it has lost its way. */
export const MOST_HOPS = 32;
/** Most receipts that wait here at once, and most of one neighbour's. */
const WAITING = 8_192;
const WAITING_OF_ONE = 2_048;
/** What a neighbour may send, a second and at once. */
const RATE = { perSecond: 1_000, burst: 4_000 };
/** What was sent on a link within so long before it broke may be lost: it is sent again, so many at least. */
const IN_FLIGHT_MS = 3_000;
const IN_FLIGHT = 512;
/** Most ways, tips said once more, and authors who need not be told, that are remembered: the oldest are forgotten. */
const WAYS = 8_192;
const SAID_AGAIN = 8_192;
const ACKNOWLEDGED = 8_192;
/** Most channels of an author that are vouched for anew when they are heard of: the latest in the list. */
const CHANNELS_AGAIN = 32;

interface Waiting {
  /** Absent for this device's own: it is made when it is sent. */
  readonly receipt?: Receipt;
  readonly space: SpaceId;
  readonly channel: ChannelId;
  readonly author: PeerId;
  readonly from?: PeerId;
  /** A linked author has the link's acknowledgements; this one is sent to them all the same. */
  readonly again: boolean;
}

export class Receipts {
  readonly #o: ReceiptsOptions;
  /** By space; within, by author, channel, holder and who brought it: a newer one replaces an older. */
  readonly #waiting = new Map<SpaceId, Map<string, Waiting>>();
  readonly #due = new Map<SpaceId, number>();
  readonly #ofOne = new Map<PeerId, number>();
  readonly #ways = new BoundedMap<string, PeerId>(WAYS);
  readonly #saidAgain = new BoundedMap<string, string>(SAID_AGAIN);
  /** Channels of a linked author's that they were told of on their link, and of all that has been stored since by its acknowledgements. */
  readonly #acknowledged = new BoundedMap<string, PeerId>(ACKNOWLEDGED);
  readonly #inFlight = new Map<PeerId, { readonly item: Waiting; readonly at: number }[]>();
  readonly #stranded = new BoundedMap<string, Waiting>(SAID_AGAIN);
  readonly #buckets = new Map<PeerId, TokenBucket>();
  #size = 0;
  #dropped = 0;

  constructor(options: ReceiptsOptions) {
    this.#o = options;
  }

  /** Receipts that were not passed on: too many at once, or without a way. */
  get dropped(): number {
    return this.#dropped;
  }

  get wakeAt(): number | undefined {
    let earliest: number | undefined;
    for (const at of this.#due.values()) if (earliest === undefined || at < earliest) earliest = at;
    return earliest;
  }

  handle(input: ReceiptsInput, now: number): readonly ReceiptsOutput[] {
    switch (input.is) {
      case 'stored':
        this.#stored(input, now);
        return [];
      case 'way':
        this.#ways.refresh(`${input.space} ${input.to}`, input.by);
        return [];
      case 'author here':
        this.#sayAgain(input, now);
        return [];
      case 'came':
        return this.#came(input.from, input.receipts, now);
      case 'neighbour':
        this.#unstrand(input.space, now);
        return [];
      case 'down':
        this.#down(input.peer, now);
        return [];
      case 'left':
        this.#left(input.space);
        return [];
      case 'tick':
        return [...this.#due].flatMap(([space, at]) => (at <= now ? this.#flush(space, now) : []));
    }
  }

  #stored({ space, channel, author }: Extract<ReceiptsInput, { is: 'stored' }>, now: number): void {
    if (author === this.#o.me) return;
    const item = { space, channel, author, again: false };
    if (!this.#o.isNeighbour(space, author)) this.#acknowledged.delete(aboutOf(item));
    this.#wait(item, now);
  }

  #sayAgain(input: Extract<ReceiptsInput, { is: 'author here' }>, now: number): void {
    const { space, author, run } = input;
    if (author === this.#o.me) return;
    for (const channel of input.channels.slice(-CHANNELS_AGAIN)) {
      const item = { space, channel, author, again: true };
      const about = aboutOf(item);
      if (this.#acknowledged.has(about)) continue;
      const vouched = this.#o.vouch(space, channel, author);
      if (!vouched) continue;
      const said = `${run} ${vouched.tip.join('.')}`;
      if (this.#saidAgain.get(about) === said) continue;
      this.#saidAgain.refresh(about, said);
      this.#wait(item, now);
    }
  }

  #came(from: PeerId, receipts: readonly Receipt[], now: number): readonly ReceiptsOutput[] {
    const bucket = this.#buckets.get(from) ?? new TokenBucket(RATE, now);
    this.#buckets.set(from, bucket);
    const mine: Receipt[] = [];
    for (const receipt of receipts) {
      const { space, channel, author, holder } = receipt;
      // A receipt of one's own that comes back has gone in a circle.
      if (holder === this.#o.me || holder === author || receipt.hops >= MOST_HOPS) this.#dropped++;
      else if (!bucket.take(1, now)) this.#dropped++;
      else if (author === this.#o.me) mine.push(receipt);
      else {
        const hops = receipt.hops + 1;
        const item = { space, channel, author, from, again: false, receipt: { ...receipt, hops } };
        this.#wait(item, now);
      }
    }
    return mine.length > 0 ? [{ do: 'judge', from, receipts: mine }] : [];
  }

  #wait(item: Waiting, now: number): void {
    const { space, from } = item;
    const waiting = this.#waiting.get(space) ?? new Map<string, Waiting>();
    const key = keyOf(item);
    const before = waiting.get(key);
    if (!before) {
      const ofOne = from === undefined ? 0 : (this.#ofOne.get(from) ?? 0);
      if (this.#size >= WAITING || ofOne >= WAITING_OF_ONE) {
        this.#dropped++;
        return;
      }
      this.#size++;
      if (from !== undefined) this.#ofOne.set(from, ofOne + 1);
    }
    this.#waiting.set(space, waiting);
    waiting.set(key, before?.again && !item.again ? { ...item, again: true } : item);
    const at = now + this.#patience(item);
    const due = this.#due.get(space);
    if (due === undefined || at < due) this.#due.set(space, at);
  }

  #patience({ space, author, from }: Waiting): number {
    const here = this.#o.here(space);
    const large = here > LARGE;
    const gather = large ? Math.min(here * LARGE_PER_PEER_MS, LARGE_MOST_MS) : GATHER_MS;
    if (from !== undefined) return gather;
    const way = this.#ways.get(`${space} ${author}`);
    const behind = this.#o.eager(space).some((peer) => peer !== way && peer !== author);
    if (behind) return gather;
    // Half as long, so that whoever gathers it still waits when it comes.
    return large ? gather / 2 : LEAF_MS;
  }

  #flush(space: SpaceId, now: number): readonly ReceiptsOutput[] {
    const items = this.#take(space);
    const batches = new Map<PeerId, Receipt[]>();
    for (const item of items) {
      const to = this.#next(item);
      if (to === undefined) continue;
      const receipt = item.receipt ?? this.#own(item);
      if (!receipt) continue;
      const batch = batches.get(to);
      if (batch) batch.push(receipt);
      else batches.set(to, [receipt]);
      this.#flies(to, item, now);
    }
    return [...batches].map(([to, receipts]) => ({ do: 'send', to, receipts: grouped(receipts) }));
  }

  #take(space: SpaceId): readonly Waiting[] {
    const items = [...(this.#waiting.get(space)?.values() ?? [])];
    this.#waiting.delete(space);
    this.#due.delete(space);
    this.#size -= items.length;
    for (const { from } of items) {
      if (from === undefined) continue;
      const left = (this.#ofOne.get(from) ?? 1) - 1;
      if (left > 0) this.#ofOne.set(from, left);
      else this.#ofOne.delete(from);
    }
    return items;
  }

  #own({ space, channel, author }: Waiting): Receipt | undefined {
    const vouched = this.#o.vouch(space, channel, author);
    return vouched && { space, channel, author, holder: this.#o.me, hops: 0, ...vouched };
  }

  /** By whom a receipt goes on; nobody where the author knows already, or where there is no way just now. */
  #next(item: Waiting): PeerId | undefined {
    const { space, author, from } = item;
    if (this.#o.isNeighbour(space, author)) {
      if (item.receipt) return author;
      if (!item.again) return undefined;
      this.#acknowledged.refresh(aboutOf(item), author);
      return author;
    }
    const way = this.#ways.get(`${space} ${author}`);
    if (way !== undefined && way !== from && this.#o.isNeighbour(space, way)) return way;
    const others = this.#o.eager(space).filter((peer) => peer !== from);
    const other = others[Math.floor(this.#o.random() * others.length)];
    if (other !== undefined) return other;
    if (item.receipt) this.#dropped++;
    else this.#stranded.refresh(keyOf(item), item);
    return undefined;
  }

  /** Own receipts that nobody could take: whoever comes may. */
  #unstrand(space: SpaceId, now: number): void {
    for (const [key, item] of this.#stranded) {
      if (item.space !== space) continue;
      this.#stranded.delete(key);
      this.#wait(item, now);
    }
  }

  #flies(to: PeerId, item: Waiting, now: number): void {
    const flying = this.#inFlight.get(to) ?? [];
    flying.push({ item, at: now });
    if (flying.length > 2 * IN_FLIGHT) flying.splice(0, IN_FLIGHT);
    this.#inFlight.set(to, flying);
  }

  #down(peer: PeerId, now: number): void {
    const lost = this.#inFlight.get(peer) ?? [];
    this.#inFlight.delete(peer);
    this.#buckets.delete(peer);
    for (const [key, by] of this.#ways) if (by === peer) this.#ways.delete(key);
    for (const [about, author] of this.#acknowledged)
      if (author === peer) this.#acknowledged.delete(about);
    for (const { item, at } of lost)
      if (now - at < IN_FLIGHT_MS && item.author !== peer) this.#wait(item, now);
  }

  #left(space: SpaceId): void {
    this.#take(space);
    const begins = `${space} `;
    for (const table of [this.#ways, this.#saidAgain, this.#acknowledged, this.#stranded])
      for (const key of table.keys()) if (key.startsWith(begins)) table.delete(key);
  }
}

function aboutOf({ space, channel, author }: Waiting): string {
  return `${space} ${author} ${channel}`;
}

function keyOf({ space, channel, author, from, receipt }: Waiting): string {
  return `${space} ${author} ${channel} ${receipt?.holder ?? ''} ${from ?? ''}`;
}

/** Those about one tip side by side, so that it is named once; the hops of a group are those of its eldest. */
function grouped(receipts: readonly Receipt[]): readonly Receipt[] {
  const groups = Map.groupBy(receipts, (r) => `${r.author} ${r.channel} ${r.tip.join('.')}`);
  return [...groups.values()].flatMap((group) => {
    const hops = Math.max(...group.map((receipt) => receipt.hops));
    return group.map((receipt) => ({ ...receipt, hops }));
  });
}
