/**
 * What passes along the broadcast tree without being stored: who is here and typing, and who has stored what. One narrow face for
 * the neighbourhood, which brings frames and hands them to links.
 */
import { fractionOf } from '@snug/shared/crypto/bytes.ts';
import type { DeviceKey } from '@snug/shared/crypto/device-key.ts';
import type { ChannelId, EntryId, PeerId } from '@snug/shared/protocol/ids.ts';
import type { Timer, WallClock } from '../mesh/clock.ts';
import type { Frame, SentFrame } from '../mesh/frames/frames.ts';
import type { LinksCommand } from '../mesh/links-port.ts';
import { parseAddress } from '../space/address.ts';
import type { DocumentLog, LoggedEntry } from '../space/document-log.ts';
import type { Space } from '../space/space.ts';
import { Attending } from './attending.ts';
import type { Shelf } from './shelf.ts';
import { Vouching } from './vouching.ts';

export interface PresentOptions {
  readonly device: DeviceKey;
  readonly clock: WallClock;
  readonly randomBytes: (n: number) => Uint8Array;
  readonly shelf: Shelf;
  readonly links: (command: LinksCommand) => void;
  readonly send: (peer: PeerId, frame: SentFrame) => void;
  /** Linked members of a space, and those of them to whom the tree pushes. */
  readonly neighbours: (space: Space) => readonly PeerId[];
  readonly eager: (space: Space) => readonly PeerId[];
  /**
   * A presence message has come along the tree, first (`news`) or once more, or is this device's own (`from` is absent). The tree,
   * which does not carry it itself, may prune by it: where nobody writes nothing else tells it which edges are too many.
   */
  readonly carried: (space: Space, id: EntryId, from: PeerId | undefined, news: boolean) => void;
  /** A receipt has proved that a device holds these own messages. */
  readonly holds: (space: Space, holder: PeerId, ids: readonly EntryId[]) => void;
  /** Who is here, or who is typing, has changed. */
  readonly onChange: () => void;
  readonly onProblem: (problem: unknown) => void;
}

/** What was not listened to or passed on: forged, old, too much, or without a way. */
export interface Dropped {
  readonly presence: number;
  /** `refused` by this device as the author whom they claimed to be for; `lost` on the way to others. */
  readonly receipts: { readonly refused: number; readonly lost: number };
}

/** How often `tick` is called about. */
const TICK_MS = 250;

export class Present {
  readonly #shelf: Shelf;
  readonly #clock: WallClock;
  readonly #attending: Attending;
  readonly #vouching: Vouching;
  #timer: Timer | undefined;
  #armedFor = 0;
  #closed = false;

  constructor(options: PresentOptions) {
    this.#shelf = options.shelf;
    this.#clock = options.clock;
    const random = () => fractionOf(options.randomBytes(4));
    this.#vouching = new Vouching({
      ...options,
      random,
      isNeighbour: (space, peer) => options.neighbours(space).includes(peer),
      here: (space) => this.#attending.here(space),
    });
    this.#attending = new Attending({
      ...options,
      random,
      heard: (space, peer, by, run) => this.#vouching.heard(space, peer, by, run),
      onMet: (space, peer) => this.#vouching.met(space, peer),
      onLeft: (space) => this.#vouching.left(space),
    });
  }

  get dropped(): Dropped {
    return { presence: this.#attending.refused, receipts: this.#vouching.dropped };
  }

  /** A frame of a neighbour's, in the order of their frames. */
  async frame(from: PeerId, frame: Extract<Frame, { type: 'receipts' | 'presence' }>) {
    if (frame.type === 'receipts') this.#vouching.frame(from, frame);
    else await this.#presence(from, frame);
    this.#arm();
  }

  async #presence(from: PeerId, frame: Extract<Frame, { type: 'presence' }>): Promise<void> {
    const address = parseAddress(frame.address);
    const space = address?.kind === 'space' ? this.#shelf.get(address.space) : undefined;
    if (space?.serves(from)) await this.#attending.frame(from, space, frame);
  }

  /** An entry is stored here: own (`from` is absent), or by way of a neighbour. */
  stored(space: Space, log: DocumentLog, entry: LoggedEntry, from: PeerId | undefined): void {
    if (log.address.kind !== 'segment') return;
    const { channel } = log.address;
    this.#vouching.stored(space, channel, entry.author, from);
    this.#attending.spoke(space, entry.author, channel);
    this.#arm();
  }

  /** A link is gone. `surplus`: it was closed as one too many, which says nothing of the peer. */
  down(peer: PeerId, surplus: boolean): void {
    this.#vouching.down(peer);
    this.#attending.down(peer, surplus);
    this.#arm();
  }

  /** To be called every quarter of a second or so; what is due sooner wakes by itself. */
  tick(): void {
    if (this.#closed) return;
    this.#attending.tick();
    this.#vouching.tick();
    this.#arm();
  }

  /** After this nothing is sent. */
  close(): void {
    this.#closed = true;
    this.#clock.clearTimeout(this.#timer);
  }

  #arm(): void {
    const times = [this.#attending.soonAt, this.#vouching.wakeAt];
    const at = Math.min(...times.map((time) => time ?? Number.POSITIVE_INFINITY));
    const wait = at - this.#clock.now();
    if (this.#closed || wait >= TICK_MS) return;
    if (this.#timer !== undefined && this.#armedFor <= at) return;
    this.#clock.clearTimeout(this.#timer);
    this.#armedFor = at;
    const wake = () => {
      this.#timer = undefined;
      this.tick();
    };
    this.#timer = this.#clock.setTimeout(wake, Math.max(1, wait));
  }

  /** Says goodbye, of one space or of all; settles when that has been handed to the links. */
  farewell(space?: Space): Promise<void> {
    return this.#attending.farewell(space);
  }

  /** A key was touched in a channel's field: to be called as often as that happens. */
  typing(space: Space, channel: ChannelId): void {
    this.#attending.typing(space, channel);
    this.#arm();
  }

  typingIn(space: Space, channel: ChannelId): readonly PeerId[] {
    return this.#attending.typingIn(space, channel);
  }

  /** Whether a device says that it is here, linked or not. */
  isPresent(space: Space, peer: PeerId): boolean {
    return this.#attending.isPresent(space, peer);
  }

  /** All that say so. */
  present(space: Space): readonly PeerId[] {
    return this.#attending.present(space);
  }

  /** The neighbour by whom a device was last heard. */
  by(space: Space, peer: PeerId): PeerId | undefined {
    return this.#attending.by(space, peer);
  }
}
