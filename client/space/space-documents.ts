/** The documents of one space that this device holds, by address and id. */
import type { ChannelId, DocumentId, SpaceId } from '@snug/shared/protocol/ids.ts';
import { type Address, documentIdOf } from './address.ts';
import { DocumentLog } from './document-log.ts';
import type { Membership } from './membership.ts';

/** How many of a channel's segments beyond those held may be spoken of at a time. */
const SEGMENTS_AHEAD = 64;

export class SpaceDocuments implements Iterable<DocumentLog> {
  readonly #space: SpaceId;
  readonly #logs = new Map<DocumentId, DocumentLog>();

  constructor(space: SpaceId) {
    this.#space = space;
  }

  [Symbol.iterator](): Iterator<DocumentLog> {
    return this.#logs.values();
  }

  held(id: DocumentId): DocumentLog | undefined {
    return this.#logs.get(id);
  }

  /** The log under an address; an empty one where nothing is held yet. */
  log(address: Address): DocumentLog {
    const id = documentIdOf(address);
    const held = this.#logs.get(id);
    if (held) return held;
    const fresh = new DocumentLog(address);
    this.#logs.set(id, fresh);
    return fresh;
  }

  /** How many of a channel's segments hold anything, counted from the first. */
  segments(channel: ChannelId): number {
    let number = 0;
    const id = (n: number) =>
      documentIdOf({ kind: 'segment', space: this.#space, channel, number: n });
    while ((this.#logs.get(id(number))?.count ?? 0) > 0) number++;
    return number;
  }

  /**
   * The log that a neighbour may speak of under an address: of a document that acts have begun, and of a channel's
   * segments those that are held and some beyond. Nobody can make this device hold logs without end.
   */
  place(address: Address, { channels, epochs }: Membership): DocumentLog | undefined {
    if (address.space !== this.#space) return undefined;
    if (address.kind === 'epoch' && !epochs.some(({ id }) => id === address.epoch))
      return undefined;
    if (address.kind === 'segment') {
      if (!channels.has(address.channel)) return undefined;
      if (address.number >= this.segments(address.channel) + SEGMENTS_AHEAD) return undefined;
    }
    return this.log(address);
  }
}
