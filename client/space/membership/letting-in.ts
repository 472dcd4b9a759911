/**
 * What is let into a space document: an act whose author had the right to it in the state of what it cites. Its ancestors
 * decide, so everybody decides the same.
 */
import { peerIdFromPublicKey } from '@snug/shared/crypto/did-key.ts';
import type { Act } from '@snug/shared/entries/acts.ts';
import type { PeerId } from '@snug/shared/protocol/ids.ts';
import type { LoggedEntry } from '../document-log.ts';
import type { Place } from './act-history.ts';
import { type HeldAct, type Told, told as toldOf } from './held-acts.ts';
import { listedDevices, type Stated } from './listed-devices.ts';
import { DEVICES, EVERYBODY_INVITES, INVITES, rankOf, SPACE_DEVICES } from './membership.ts';

const MEMBER = rankOf('member');
const ADMIN = rankOf('admin');

/** The rank that an act takes, where it stands. */
export function needOf(told: Told, place: Stated): number {
  const { act, author, key } = told;
  switch (act.act) {
    case 'genesis':
      return 0;
    case 'role':
    case 'keep':
    case 'history':
    case 'keeper':
      return ADMIN;
    case 'invite':
      if (act.door === 'open') return ADMIN;
      return hasMoreAccounts(place, EVERYBODY_INVITES) ? ADMIN : MEMBER;
    case 'revoke': {
      const account = accountOf(place, author);
      const made = (key !== undefined && place.rights.acts.invites.get(key)) || [];
      const here = made.filter((invite) => place.set.has(invite.at));
      const own = here.filter((invite) => invite.account === account).length;
      if (own === 0) return ADMIN;
      // An admin takes back what others have made of the same key, too.
      return own < here.length && place.rights.rank(author, place.set) >= ADMIN ? ADMIN : MEMBER;
    }
    case 'remove':
      return told.accounts.length === 0 && told.devices.every((d) => areOne(place, author, d))
        ? MEMBER
        : ADMIN;
    default:
      return MEMBER;
  }
}

/**
 * Why an entry of a space document, a sealed one or an act, may not be let in, or `undefined` if it may. Signatures inside
 * are checked by the caller, once, because that is asynchronous.
 * @param place that of what it cites
 */
export function refusal(place: Place, entry: LoggedEntry): string | undefined {
  const { rights, set } = place;
  const { act } = entry;
  const rank = rights.rank(entry.author, set);
  if (rank === 0) return 'its author was no member of what it cites';
  if (!act || act.act === 'unknown') return undefined;
  const told = toldOf(entry, act, undefined);
  if (rank < needOf(told, place)) return beyond(act);
  switch (act.act) {
    case 'genesis':
      return 'a space has one genesis';
    case 'invite':
      return refuseInvite(place, told);
    case 'revoke':
      return rights.wasInvited(told.key ?? '', set) ? undefined : 'it revokes no invite';
    case 'admit':
      return refuseAdmission(place, told);
    case 'countersign': {
      const admission = rights.acts.named(act.admission);
      return admission && set.has(admission.at) && rights.isProvisional(admission)
        ? undefined
        : 'it countersigns no provisional admission';
    }
    case 'device':
      return refuseDevice(place, told);
    case 'keeper':
      return isListed(place, told.subject) ? 'that device is listed already' : full(place);
    case 'remove':
      return refuseRemoval(place, told);
    case 'role': {
      if (!hasAccount(place, act.account)) return 'it gives a role to nobody';
      return rights.rankOf(act.account, set) === rankOf(act.role)
        ? 'its account has that role'
        : undefined;
    }
    case 'keep':
      return keepsSomething(place, act) ? undefined : 'it keeps nothing of a removed device';
    case 'epoch':
      return refuseEpoch(place, act);
    case 'leave':
    case 'history':
    case 'channel':
    case 'merge':
      return undefined;
  }
}

function beyond(act: Act): string {
  switch (act.act) {
    case 'role':
      return 'only an admin gives roles';
    case 'invite':
      return 'its author may not invite';
    case 'remove':
      return 'only an admin removes others';
    case 'revoke':
      return "only an admin revokes others' invites";
    default:
      return 'only an admin may do that';
  }
}

function refuseInvite({ rights, set }: Place, { act, author, key = '' }: Told): string | undefined {
  if (rights.acts.invites.get(key)?.some((invite) => set.has(invite.at)))
    return 'that invite exists already';
  if (act.act === 'invite' && act.door === 'open' && isClosed({ rights, set }))
    return 'an open door would show a closed history';
  const account = rights.listing(author, set)?.subjectAccount ?? '';
  let live = 0;
  for (const invite of rights.acts.invitesOf.get(account) ?? [])
    if (set.has(invite.at) && rights.liveInvite(invite.key ?? '', set)) live++;
  return live >= INVITES ? `its author has ${INVITES} invites` : undefined;
}

function refuseAdmission(place: Place, { act, key = '', subject }: Told): string | undefined {
  const { rights, set } = place;
  if (!rights.liveInvite(key, set)) return 'it cites no such invite';
  // A further device of an account is vouched for by one that is listed.
  if (act.act !== 'admit' || act.account !== subject)
    return 'a device is admitted under its own account';
  if (isListed(place, subject)) return 'that device is listed already';
  return full(place);
}

function refuseDevice(place: Place, { act, author, subject }: Told): string | undefined {
  const { rights, set } = place;
  const account = rights.listing(author, set)?.subjectAccount;
  if (act.act !== 'device' || act.account !== account)
    return 'a device is vouched for by its own account';
  if (isListed(place, subject)) return 'that device is listed already';
  return devicesOf(place, account) >= DEVICES ? `its account has ${DEVICES} devices` : full(place);
}

function refuseRemoval(place: Place, { accounts, devices }: Told): string | undefined {
  const somebody =
    accounts.some((account) => hasAccount(place, account)) ||
    devices.some((device) => isListed(place, device));
  return somebody ? undefined : 'it removes nobody';
}

function refuseEpoch(place: Place, act: Extract<Act, { act: 'epoch' }>): string | undefined {
  const { rights, set } = place;
  let highest = 0;
  for (const epoch of rights.acts.epochs)
    if (epoch.act.act === 'epoch' && set.has(epoch.at))
      highest = Math.max(highest, epoch.act.number);
  if (act.number !== highest + 1) return `its number is not ${highest + 1}`;
  const listed = new Set(act.list.map((device) => peerIdFromPublicKey(device)));
  const members = listedDevices(place).members;
  return listed.size === members.size && [...members.keys()].every((device) => listed.has(device))
    ? undefined
    : 'its list is not that of the state it cites';
}

function keepsSomething({ set, rights }: Place, act: Extract<Act, { act: 'keep' }>): boolean {
  return act.tips.every(([device]) => {
    const peer = peerIdFromPublicKey(device);
    return rights.acts.admissions
      .get(peer)
      ?.some(
        (admission) =>
          set.has(admission.at) &&
          [...rights.acts.removalsReaching(peer, admission.subjectAccount)].some((r) =>
            set.has(r.at),
          ),
      );
  });
}

/** Whether newcomers are kept from what was said before: of two settings side by side the closed one counts. */
export function isClosed({ rights, set }: Stated): boolean {
  const counting = rights.acts.histories.filter((h) => set.has(h.at) && rights.counts(h));
  const isOpening = ({ act }: HeldAct) => act.act === 'history' && act.is === 'open';
  return counting.some(
    (closing) =>
      !isOpening(closing) && !counting.some((h) => isOpening(h) && h.past.has(closing.at)),
  );
}

function full(place: Place): string | undefined {
  if (place.rights.acts.admitted < SPACE_DEVICES) return undefined;
  return listedDevices(place).members.size >= SPACE_DEVICES
    ? `its space has ${SPACE_DEVICES} devices`
    : undefined;
}

function isListed({ rights, set }: Place, device: PeerId | undefined): boolean {
  return device !== undefined && rights.listing(device, set) !== undefined;
}

function accountOf(place: Stated, device: PeerId): string | undefined {
  return place.rights.listing(device, place.set)?.subjectAccount;
}

function areOne(place: Stated, one: PeerId, other: PeerId): boolean {
  const account = accountOf(place, one);
  return account !== undefined && account === accountOf(place, other);
}

function devicesOf({ rights, set }: Place, account: string): number {
  const subjects = new Set<PeerId>();
  for (const { subject } of rights.acts.admissionsTo.get(account) ?? [])
    if (subject && rights.listing(subject, set)?.subjectAccount === account) subjects.add(subject);
  return subjects.size;
}

function hasAccount(place: Place, account: string): boolean {
  return devicesOf(place, account) > 0;
}

function hasMoreAccounts({ rights, set }: Stated, than: number): boolean {
  if (rights.acts.admitted <= than) return false;
  const accounts = new Set<string>();
  for (const device of rights.acts.admissions.keys()) {
    const account = rights.listing(device, set)?.subjectAccount;
    if (account !== undefined) accounts.add(account);
    if (accounts.size > than) return true;
  }
  return false;
}
