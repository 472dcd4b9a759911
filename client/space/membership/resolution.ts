/**
 * Which acts of a set count. Strong removal, after p2panda-auth: acts of somebody removed (or of a role taken) that are
 * concurrent with the removal fall, and with them what rests on them; mutual removals and cycles all take effect.
 *
 * An act is settled as soon as it is sure: it counts when nothing that is still open could make it fall, and falls when
 * nothing could save it. What is left then are circles, and what hangs on circles. Of each circle that hangs on no other the
 * removals take effect, whoever made them; then the rest is settled as before. So nobody undoes their removal by
 * removing those who removed them, or those on whose word these were members.
 */
import type { ActSet } from './act-set.ts';
import { circlesOf, type Reach as ReachOf } from './circles.ts';
import {
  areConcurrent,
  type HeldAct,
  type HeldActs,
  isRemoval,
  isSingle,
  voids,
} from './held-acts.ts';
import { Rights } from './rights.ts';

const OPEN = 0;
const COUNTS = 1;
const FALLS = 2;

type Reach = ReachOf<HeldAct>;

const NONE: ReadonlySet<number> = new Set();

/**
 * Numbers of the acts of a set that fall.
 * @param speaking all acts that speak against others which were made beside them
 */
export function fallenOf(
  acts: HeldActs,
  set: ActSet,
  speaking: Iterable<HeldAct>,
): ReadonlySet<number> {
  const touched = closure(acts, set, speaking);
  return touched.length === 0 ? NONE : new Resolution(acts, set, touched).fallen();
}

/** The same, looking at these alone, in the order of their numbers: each after what it cites. */
export function fallenAmong(
  acts: HeldActs,
  set: ActSet,
  touched: readonly HeldAct[],
): ReadonlySet<number> {
  return new Resolution(acts, set, touched).fallen();
}

/** All that may change with these, in the order of their numbers. */
function closure(acts: HeldActs, set: ActSet, from: Iterable<HeldAct>): readonly HeldAct[] {
  const found = new Set<HeldAct>();
  const open = [...from].filter(({ at }) => set.has(at));
  // Many hang on the same: what has been found in a list is not looked at again.
  const left = new Map<Reach['list'], Reach['list']>();
  for (let act = open.pop(); act; act = open.pop())
    for (const { list, is } of reachOf(acts, act)) {
      const others: HeldAct[] = [];
      for (const one of left.get(list) ?? list) {
        if (found.has(one) || !set.has(one.at)) continue;
        if (is(one)) {
          found.add(one);
          open.push(one);
        } else others.push(one);
      }
      left.set(list, others);
    }
  return [...found].sort((a, b) => a.at - b.at);
}

/** Acts that may fall, or stand again, with this one. */
export function* hangingOn(acts: HeldActs, act: HeldAct): Generator<HeldAct> {
  for (const { list, is } of reachOf(acts, act)) for (const one of list) if (is(one)) yield one;
}

function* reachOf(acts: HeldActs, act: HeldAct): Generator<Reach> {
  const isBeside = (one: HeldAct) => one !== act && !act.past.has(one.at);
  if (act.subject !== undefined) yield later(acts.byAuthor.get(act.subject), act);
  if (isRemoval(act)) {
    for (const account of act.accounts)
      yield { list: acts.byAccount.get(account) ?? [], is: isBeside };
    for (const device of act.devices) yield { list: acts.byAuthor.get(device) ?? [], is: isBeside };
  }
  if (act.act.act === 'role')
    yield {
      list: acts.byAccount.get(act.act.account) ?? [],
      is: (one) => one.needs > 1 && isBeside(one),
    };
  if (act.act.act === 'invite' && act.key !== undefined)
    yield later(acts.admissionsBy.get(act.key), act);
  for (const admission of doubted(acts, act))
    if (admission.subject !== undefined)
      yield later(acts.byAuthor.get(admission.subject), admission);
}

function later(list: readonly HeldAct[] | undefined, act: HeldAct): Reach {
  return { list: list ?? [], is: (one) => one.past.has(act.at) };
}

/** Admissions that an act may put in doubt, or out of it. */
export function* doubted(acts: HeldActs, act: HeldAct): Generator<HeldAct> {
  const { key, at } = act;
  if (act.act.act === 'countersign') {
    const { admission } = act.act;
    const named = acts.named(admission);
    if (named) yield named;
  } else if (act.act.act === 'revoke' || mayUseUp(acts, act)) {
    for (const admission of (key !== undefined && acts.admissionsBy.get(key)) || [])
      if (admission !== act && !act.past.has(admission.at)) yield admission;
  } else if (isRemoval(act)) {
    for (const [key, made] of acts.invites) {
      const used = acts.admissionsBy.get(key);
      if (!used?.some((admission) => !act.past.has(admission.at))) continue;
      if (!made.some((invite) => voids(acts, act, invite))) continue;
      for (const admission of used)
        if (!act.past.has(admission.at) && admission.at !== at) yield admission;
    }
  }
}

/** Whether others may be in doubt for an admission: it uses up an invite, or was one of somebody removed. */
function mayUseUp(acts: HeldActs, { act, key, subject, subjectAccount }: HeldAct): boolean {
  if (key === undefined || act.act !== 'admit' || subject === undefined) return false;
  if (acts.invites.get(key)?.some(isSingle)) return true;
  return !acts.removalsReaching(subject, subjectAccount).next().done;
}

class Resolution {
  readonly #acts: HeldActs;
  readonly #set: ActSet;
  readonly #touched: readonly HeldAct[];
  readonly #status: Uint8Array;
  readonly #sure: Rights;
  readonly #possible: Rights;

  constructor(acts: HeldActs, set: ActSet, touched: readonly HeldAct[]) {
    this.#acts = acts;
    this.#set = set;
    this.#touched = touched;
    this.#status = new Uint8Array(acts.all.length).fill(COUNTS);
    for (const { at } of touched) this.#status[at] = OPEN;
    const counts = (act: HeldAct) => set.has(act.at) && this.#status[act.at] === COUNTS;
    const may = (act: HeldAct) => set.has(act.at) && this.#status[act.at] !== FALLS;
    this.#sure = new Rights(acts, { gives: counts, takes: may });
    this.#possible = new Rights(acts, { gives: may, takes: counts });
  }

  fallen(): ReadonlySet<number> {
    for (let open = this.#settle(this.#touched); open.length > 0; ) {
      this.#closeCircles(open);
      open = this.#settle(open);
    }
    const fallen = new Set<number>();
    for (const { at } of this.#touched) if (this.#status[at] === FALLS) fallen.add(at);
    return fallen;
  }

  /** Settles all that is sure. What stays open is returned. */
  #settle(acts: readonly HeldAct[]): readonly HeldAct[] {
    for (let open = acts; ; ) {
      this.#sure.forget();
      this.#possible.forget();
      const left = open.filter((act) => {
        if (this.#status[act.at] !== OPEN) return false;
        const status = this.#look(act);
        this.#status[act.at] = status;
        return status === OPEN;
      });
      if (left.length === open.length || left.length === 0) return left;
      open = left;
    }
  }

  #look(act: HeldAct): number {
    let safe = true;
    for (const against of this.#acts.against(act)) {
      if (!this.#set.has(against.at) || !areConcurrent(against, act)) continue;
      const status = this.#status[against.at];
      if (status === COUNTS) return FALLS;
      if (status === OPEN) safe = false;
    }
    if (!hasRight(this.#possible, act)) return FALLS;
    return safe && hasRight(this.#sure, act) ? COUNTS : OPEN;
  }

  /** Of each circle that hangs on nothing else that is open the removals count; of one without any, all falls. */
  #closeCircles(open: readonly HeldAct[]): void {
    for (const circle of circlesOf(open, (act) => reachOf(this.#acts, act))) {
      const removals = circle.filter((act) => isRemoval(act) || act.lowers);
      const strong = removals.length > 0 ? removals : circle.filter((a) => a.act.act === 'revoke');
      for (const act of strong) this.#status[act.at] = COUNTS;
      if (strong.length === 0) for (const act of circle) this.#status[act.at] = FALLS;
    }
  }
}

/** Whether an act's author had the right to it in what it cites, as far as that counts. */
export function hasRight(rights: Rights, act: HeldAct): boolean {
  if (act.act.act === 'genesis') return true;
  if (rights.rank(act.author, act.past) < act.needs) return false;
  if (act.act.act !== 'admit' || act.key === undefined) return true;
  return rights.wasInvited(act.key, act.past);
}
