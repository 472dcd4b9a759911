/**
 * Broadcast: who is sent an entry, and who has said that they stored it. Sans-I/O; bytes, peers and ids only.
 *
 * Here every neighbour is an eager neighbour: an entry is pushed on to each that is not known to hold it, once.
 * In a full mesh of a few peers that is what a tree would do with its repair left out; the epidemic broadcast
 * tree (Leitão, Pereira, Rodrigues: "Epidemic Broadcast Trees", 2007) replaces the choice in `targets`.
 */
import type { EntryId, PeerId } from '@snug/shared/protocol/ids.ts';
import { type ShortId, shortId } from './short-id.ts';

/** How many entries are remembered with their holders; those that came up longest ago are forgotten first. */
const REMEMBERED = 20_000;

interface Known {
  /** Peers known to hold it: who sent it, who acknowledged it, who showed the same heads. */
  readonly holders: Set<PeerId>;
  /** Peers it was pushed to. */
  readonly sent: Set<PeerId>;
}

export class Broadcast {
  readonly #entries = new Map<EntryId, Known>();
  readonly #short = new Map<ShortId, EntryId>();

  /** `peer` holds `id`: they sent it, or showed the same heads. True when that is news. */
  holds(peer: PeerId, id: EntryId): boolean {
    const { holders } = this.#of(id);
    if (holders.has(peer)) return false;
    holders.add(peer);
    return true;
  }

  /**
   * `peer` says that they stored what `short` names. The entry's id when that is news; nothing when they were never sent
   * it, whatever they say.
   */
  acknowledged(peer: PeerId, short: ShortId): EntryId | undefined {
    const id = this.#short.get(short);
    if (id === undefined || !this.#of(id).sent.has(peer)) return undefined;
    return this.holds(peer, id) ? id : undefined;
  }

  /** Those of `neighbours` that the entry must still be pushed to. Asking counts as pushing. */
  targets(id: EntryId, neighbours: Iterable<PeerId>): PeerId[] {
    const { holders, sent } = this.#of(id);
    const targets: PeerId[] = [];
    for (const peer of neighbours) {
      if (holders.has(peer) || sent.has(peer)) continue;
      sent.add(peer);
      targets.push(peer);
    }
    return targets;
  }

  holders(id: EntryId): ReadonlySet<PeerId> {
    return this.#entries.get(id)?.holders ?? new Set();
  }

  /** What was sent on a link that went down may not have arrived: it counts as unsent. */
  linkDown(peer: PeerId): void {
    for (const { sent } of this.#entries.values()) sent.delete(peer);
  }

  #of(id: EntryId): Known {
    const known = this.#entries.get(id);
    if (known) return known;
    const fresh: Known = { holders: new Set(), sent: new Set() };
    this.#entries.set(id, fresh);
    this.#short.set(shortId(id), id);
    if (this.#entries.size > REMEMBERED) {
      const [oldest] = this.#entries.keys();
      if (oldest !== undefined) {
        this.#entries.delete(oldest);
        this.#short.delete(shortId(oldest));
      }
    }
    return fresh;
  }
}
