/**
 * Broadcast: who is sent an entry, and who has said that they stored it. Sans-I/O; bytes, peers and ids only.
 *
 * Here every neighbour is an eager neighbour: an entry is pushed on to each that is not known to hold it, once.
 * In a full mesh of a few peers that is what a tree would do with its repair left out; the epidemic broadcast
 * tree (Leitão, Pereira, Rodrigues: "Epidemic Broadcast Trees", 2007) replaces the choice in `targets`.
 */
import type { EntryId, PeerId } from '@snug/shared/protocol/ids.ts';

/** How many entries are remembered with their holders; older ones are forgotten first. */
const REMEMBERED = 20_000;

export class Broadcast {
  /** Entry → peers known to hold it: who sent it, and who acknowledged it. */
  readonly #holders = new Map<EntryId, Set<PeerId>>();
  /** First 8 bytes of an id, as acknowledgements name it → the id. */
  readonly #short = new Map<string, EntryId>();
  readonly #sent = new Map<EntryId, Set<PeerId>>();

  /** `peer` holds `id`: they sent it, acknowledged it, or showed the same heads. True when that is news. */
  holds(peer: PeerId, id: EntryId): boolean {
    const holders = this.#of(this.#holders, id);
    if (holders.has(peer)) return false;
    holders.add(peer);
    return true;
  }

  /** Those of `neighbours` that the entry must still be pushed to. Asking counts as pushing. */
  targets(id: EntryId, neighbours: Iterable<PeerId>): PeerId[] {
    const holders = this.#of(this.#holders, id);
    const sent = this.#of(this.#sent, id);
    const targets: PeerId[] = [];
    for (const peer of neighbours) {
      if (holders.has(peer) || sent.has(peer)) continue;
      sent.add(peer);
      targets.push(peer);
    }
    return targets;
  }

  /** The entry that an acknowledgement names, if it is still remembered. */
  named(short: string): EntryId | undefined {
    return this.#short.get(short);
  }

  holders(id: EntryId): ReadonlySet<PeerId> {
    return this.#holders.get(id) ?? new Set();
  }

  /** What was sent on a link that went down may not have arrived: it counts as unsent. */
  linkDown(peer: PeerId): void {
    for (const sent of this.#sent.values()) sent.delete(peer);
  }

  #of(table: Map<EntryId, Set<PeerId>>, id: EntryId): Set<PeerId> {
    const known = table.get(id);
    if (known) return known;
    const fresh = new Set<PeerId>();
    table.set(id, fresh);
    this.#short.set(id.slice(0, 10), id);
    if (table.size > REMEMBERED) {
      const [oldest] = table.keys();
      if (oldest !== undefined) {
        table.delete(oldest);
        this.#short.delete(oldest.slice(0, 10));
      }
    }
    return fresh;
  }
}
