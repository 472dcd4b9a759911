/** In which role the entries of chains count, by the membership: as what their authors are, or were up to a cut. */
import type { EntryId, PeerId } from '@snug/shared/protocol/ids.ts';
import type { Chain, Opened } from './chain.ts';
import { type Cut, type Membership, type Role, roleOfEntry } from './membership/membership.ts';

/** What the tips of a cut reach of one author's in one chain, as of how many of the author's entries. */
interface Reach {
  readonly held: number;
  readonly entries: ReadonlySet<EntryId>;
}

export class ChainRoles {
  readonly membership: Membership;
  readonly #reached = new Map<Chain, Map<Cut['tips'], Reach>>();

  constructor(membership: Membership) {
    this.membership = membership;
  }

  /** `undefined`: the entry does not count. */
  roleOf(chain: Chain, { id, author }: Opened): Role | undefined {
    return roleOfEntry(this.membership, author, (tips) => this.#reach(chain, author, tips).has(id));
  }

  /** The account of a device that was ever listed. */
  accountOf(peer: PeerId): string | undefined {
    return this.membership.everListed.get(peer)?.account;
  }

  /** Whether how an author's entries count may change as more of them arrive. */
  isCut(author: PeerId): boolean {
    return (this.membership.everListed.get(author)?.cuts.length ?? 0) > 0;
  }

  #reach(chain: Chain, author: PeerId, tips: Cut['tips']): ReadonlySet<EntryId> {
    const reached = this.#reached.get(chain) ?? new Map<Cut['tips'], Reach>();
    this.#reached.set(chain, reached);
    const held = chain.by(author).length;
    const known = reached.get(tips);
    if (known?.held === held) return known.entries;
    const entries = chain.upTo(author, tips);
    reached.set(tips, { held, entries });
    return entries;
  }
}
