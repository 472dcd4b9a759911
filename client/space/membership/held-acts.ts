/**
 * The acts of a space document, numbered as they came, each with all that it cites and with what was true of its author
 * there; and where to find those that bear on a device, an account or an invite. What an act cites never changes, so
 * nothing here does either.
 */
import { toBase64url, toHex } from '@snug/shared/crypto/bytes.ts';
import { peerIdFromPublicKey } from '@snug/shared/crypto/did-key.ts';
import type { Act } from '@snug/shared/entries/acts.ts';
import { ChangeHash, type PeerId } from '@snug/shared/protocol/ids.ts';
import * as v from 'valibot';
import { compareIds, type LoggedEntry } from '../document-log.ts';
import type { ActSet } from './act-set.ts';

/** What an act says, in the form in which it is asked for. */
export interface HeldAct {
  readonly at: number;
  readonly entry: LoggedEntry;
  readonly act: Act;
  readonly author: PeerId;
  /** The author's account in what the act cites; absent for one that should not have been let in. */
  readonly account: string | undefined;
  /** The rank that the act took, in what it cites: 0 none, 1 member, 3 admin. */
  readonly needs: number;
  /** Of a `role`: whether it took something away. */
  readonly lowers: boolean;
  /** All acts that it cites, its ancestors. */
  readonly past: ActSet;
  /** Of an admission: whom it lists, and under what account. A keeper has none. */
  readonly subject: PeerId | undefined;
  readonly subjectAccount: string | undefined;
  /** Of an invite, a revocation, or an admission by invite: the invite's key, base64url. */
  readonly key: string | undefined;
  /** Of a removal: whom it takes off the list. */
  readonly accounts: readonly string[];
  readonly devices: readonly PeerId[];
}

/** What follows from the act and its entry alone. */
export type Told = Omit<HeldAct, 'at' | 'past' | 'account' | 'needs' | 'lowers'>;

export function told(entry: LoggedEntry, act: Act, leaving: string | undefined): Told {
  const base = {
    entry,
    act,
    author: entry.author,
    subject: undefined,
    subjectAccount: undefined,
    key: undefined,
    accounts: [],
    devices: [],
  };
  switch (act.act) {
    case 'genesis':
      return { ...base, subject: entry.author, subjectAccount: act.account };
    case 'invite':
      return { ...base, key: toBase64url(act.key) };
    case 'revoke':
      return { ...base, key: toBase64url(act.invite) };
    case 'admit': {
      const subject = peerIdFromPublicKey(act.device);
      return { ...base, subject, subjectAccount: act.account, key: toBase64url(act.invite) };
    }
    case 'device':
      return { ...base, subject: peerIdFromPublicKey(act.device), subjectAccount: act.account };
    case 'keeper':
      return { ...base, subject: peerIdFromPublicKey(act.device) };
    case 'remove': {
      const devices = (act.devices ?? []).map((device) => peerIdFromPublicKey(device));
      return { ...base, accounts: act.accounts ?? [], devices };
    }
    case 'leave':
      return { ...base, accounts: leaving === undefined ? [] : [leaving] };
    default:
      return base;
  }
}

/** Whether two acts were made without either citing the other. */
export function areConcurrent(a: HeldAct, b: HeldAct): boolean {
  return a !== b && !a.past.has(b.at) && !b.past.has(a.at);
}

/** An act's `startOp` is above that of all it cites, so this order is causal and the same for everybody. */
export function compareActs(a: HeldAct, b: HeldAct): number {
  return a.entry.startOp - b.entry.startOp || compareIds(a.entry, b.entry);
}

export function isRemoval({ act }: HeldAct): boolean {
  return act.act === 'remove' || act.act === 'leave';
}

export class HeldActs {
  readonly #removalsBeside = new Map<HeldAct, { looked: number; readonly found: HeldAct[] }>();
  readonly #removalsIn = new WeakMap<ActSet, readonly HeldAct[]>();
  readonly all: HeldAct[] = [];
  readonly byHash = new Map<ChangeHash, HeldAct>();
  readonly byAuthor = new Map<PeerId, HeldAct[]>();
  readonly byAccount = new Map<string, HeldAct[]>();
  /** Admissions by whom they list. */
  readonly admissions = new Map<PeerId, HeldAct[]>();
  readonly admissionsTo = new Map<string, HeldAct[]>();
  readonly admissionsBy = new Map<string, HeldAct[]>();
  readonly invites = new Map<string, HeldAct[]>();
  readonly invitesOf = new Map<string, HeldAct[]>();
  readonly revocations = new Map<string, HeldAct[]>();
  readonly countersigns = new Map<string, HeldAct[]>();
  readonly removals: HeldAct[] = [];
  readonly removalsOf = new Map<string, HeldAct[]>();
  /** Of an account: those that give it a role, its genesis among them. */
  readonly roles = new Map<string, HeldAct[]>();
  readonly epochs: HeldAct[] = [];
  readonly channels: HeldAct[] = [];
  readonly keeps: HeldAct[] = [];
  readonly histories: HeldAct[] = [];
  /** How many admissions there are of each sort: a bound on how many devices can be listed. */
  admitted = 0;

  add(held: HeldAct): void {
    const { act } = held;
    this.all.push(held);
    this.byHash.set(held.entry.hash, held);
    push(this.byAuthor, held.author, held);
    if (held.account !== undefined) push(this.byAccount, held.account, held);
    if (held.subject !== undefined) {
      this.admitted++;
      push(this.admissions, held.subject, held);
      if (held.subjectAccount !== undefined) push(this.admissionsTo, held.subjectAccount, held);
    }
    if (isRemoval(held)) {
      this.removals.push(held);
      // Accounts that are devices' own have the same names as these.
      for (const whom of new Set<string>([...held.accounts, ...held.devices.map(deviceName)]))
        push(this.removalsOf, whom, held);
    }
    if (act.act === 'genesis') push(this.roles, act.account, held);
    else if (act.act === 'role') push(this.roles, act.account, held);
    else if (act.act === 'admit' && held.key !== undefined) push(this.admissionsBy, held.key, held);
    else if (act.act === 'revoke' && held.key !== undefined) push(this.revocations, held.key, held);
    else if (act.act === 'countersign') push(this.countersigns, toHex(act.admission), held);
    else if (act.act === 'epoch') this.epochs.push(held);
    else if (act.act === 'channel') this.channels.push(held);
    else if (act.act === 'keep') this.keeps.push(held);
    else if (act.act === 'history') this.histories.push(held);
    else if (act.act === 'invite' && held.key !== undefined) {
      push(this.invites, held.key, held);
      if (held.account !== undefined) push(this.invitesOf, held.account, held);
    }
  }

  /** Removals among these. What a set holds was there before it, so this is looked for once. */
  removalsIn(set: ActSet): readonly HeldAct[] {
    const known = this.#removalsIn.get(set);
    if (known) return known;
    const found = this.removals.filter(({ at }) => set.has(at));
    this.#removalsIn.set(set, found);
    return found;
  }

  /** Removals that do not cite an admission, as far as they have come. */
  removalsBeside(admission: HeldAct): readonly HeldAct[] {
    const known = this.#removalsBeside.get(admission) ?? { looked: 0, found: [] };
    this.#removalsBeside.set(admission, known);
    for (; known.looked < this.removals.length; known.looked++) {
      const removal = this.removals[known.looked];
      if (removal && !removal.past.has(admission.at)) known.found.push(removal);
    }
    return known.found;
  }

  /** The act that a change's hash, 32 bytes, names. */
  named(hash: Uint8Array): HeldAct | undefined {
    const parsed = v.safeParse(ChangeHash, toHex(hash));
    return parsed.success ? this.byHash.get(parsed.output) : undefined;
  }

  /** Removals that reach a device, itself or its account. */
  *removalsReaching(device: PeerId, account: string | undefined): Generator<HeldAct> {
    if (account !== undefined) yield* this.removalsOf.get(account) ?? [];
    yield* this.removalsOf.get(deviceName(device)) ?? [];
  }

  /** What could make an act fall, were it concurrent: removals of its author, and demotions below what it took. */
  *against(held: HeldAct): Generator<HeldAct> {
    yield* this.removalsReaching(held.author, held.account);
    if (held.account === undefined || held.needs < 2) return;
    for (const role of this.roles.get(held.account) ?? [])
      if (role.lowers && rankGiven(role) < held.needs) yield role;
  }
}

function deviceName(device: PeerId): string {
  return `device ${device}`;
}

const RANKS = { member: 1, gardener: 2, admin: 3 } as const;

/** What a genesis or a role act gives. */
export function rankGiven({ act }: Pick<HeldAct, 'act'>): number {
  if (act.act === 'genesis') return RANKS.admin;
  return act.act === 'role' ? RANKS[act.role] : 0;
}

/**
 * Whether a removal takes an invite with it: every reusable one made before, and all that the removed issued or used. Who
 * leaves is not kept out, so of theirs only what they issued.
 */
export function voids(
  acts: HeldActs,
  removal: HeldAct,
  invite: HeldAct,
  { cites, takes }: Looks = AT_WORST,
): boolean {
  if (invite.act.act !== 'invite' || invite.key === undefined || cites(invite.past, removal))
    return false;
  if (reaches(removal, invite.author, invite.account)) return true;
  if (removal.act.act === 'leave') return false;
  if (invite.act.uses === 'reusable' && removal.past.has(invite.at)) return true;
  return (acts.admissionsBy.get(invite.key) ?? []).some(
    (used) =>
      used.subject !== undefined &&
      reaches(removal, used.subject, used.subjectAccount) &&
      takes(used) &&
      !cites(used.past, removal),
  );
}

interface Looks {
  cites(past: ActSet, removal: HeldAct): boolean;
  takes(act: HeldAct): boolean;
}

const AT_WORST: Looks = { cites: (past, { at }) => past.has(at), takes: () => true };

/** Whether only one may come in by an invite. */
export function isSingle({ act }: HeldAct): boolean {
  return act.act === 'invite' && act.uses === 'single';
}

/** Whether a revocation takes an invite back: its own account's do, and an admin's. */
export function revokes(revocation: HeldAct, invite: HeldAct): boolean {
  return revocation.needs >= RANKS.admin || revocation.account === invite.account;
}

export function reaches(removal: HeldAct, device: PeerId, account: string | undefined): boolean {
  return (
    removal.devices.includes(device) ||
    (account !== undefined && removal.accounts.includes(account))
  );
}

function push<K>(index: Map<K, HeldAct[]>, key: K, held: HeldAct): void {
  const list = index.get(key);
  if (list) list.push(held);
  else index.set(key, [held]);
}
