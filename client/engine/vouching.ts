/**
 * Carries out receipts: vouches for what is stored here, and as an author judges what others vouch for. What no author could have
 * made true is dropped and counted; it is nobody's fault who passed it on, for only the author can tell.
 */
import { fromBase64url } from '@snug/shared/crypto/bytes.ts';
import type { DeviceKey } from '@snug/shared/crypto/device-key.ts';
import { peerIdFromPublicKey, publicKeyFromPeerId } from '@snug/shared/crypto/did-key.ts';
import { isReceiptMac, receiptKey, receiptMac } from '@snug/shared/crypto/receipt-mac.ts';
import type { ChannelId, EntryId, PeerId, SpaceId } from '@snug/shared/protocol/ids.ts';
import { TokenBucket } from '@snug/shared/protocol/token-bucket.ts';
import type { WallClock } from '../mesh/clock.ts';
import {
  FRAME_RECEIPTS,
  type Frame,
  type ReceiptsFrameGroup,
  type SentFrame,
} from '../mesh/frames/frames.ts';
import { Receipts } from '../mesh/presence/receipts.ts';
import type {
  Receipt,
  ReceiptsInput,
  ReceiptsOutput,
  Vouched,
} from '../mesh/presence/receipts-inputs.ts';
import { encodeAddress, parseAddress } from '../space/address.ts';
import { type Chain, type Opened, tipOf } from '../space/chain.ts';
import type { Space } from '../space/space.ts';
import { OwnTips } from './own-tips.ts';
import type { Shelf } from './shelf.ts';

/** Bytes of an entry's id by which a receipt names it. */
const TIP_BYTES = 4;
/** Most own messages that one receipt marks, the newest first. */
const MARKED_AT_ONCE = 1_000;
/** What checking takes, in the time of one MAC: the key of a holder who has not vouched before is a turn of X25519. */
const COST = { mac: 1, key: 100 };
/**
 * What one neighbour may make this device check in vain, in these, a second and at once: some milliseconds, and some tens of
 * them. Receipts that are true, or that name no message of this device's, take nothing of it.
 */
const FALSE_RECEIPTS = { perSecond: 200, burst: 2_000 };
/** Most holders and channels whose last receipt is remembered, and most keys: the oldest are forgotten. */
const REMEMBERED = 8_192;

export interface VouchingOptions {
  readonly device: DeviceKey;
  readonly clock: WallClock;
  readonly random: () => number;
  readonly shelf: Shelf;
  readonly send: (peer: PeerId, frame: SentFrame) => void;
  readonly eager: (space: Space) => readonly PeerId[];
  readonly isNeighbour: (space: Space, peer: PeerId) => boolean;
  readonly here: (space: Space) => number;
  /** A device has been found to hold these own messages. */
  readonly holds: (space: Space, holder: PeerId, ids: readonly EntryId[]) => void;
}

export class Vouching {
  readonly #o: VouchingOptions;
  readonly #receipts: Receipts;
  readonly #asHolder = new Map<PeerId, Uint8Array | undefined>();
  readonly #asAuthor = new Map<PeerId, Uint8Array | undefined>();
  /** Up to where a holder has been marked. */
  readonly #marked = new Map<string, Opened>();
  readonly #own: OwnTips;
  readonly #allowances = new Map<PeerId, TokenBucket>();
  /** Frames name a device by one and the same bytes each time. */
  readonly #peers = new WeakMap<Uint8Array, PeerId>();
  #refused = 0;

  constructor(options: VouchingOptions) {
    this.#o = options;
    this.#own = new OwnTips(options.device.peerId, TIP_BYTES);
    this.#receipts = new Receipts({
      me: options.device.peerId,
      random: options.random,
      vouch: (space, channel, author) => this.#vouch(space, channel, author),
      eager: (id) => this.#of(id, options.eager, []),
      isNeighbour: (id, peer) => this.#of(id, (space) => options.isNeighbour(space, peer), false),
      here: (id) => this.#of(id, options.here, 1),
    });
  }

  /** Receipts that proved nothing, and those that were not passed on. */
  get dropped(): { readonly refused: number; readonly lost: number } {
    return { refused: this.#refused, lost: this.#receipts.dropped };
  }

  /** An entry of a channel has been stored, own or received by way of a neighbour. */
  stored(space: Space, channel: ChannelId, author: PeerId, from: PeerId | undefined): void {
    const id = space.record.id;
    if (from !== undefined) this.#handle({ is: 'way', space: id, to: author, by: from });
    this.#handle({ is: 'stored', space: id, channel, author });
  }

  /** A device has been heard of by way of a neighbour. */
  heard(space: Space, peer: PeerId, by: PeerId, run: number): void {
    const id = space.record.id;
    this.#handle({ is: 'way', space: id, to: peer, by });
    const channels = [...space.membership.channels].filter(
      (channel) => space.channel(channel).wholeUpTo(peer) !== undefined,
    );
    if (channels.length > 0)
      this.#handle({ is: 'author here', space: id, author: peer, run, channels });
  }

  met(space: Space, peer: PeerId): void {
    this.#handle({ is: 'neighbour', space: space.record.id, peer });
  }

  down(peer: PeerId): void {
    this.#allowances.delete(peer);
    this.#handle({ is: 'down', peer });
  }

  left(space: SpaceId): void {
    this.#handle({ is: 'left', space });
  }

  get wakeAt(): number | undefined {
    return this.#receipts.wakeAt;
  }

  tick(): void {
    const { wakeAt } = this;
    if (wakeAt !== undefined && wakeAt <= this.#o.clock.now()) this.#handle({ is: 'tick' });
  }

  frame(from: PeerId, frame: Extract<Frame, { type: 'receipts' }>): void {
    const receipts = frame.groups.flatMap((group) => this.#read(from, group));
    if (receipts.length > 0) this.#handle({ is: 'came', from, receipts });
  }

  #read(from: PeerId, group: ReceiptsFrameGroup): readonly Receipt[] {
    const address = parseAddress(group.address);
    const space = address && this.#o.shelf.get(address.space);
    if (!space?.serves(from) || address?.kind !== 'segment') return [];
    const { channel } = address;
    const author = this.#peerOf(group.author);
    if (!space.membership.channels.has(channel) || !space.serves(author)) return [];
    return group.receipts.flatMap(({ device, mac }) => {
      const holder = this.#peerOf(device);
      if (!space.serves(holder)) return [];
      const { tip, hops } = group;
      return [{ space: address.space, channel, author, holder, tip, mac, hops }];
    });
  }

  #peerOf(device: Uint8Array): PeerId {
    const known = this.#peers.get(device) ?? peerIdFromPublicKey(device);
    this.#peers.set(device, known);
    return known;
  }

  #handle(input: ReceiptsInput): void {
    for (const output of this.#receipts.handle(input, this.#o.clock.now())) this.#perform(output);
  }

  #perform(output: ReceiptsOutput): void {
    if (output.do === 'judge')
      for (const receipt of output.receipts) this.#judge(output.from, receipt);
    else
      for (let at = 0; at < output.receipts.length; at += FRAME_RECEIPTS) {
        const groups = groupsOf(output.receipts.slice(at, at + FRAME_RECEIPTS));
        this.#o.send(output.to, { type: 'receipts', groups });
      }
  }

  #vouch(id: SpaceId, channel: ChannelId, author: PeerId): Vouched | undefined {
    const space = this.#o.shelf.get(id);
    const upTo = space?.channel(channel).wholeUpTo(author);
    if (!space || !upTo || !isStored(space, channel)) return undefined;
    const key = this.#key(this.#asHolder, space, author, 'holder');
    const claim = {
      space: fromBase64url(id),
      channel: fromBase64url(channel),
      tip: tipOf(upTo.id),
    };
    return key && { tip: shortTip(upTo.id), mac: receiptMac(key, claim) };
  }

  /**
   * What proves nothing may be somebody else's doing who is further away, so it is counted and its bearer goes unpunished; but
   * past their allowance nothing more of what they bring is checked, until some of it has come back.
   */
  #judge(from: PeerId, { space: id, channel, holder, tip, mac }: Receipt): void {
    const space = this.#o.shelf.get(id);
    const chain = space?.channel(channel);
    const named = chain ? this.#own.named(chain, tip) : [];
    if (!space || !chain || named.length === 0) {
      this.#refused++;
      return;
    }
    const marks = `${id} ${channel} ${holder}`;
    const marked = this.#marked.get(marks);
    const news = named.filter((entry) => !marked || entry.body.n > marked.body.n);
    if (news.length === 0) return;
    const cost = news.length * COST.mac + (this.#asAuthor.has(holder) ? 0 : COST.key);
    const now = this.#o.clock.now();
    const allowance = this.#allowances.get(from) ?? new TokenBucket(FALSE_RECEIPTS, now);
    this.#allowances.set(from, allowance);
    const key = allowance.holds(cost, now) && this.#key(this.#asAuthor, space, holder, 'author');
    const place = { space: fromBase64url(id), channel: fromBase64url(channel) };
    const upTo = news.findLast(
      (entry) => key && isReceiptMac(key, { ...place, tip: tipOf(entry.id) }, mac),
    );
    if (!upTo) {
      allowance.take(cost, now);
      this.#refused++;
      return;
    }
    const ids = this.#mark(marks, chain, upTo);
    if (ids.length > 0) this.#o.holds(space, holder, ids);
  }

  /** Own messages from this one back to those that were marked before. */
  #mark(key: string, chain: Chain, upTo: Opened): readonly EntryId[] {
    const before = this.#marked.get(key);
    remember(this.#marked, key, upTo);
    const ids = new Set<EntryId>();
    const open = [upTo];
    for (let next = open.pop(); next && ids.size < MARKED_AT_ONCE; next = open.pop()) {
      if (ids.has(next.id) || next.id === before?.id) continue;
      ids.add(next.id);
      open.push(...chain.previous(next));
    }
    return [...ids];
  }

  #key(
    kept: Map<PeerId, Uint8Array | undefined>,
    space: Space,
    peer: PeerId,
    self: 'holder' | 'author',
  ): Uint8Array | undefined {
    if (kept.has(peer)) return kept.get(peer);
    const device = space.membership.devices.get(peer);
    if (!device) return undefined;
    const party = { device: publicKeyFromPeerId(peer), sealing: device.sealing };
    const key = receiptKey(this.#o.device, party, self);
    remember(kept, peer, key);
    return key;
  }

  #of<T>(id: SpaceId, what: (space: Space) => T, otherwise: T): T {
    const space = this.#o.shelf.get(id);
    return space ? what(space) : otherwise;
  }
}

function isStored(space: Space, channel: ChannelId): boolean {
  for (const log of space.logs)
    if (
      log.address.kind === 'segment' &&
      log.address.channel === channel &&
      (!space.isStored(log) || space.isBeingStored(log))
    )
      return false;
  return true;
}

function shortTip(id: EntryId): Uint8Array {
  return tipOf(id).slice(0, TIP_BYTES);
}

function groupsOf(receipts: readonly Receipt[]): readonly ReceiptsFrameGroup[] {
  const groups = Map.groupBy(
    receipts,
    (r) => `${r.space} ${r.channel} ${r.author} ${r.tip.join('.')}`,
  );
  return [...groups.values()].flatMap((group) => {
    const [first] = group;
    if (!first) return [];
    const { space, channel, author, tip } = first;
    return [
      {
        address: encodeAddress({ kind: 'segment', space, channel, number: 0 }),
        author: publicKeyFromPeerId(author),
        hops: Math.max(...group.map((receipt) => receipt.hops)),
        tip,
        receipts: group.map(({ holder, mac }) => ({ device: publicKeyFromPeerId(holder), mac })),
      },
    ];
  });
}

function remember<V>(table: Map<string, V>, key: string, value: V): void {
  table.delete(key);
  table.set(key, value);
  const oldest = table.keys().next();
  if (table.size > REMEMBERED && oldest.done !== true) table.delete(oldest.value);
}
