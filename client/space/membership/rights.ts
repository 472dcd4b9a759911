/** What somebody is, in the state that a set of acts comes to: asked of the acts themselves, so that no state has to be made. */
import type { PeerId } from '@snug/shared/protocol/ids.ts';
import type { ActSet } from './act-set.ts';
import {
  areConcurrent,
  compareActs,
  type HeldAct,
  type HeldActs,
  isRemoval,
  isSingle,
  rankGiven,
  reaches,
  revokes,
  voids,
} from './held-acts.ts';

/**
 * Which acts count. While that is still open for some, what gives a right and what takes one are looked at with
 * different eyes: a right is sure when it holds although all that is open gives nothing and takes everything.
 */
export interface Eyes {
  gives(act: HeldAct): boolean;
  takes(act: HeldAct): boolean;
}

const MEMBER = 1;
const GARDENER = 2;
const ADMIN = 3;

export class Rights {
  readonly acts: HeldActs;
  readonly #eyes: Eyes;
  readonly #late = new Map<HeldAct, boolean>();
  readonly #looks = {
    cites: (past: ActSet, removal: HeldAct) => this.cites(past, removal),
    takes: (act: HeldAct) => this.#eyes.takes(act),
  };

  constructor(acts: HeldActs, eyes: Eyes) {
    this.acts = acts;
    this.#eyes = eyes;
  }

  counts(act: HeldAct): boolean {
    return this.#eyes.gives(act);
  }

  /** The admission by which a device is listed, the first where there are several. @param within only these are looked at */
  listing(device: PeerId, within: ActSet): HeldAct | undefined {
    let first: HeldAct | undefined;
    for (const admission of this.acts.admissions.get(device) ?? []) {
      if (first && compareActs(first, admission) < 0) continue;
      if (!within.has(admission.at) || !this.#eyes.gives(admission)) continue;
      if (this.isProvisional(admission) || this.#isTaken(admission, within)) continue;
      first = admission;
    }
    return first;
  }

  /** 1 member, 2 gardener, 3 admin; 0 for a device that is not listed, or a keeper. */
  rank(device: PeerId, within: ActSet): number {
    const account = this.listing(device, within)?.subjectAccount;
    return account === undefined ? 0 : this.rankOf(account, within);
  }

  /**
   * The rank of an account with a listed device. What was given counts until it is taken: by a demotion, or with
   * the account's removal; of what was given and taken side by side the lower counts.
   */
  rankOf(account: string, within: ActSet): number {
    const roles = this.acts.roles.get(account);
    if (!roles) return MEMBER;
    const removals = this.acts.removalsOf.get(account) ?? [];
    const given = roles.filter((role) => within.has(role.at) && this.#eyes.gives(role));
    const demotions = roles.filter((role) => role.lowers);
    for (const rank of [ADMIN, GARDENER]) {
      const below = demotions.filter((role) => rankGiven(role) < rank);
      const holds = given.some(
        (role) =>
          rankGiven(role) >= rank &&
          this.#answers(role, removals, within) &&
          this.#answers(role, below, within),
      );
      if (holds) return rank;
    }
    return MEMBER;
  }

  /**
   * The invite by which somebody may be admitted with a key: made, and neither taken back, voided nor used up. Of several
   * acts for one key, made side by side, each stands for itself and the one that holds longest counts: nobody ends another's.
   */
  liveInvite(key: string, within: ActSet): HeldAct | undefined {
    const takes = (act: HeldAct) => within.has(act.at) && this.#eyes.takes(act);
    let best: HeldAct | undefined;
    for (const invite of this.acts.invites.get(key) ?? []) {
      if (!within.has(invite.at) || !this.#eyes.gives(invite)) continue;
      if (best && !holdsLonger(invite, best)) continue;
      if (!some(this.#ending(invite, undefined), takes)) best = invite;
    }
    return best;
  }

  /** What ends an invite, where it counts. @param admission one by it, which does not use it up for itself */
  *#ending(invite: HeldAct, admission: HeldAct | undefined): Generator<HeldAct> {
    const { key = '' } = invite;
    for (const revocation of this.acts.revocations.get(key) ?? [])
      if (revokes(revocation, invite)) yield revocation;
    if (isSingle(invite))
      for (const used of this.acts.admissionsBy.get(key) ?? [])
        if (used.subject !== admission?.subject) yield used;
    const removals = admission ? this.acts.removalsBeside(admission) : this.acts.removals;
    for (const removal of removals)
      if (voids(this.acts, removal, invite, this.#looks)) yield removal;
  }

  /** Whether an invite was made at all, whatever has become of it. */
  wasInvited(key: string, within: ActSet): boolean {
    const made = this.acts.invites.get(key) ?? [];
    return made.some((invite) => within.has(invite.at) && this.#eyes.gives(invite));
  }

  /**
   * Whether an admission was made beside something that took the invite away, and no member who cites both has countersigned
   * it.
   */
  isProvisional(admission: HeldAct): boolean {
    const { key, past } = admission;
    if (key === undefined) return false;
    const invites = (this.acts.invites.get(key) ?? []).filter(
      (invite) => past.has(invite.at) && this.#eyes.gives(invite),
    );
    return invites.every((invite) => some(this.doubts(admission, invite), this.#eyes.takes));
  }

  /** What puts an admission in doubt that was made by this invite, where it counts: made without citing the admission. */
  *doubts(admission: HeldAct, invite: HeldAct): Generator<HeldAct> {
    const signed = (this.acts.countersigns.get(admission.entry.hash) ?? []).filter(
      (act) => act.past.has(admission.at) && this.#eyes.gives(act),
    );
    for (const ending of this.#ending(invite, admission)) {
      if (ending === admission || ending.past.has(admission.at)) continue;
      if (!signed.some(({ past }) => past.has(ending.at))) yield ending;
    }
  }

  /** Whether a removal reaches what an admission lists, and the admission does not answer it. */
  #isTaken(admission: HeldAct, within: ActSet): boolean {
    const { subject, subjectAccount } = admission;
    if (subject === undefined) return true;
    const removals = this.acts
      .removalsIn(within)
      .filter((removal) => reaches(removal, subject, subjectAccount));
    return removals.length > 0 && !this.#answers(admission, removals, within);
  }

  /**
   * Whether an act that gives something answers all of these that took it from one account or device. It answers what it
   * cites; and all that one author who was removed meanwhile has taken beside their own removal are one.
   */
  #answers(giving: HeldAct, taking: Iterable<HeldAct>, within: ActSet): boolean {
    const open: HeldAct[] = [];
    const cited: HeldAct[] = [];
    for (const act of taking) {
      if (act === giving || !within.has(act.at)) continue;
      if (giving.past.has(act.at)) cited.push(act);
      else if (this.#eyes.takes(act)) {
        if (!this.isLate(act)) return false;
        open.push(act);
      }
    }
    if (open.length === 0) return true;
    const answered = new Set<string | undefined>();
    for (const act of cited)
      if (!answered.has(act.account) && this.isLate(act)) answered.add(act.account);
    return open.every((act) => answered.has(act.account));
  }

  /**
   * Whether a removal is cited, or others with which it is one: else somebody who was removed could go on removing others on
   * old forks, and nothing would ever answer it.
   */
  cites(past: ActSet, removal: HeldAct): boolean {
    if (past.has(removal.at)) return true;
    if (!isRemoval(removal)) return false;
    const others = this.acts.removalsIn(past).filter((other) => other.account === removal.account);
    if (others.length === 0 || !this.isLate(removal)) return false;
    const late = others.filter((other) => this.isLate(other));
    return (
      removal.accounts.every((account) => late.some((o) => o.accounts.includes(account))) &&
      removal.devices.every((device) => late.some((o) => o.devices.includes(device)))
    );
  }

  /** Whether an act was made beside the removal of its author. */
  isLate(act: HeldAct): boolean {
    const known = this.#late.get(act);
    if (known !== undefined) return known;
    let late = false;
    for (const removal of this.acts.removalsReaching(act.author, act.account)) {
      late = this.#eyes.gives(removal) && areConcurrent(removal, act);
      if (late) break;
    }
    this.#late.set(act, late);
    return late;
  }

  /** Looks again at what is kept, after more has been settled. What was kept until then errs on the safe side. */
  forget(): void {
    this.#late.clear();
  }
}

function some(acts: Iterable<HeldAct>, is: (act: HeldAct) => boolean): boolean {
  for (const act of acts) if (is(act)) return true;
  return false;
}

function holdsLonger(one: HeldAct, other: HeldAct): boolean {
  const [a, b] = [expiry(one), expiry(other)];
  return a > b || (a === b && compareActs(one, other) < 0);
}

function expiry({ act }: HeldAct): number {
  return act.act === 'invite' ? (act.expires ?? Number.POSITIVE_INFINITY) : 0;
}
