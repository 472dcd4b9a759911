/**
 * The acts of a space document as they come, and the state at any place among them: what an act was made on. Nearly always
 * that is what all acts come to, or what the one before was made on, and nothing has to be looked for.
 */
import type { ChangeHash } from '@snug/shared/protocol/ids.ts';
import type { DocumentLog, LoggedEntry } from '../document-log.ts';
import { ActSet } from './act-set.ts';
import { areConcurrent, type HeldAct, HeldActs, isRemoval, rankGiven, told } from './held-acts.ts';
import { needOf } from './letting-in.ts';
import { doubted, fallenOf, hangingOn } from './resolution.ts';
import { Rights } from './rights.ts';

/** A place among the acts: a set that holds all that any of it cites, and which of it count. */
export interface Place {
  readonly set: ActSet;
  readonly fallen: ReadonlySet<number>;
  readonly rights: Rights;
  /** Acts, here or elsewhere, that speak against others which were made beside them. */
  readonly speaking: ReadonlySet<HeldAct>;
}

/** Places with several nearest acts that are kept for those who ask again. */
const KEPT = 64;

export class ActHistory {
  readonly acts = new HeldActs();
  readonly #log: DocumentLog;
  /** For each entry the acts that whoever cites it cites. */
  readonly #sets = new Map<ChangeHash, ActSet>();
  readonly #joined = new Map<string, ActSet>();
  readonly #fallen = new WeakMap<ActSet, ReadonlySet<number>>();
  readonly #places = new WeakMap<ActSet, Place>();
  /** Acts that speak against others which were made beside them. */
  readonly #speaking = new Set<HeldAct>();
  #all = ActSet.EMPTY;
  #looked = 0;

  constructor(log: DocumentLog) {
    this.#log = log;
  }

  /** What all acts that are held come to. */
  get whole(): Place {
    this.#look();
    return this.#place(this.#all);
  }

  /** What an act is made on that cites these, which are held. */
  at(deps: readonly ChangeHash[]): Place {
    this.#look();
    return this.#place(this.#setAt(deps));
  }

  #place(set: ActSet): Place {
    const known = this.#places.get(set);
    if (known) return known;
    const fallen = this.#fallenOf(set);
    const counts = ({ at }: HeldAct) => set.has(at) && !fallen.has(at);
    const rights = new Rights(this.acts, { gives: counts, takes: counts });
    const place = { set, fallen, rights, speaking: this.#speaking };
    this.#places.set(set, place);
    return place;
  }

  #look(): void {
    const { entries } = this.#log;
    // In the order in which they were let in, so what they cite has been looked at before.
    for (; this.#looked < entries.length; this.#looked++) {
      const entry = entries[this.#looked];
      if (entry) this.#take(entry);
    }
  }

  #take(entry: LoggedEntry): void {
    const past = this.#setAt(entry.deps);
    const { act } = entry;
    if (!act || act.act === 'unknown') {
      this.#sets.set(entry.hash, past);
      return;
    }
    const { rights, set } = this.#place(past);
    const account =
      act.act === 'genesis' ? act.account : rights.listing(entry.author, set)?.subjectAccount;
    const base = told(entry, act, account);
    const held: HeldAct = {
      ...base,
      at: this.acts.all.length,
      past,
      account,
      needs: needOf(base, { rights, set }),
      lowers: act.act === 'role' && rankGiven(base) < rights.rankOf(act.account, set),
    };
    this.acts.add(held);
    this.#listen(held);
    const after = past.with(held.at);
    const fallen = this.#fallen.get(past);
    // Nothing that it cites can fall by it; but by a countersignature something may stand again.
    if (fallen && act.act !== 'countersign') this.#fallen.set(after, fallen);
    this.#sets.set(entry.hash, after);
    this.#all = past === this.#all ? after : this.#all.with(held.at);
  }

  /** Notes which acts speak against this one, and whether it speaks against others. */
  #listen(held: HeldAct): void {
    for (const against of this.acts.against(held))
      if (areConcurrent(against, held)) this.#speaking.add(against);
    if (held.act.act === 'admit' && held.key !== undefined)
      for (const invite of this.acts.invites.get(held.key) ?? [])
        for (const doubt of new Rights(this.acts, AT_WORST).doubts(held, invite))
          this.#speaking.add(doubt);
    if (this.#speaksAgainst(held)) this.#speaking.add(held);
  }

  #speaksAgainst(held: HeldAct): boolean {
    for (const admission of doubted(this.acts, held))
      if (held.act.act !== 'countersign' && areConcurrent(admission, held)) return true;
    if (!isRemoval(held) && !held.lowers) return false;
    for (const one of hangingOn(this.acts, held)) if (areConcurrent(one, held)) return true;
    return false;
  }

  #fallenOf(set: ActSet): ReadonlySet<number> {
    const known = this.#fallen.get(set);
    if (known) return known;
    const fallen = fallenOf(this.acts, set, this.#speaking);
    this.#fallen.set(set, fallen);
    return fallen;
  }

  #setAt(deps: readonly ChangeHash[]): ActSet {
    const [first, ...others] = deps;
    const set = first === undefined ? ActSet.EMPTY : (this.#sets.get(first) ?? ActSet.EMPTY);
    if (others.length === 0) return this.#shared(set);
    const key = deps.toSorted().join();
    const known = this.#joined.get(key);
    if (known) return known;
    let joined = set;
    for (const dep of others) joined = joined.union(this.#sets.get(dep) ?? ActSet.EMPTY);
    const shared = this.#shared(joined);
    this.#joined.set(key, shared);
    const [oldest] = this.#joined.keys();
    if (this.#joined.size > KEPT && oldest !== undefined) this.#joined.delete(oldest);
    return shared;
  }

  /** The set of all acts is one and the same, so that what it comes to is looked for once. */
  #shared(set: ActSet): ActSet {
    return set !== this.#all && set.equals(this.#all) ? this.#all : set;
  }
}

const AT_WORST = { gives: () => false, takes: () => true };
