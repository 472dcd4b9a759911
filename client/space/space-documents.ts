/** The documents of one space that this device holds, by address and id. Ids are hashes: each is made once. */
import type { ChannelId, DocumentId, EpochId, SpaceId } from '@snug/shared/protocol/ids.ts';
import type { Address } from './address.ts';
import { DocumentLog } from './document-log.ts';
import type { Membership } from './membership/membership.ts';

/** How many of a channel's segments beyond those held may be spoken of at a time. */
const SEGMENTS_AHEAD = 64;

/** What acts have begun. */
type Begun = Pick<Membership, 'channels' | 'epochs'>;

interface Segments {
  readonly logs: Map<number, DocumentLog>;
  /** So many, counted from the first, are known to hold something: nothing is ever taken out of a log. */
  begun: number;
}

export class SpaceDocuments implements Iterable<DocumentLog> {
  readonly #space: SpaceId;
  readonly #logs = new Map<DocumentId, DocumentLog>();
  #spaceLog: DocumentLog | undefined;
  readonly #epochs = new Map<EpochId, DocumentLog>();
  readonly #channels = new Map<ChannelId, Segments>();

  constructor(space: SpaceId) {
    this.#space = space;
  }

  [Symbol.iterator](): Iterator<DocumentLog> {
    return this.#logs.values();
  }

  held(id: DocumentId): DocumentLog | undefined {
    return this.#logs.get(id);
  }

  /** The log under an address of this space, where there is one. */
  at(address: Address): DocumentLog | undefined {
    switch (address.kind) {
      case 'space':
        return this.#spaceLog;
      case 'epoch':
        return this.#epochs.get(address.epoch);
      case 'segment':
        return this.#channels.get(address.channel)?.logs.get(address.number);
    }
  }

  /** The log under an address of this space; an empty one where nothing is held yet. */
  log(address: Address): DocumentLog {
    const held = this.at(address);
    if (held) return held;
    const fresh = new DocumentLog(address);
    this.#logs.set(fresh.id, fresh);
    if (address.kind === 'space') this.#spaceLog = fresh;
    else if (address.kind === 'epoch') this.#epochs.set(address.epoch, fresh);
    else {
      const segments = this.#channels.get(address.channel) ?? { logs: new Map(), begun: 0 };
      segments.logs.set(address.number, fresh);
      this.#channels.set(address.channel, segments);
    }
    return fresh;
  }

  /** How many of a channel's segments hold anything, counted from the first. */
  segments(channel: ChannelId): number {
    const segments = this.#channels.get(channel);
    if (!segments) return 0;
    while ((segments.logs.get(segments.begun)?.count ?? 0) > 0) segments.begun++;
    return segments.begun;
  }

  /**
   * Whether a neighbour may speak of an address: of a document that acts have begun, and of a channel's segments those that
   * are held and some beyond. Nobody can make this device hold logs without end.
   */
  mayPlace(address: Address, { channels, epochs }: Begun): boolean {
    if (address.space !== this.#space) return false;
    if (address.kind === 'space') return true;
    if (address.kind === 'epoch') return epochs.some(({ id }) => id === address.epoch);
    if (!channels.has(address.channel)) return false;
    return address.number < this.segments(address.channel) + SEGMENTS_AHEAD;
  }

  /** The log that a neighbour may speak of under an address, if they may. */
  place(address: Address, membership: Begun): DocumentLog | undefined {
    return this.mayPlace(address, membership) ? this.log(address) : undefined;
  }
}
