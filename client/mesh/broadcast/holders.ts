/** Which peers are known to hold one's own entries: what the ticks beside a message are made of. */
import type { EntryId, PeerId, SpaceId } from '@snug/shared/protocol/ids.ts';
import { type ShortId, shortId } from '../frames/short-id.ts';

/** How many own entries are followed; those that came up longest ago are forgotten first. */
const FOLLOWED = 20_000;

interface Followed {
  readonly space: SpaceId;
  readonly peers: Set<PeerId>;
}

const NOBODY: ReadonlySet<PeerId> = new Set();

export class Holders {
  readonly #entries = new Map<EntryId, Followed>();
  readonly #short = new Map<ShortId, EntryId>();

  /** Takes notice of who holds this own entry from now on. */
  follow(id: EntryId, space: SpaceId): void {
    this.#of(id, space);
  }

  /** `peer` holds an own entry: they sent it, or showed that they hold the same. True when that is news. */
  holds(peer: PeerId, id: EntryId, space: SpaceId): boolean {
    const { peers } = this.#of(id, space);
    if (peers.has(peer)) return false;
    peers.add(peer);
    return true;
  }

  /** The own entry that somebody says they have stored, if it is followed. What they say is not noted yet. */
  named(short: ShortId): { readonly id: EntryId; readonly space: SpaceId } | undefined {
    const id = this.#short.get(short);
    const followed = id && this.#entries.get(id);
    return followed && { id, space: followed.space };
  }

  of(id: EntryId): ReadonlySet<PeerId> {
    return this.#entries.get(id)?.peers ?? NOBODY;
  }

  #of(id: EntryId, space: SpaceId): Followed {
    const known = this.#entries.get(id);
    if (known) return known;
    const fresh: Followed = { space, peers: new Set() };
    this.#entries.set(id, fresh);
    this.#short.set(shortId(id), id);
    if (this.#entries.size > FOLLOWED) {
      const [oldest] = this.#entries.keys();
      if (oldest !== undefined) {
        this.#entries.delete(oldest);
        this.#short.delete(shortId(oldest));
      }
    }
    return fresh;
  }
}
