/**
 * What the facts of an own-devices space come to: a pure fold over its sealed entries, in the order of `Chain.placed`, so the same
 * for every device whatever came first. Entries of devices that are not, or no longer, this person's do not count.
 */
import type { CborValue } from '@snug/shared/entries/canonical-cbor.ts';
import { type FactContent, parseFact } from '@snug/shared/entries/fact.ts';
import * as v from 'valibot';
import type { Chain, Placed } from '../space/chain.ts';
import { ChainRoles } from '../space/chain-roles.ts';
import type { Membership } from '../space/membership/membership.ts';
import type { Space } from '../space/space.ts';
import type { Fact, FactKind } from './fact-kinds.ts';

interface Said {
  readonly content: FactContent;
  readonly entry: Placed;
}

/** As of which entries something was folded. */
interface Basis {
  readonly membership: Membership;
  readonly placed: readonly { readonly entries: readonly Placed[]; readonly size: number }[];
}

/** Facts of all kinds, known here or not. */
export class FoldedFacts {
  readonly #basis: Basis;
  /** Kind → key → everything that was said of it, in order. */
  readonly #said = new Map<string, Map<string, Said[]>>();

  /** @param now the viewer's clock, ms since 1970 */
  constructor(chains: readonly Chain[], membership: Membership, now: number) {
    this.#basis = basisOf(chains, membership, now);
    const roles = new ChainRoles(membership);
    const counted = chains.flatMap((chain) =>
      chain.placed(now).filter((entry) => roles.roleOf(chain, entry) !== undefined),
    );
    if (chains.length > 1) counted.sort((a, b) => a.order - b.order || (a.id < b.id ? -1 : 1));
    for (const entry of counted) {
      const content = parseFact(entry.body.kind, entry.body.content);
      if (content) this.#add({ content, entry });
    }
  }

  #add(said: Said): void {
    const { of, key } = said.content;
    const ofKind = this.#said.get(of) ?? new Map<string, Said[]>();
    this.#said.set(of, ofKind);
    const before = ofKind.get(key);
    if (before) before.push(said);
    else ofKind.set(key, [said]);
  }

  /** Whether nothing has come since. */
  isStill(chains: readonly Chain[], membership: Membership, now: number): boolean {
    const { placed, membership: before } = basisOf(chains, membership, now);
    return (
      before === this.#basis.membership &&
      placed.length === this.#basis.placed.length &&
      placed.every(({ entries, size }, at) => {
        const then = this.#basis.placed[at];
        return then?.entries === entries && then.size === size;
      })
    );
  }

  /** The last that was said of each key, of kinds that are not known here too. */
  *last(): Generator<FactContent> {
    for (const ofKind of this.#said.values())
      for (const said of ofKind.values()) {
        const last = said.at(-1);
        if (last) yield last.content;
      }
  }

  /** Whether anything was ever said of a key, taken back or not. */
  hasSaid(kind: string, key: string): boolean {
    return this.#said.get(kind)?.has(key) ?? false;
  }

  /** What holds of a kind, by key. A value that does not fit its kind is passed over. */
  all<T extends CborValue>(kind: FactKind<T>): ReadonlyMap<string, Fact<T>> {
    const known = kind.found.get(this);
    if (known) return known;
    const all = new Map<string, Fact<T>>();
    for (const [key, said] of this.#said.get(kind.name) ?? []) {
      const fact = standing(kind, key, said);
      if (fact) all.set(key, fact);
    }
    kind.found.set(this, all);
    return all;
  }
}

/** The last that fits, or of a kind that compares the greatest, since it was last taken back. */
function standing<T extends CborValue>(
  kind: FactKind<T>,
  key: string,
  said: readonly Said[],
): Fact<T> | undefined {
  let best: Fact<T> | undefined;
  for (let at = said.length - 1; at >= 0; at--) {
    const one = said[at];
    if (one?.content.value === undefined) break;
    const parsed = v.safeParse(kind.value, one.content.value);
    if (!parsed.success) continue;
    if (best && (!kind.compare || kind.compare(parsed.output, best.value) <= 0)) continue;
    const { author, body } = one.entry;
    best = { key, value: parsed.output, at: body.hlc, by: author };
    if (!kind.compare) break;
  }
  return best;
}

function basisOf(chains: readonly Chain[], membership: Membership, now: number): Basis {
  const placed = chains.map((chain) => {
    const entries = chain.placed(now);
    return { entries, size: entries.length };
  });
  return { membership, placed };
}

const folded = new WeakMap<Space, FoldedFacts>();

/** All that holds in an own-devices space. @param now the viewer's clock, ms since 1970 */
export function allFactsOf(space: Space, now: number): FoldedFacts {
  const { membership } = space;
  const chains = [...membership.channels].map((channel) => space.channel(channel));
  let facts = folded.get(space);
  if (!facts?.isStill(chains, membership, now)) {
    facts = new FoldedFacts(chains, membership, now);
    folded.set(space, facts);
  }
  return facts;
}

/** What holds of a kind in an own-devices space. @param now the viewer's clock, ms since 1970 */
export function factsOf<T extends CborValue>(
  space: Space,
  kind: FactKind<T>,
  now: number,
): ReadonlyMap<string, Fact<T>> {
  return allFactsOf(space, now).all(kind);
}
