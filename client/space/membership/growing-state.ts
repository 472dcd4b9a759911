/**
 * The state of all acts as they come. Most acts change one thing, and were made beside nothing that they speak against or
 * that speaks against them: then that one thing is changed. Everything else is put together anew.
 */
import type { ChannelId, PeerId } from '@snug/shared/protocol/ids.ts';
import type { Place } from './act-history.ts';
import { epochAt, sortEpochs } from './epochs.ts';
import { areConcurrent, compareActs, type HeldAct, voids } from './held-acts.ts';
import { DEVICES, type Membership } from './membership.ts';
import { keptTips, ROLES, standingOf } from './standing.ts';
import { channelOf, type Draft, deviceOf, inviteOf, stateAt } from './state.ts';

export class GrowingState {
  #place: Place | undefined;
  #state: Draft | undefined;
  /** How many acts are in it. */
  #count = 0;
  /** The last in the order of the fold that listed a device, and all that opened a channel. */
  #lastListed: HeldAct | undefined;
  #opened: HeldAct[] = [];

  /** @param place one that holds all acts of the last that was asked for, and those added since */
  at(place: Place): Membership {
    if (this.#state && this.#place === place) return this.#state;
    const { all } = place.rights.acts;
    const grown = this.#state && this.#place && this.#grow(this.#state, this.#place, place);
    this.#state = grown ?? stateAt(place);
    if (!grown) this.#look(place);
    this.#place = place;
    this.#count = all.length;
    return this.#state;
  }

  #look({ rights }: Place): void {
    const { acts } = rights;
    this.#opened = [...acts.channels].sort(compareActs);
    this.#lastListed = lastOf(acts.all.filter(({ subject }) => subject !== undefined));
  }

  /** `undefined` where all has to be looked at again; the state may have been added to then. */
  #grow(state: Draft, before: Place, place: Place): Draft | undefined {
    const fresh = place.rights.acts.all.slice(this.#count);
    const { speaking } = place;
    if (place.fallen !== before.fallen && (place.fallen.size > 0 || before.fallen.size > 0))
      return undefined;
    const draft = { ...state };
    for (const held of fresh) {
      if (speaking.has(held)) return undefined;
      for (const against of place.rights.acts.against(held))
        if (areConcurrent(against, held)) return undefined;
      if (!this.#add(draft, place, held)) return undefined;
    }
    draft.currentEpoch = draft.epochs.find((epoch) => epoch.eligible);
    return draft;
  }

  #add(draft: Changing, place: Place, held: HeldAct): boolean {
    const { act, key } = held;
    switch (act.act) {
      case 'merge':
        return true;
      case 'channel':
        this.#open(draft, held, channelOf(act));
        return true;
      case 'invite':
        return key !== undefined && renewInvite(draft, place, key);
      case 'revoke':
        if (act.act === 'revoke' && isDoor(place, key)) noneEligible(draft);
        return key !== undefined && renewInvite(draft, place, key);
      case 'admit':
      case 'device':
        return this.#list(draft, place, held);
      case 'remove':
      case 'leave':
        return unlist(draft, place, held);
      case 'role':
        return setRole(draft, place, held, act.account);
      case 'epoch': {
        const epoch = epochAt(place, held, (peer) => draft.devices.has(peer), draft.closedHistory);
        if (!epoch) return false;
        draft.epochs = sortEpochs([...draft.epochs, epoch]);
        return true;
      }
      default:
        return false;
    }
  }

  /** Most channels come last; one that was opened beside others has its place among them. */
  #open(draft: Changing, held: HeldAct, channel: ChannelId): void {
    let at = this.#opened.length;
    for (let before = this.#opened[at - 1]; before && compareActs(held, before) < 0; )
      before = this.#opened[--at - 1];
    this.#opened.splice(at, 0, held);
    const after = [...draft.channels].slice(at);
    for (const one of after) draft.channels.delete(one);
    for (const one of [channel, ...after]) draft.channels.add(one);
  }

  /** A device that was never heard of, which comes last of all. */
  #list(draft: Changing, place: Place, held: HeldAct): boolean {
    const { subject, subjectAccount, key } = held;
    if (subject === undefined || subjectAccount === undefined || draft.closedHistory) return false;
    if (this.#lastListed && compareActs(held, this.#lastListed) < 0) return false;
    const { rights, set } = place;
    if ((rights.acts.admissions.get(subject)?.length ?? 0) > 1) return false;
    if ((rights.acts.admissionsTo.get(subjectAccount)?.length ?? 0) > DEVICES) return false;
    if (rights.listing(subject, set) !== held) return false;
    this.#lastListed = held;
    draft.devices.set(subject, deviceOf(subject, held));
    if (!draft.accounts.has(subjectAccount))
      draft.accounts.set(subjectAccount, ROLES[rights.rankOf(subjectAccount, set)] ?? 'member');
    restand(draft, place, subject);
    return key === undefined || renewInvite(draft, place, key);
  }
}

type Changing = { -readonly [K in keyof Draft]: Draft[K] };

function renewInvite(draft: Changing, place: Place, key: string): boolean {
  const invite = inviteOf(place, key);
  if (invite) draft.invites.set(key, invite);
  else draft.invites.delete(key);
  return true;
}

function isDoor({ rights }: Place, key: string | undefined): boolean {
  const made = (key !== undefined && rights.acts.invites.get(key)) || [];
  return made.some(({ act }) => act.act === 'invite' && act.door === 'open');
}

/** What has just come is cited by no epoch that was there before. */
function noneEligible(draft: Changing): void {
  draft.epochs = draft.epochs.map((epoch) =>
    epoch.eligible ? { ...epoch, eligible: false } : epoch,
  );
}

function unlist(draft: Changing, place: Place, held: HeldAct): boolean {
  // For whom an epoch is meant changes, too.
  if (draft.closedHistory) return false;
  const { acts } = place.rights;
  const reached = new Set<PeerId>(held.devices);
  for (const account of held.accounts)
    for (const { subject } of acts.admissionsTo.get(account) ?? [])
      if (subject !== undefined) reached.add(subject);
  for (const peer of reached) {
    draft.devices.delete(peer);
    draft.keepers.delete(peer);
    restand(draft, place, peer);
  }
  const left = new Set([...draft.devices.values()].map(({ account }) => account));
  for (const account of draft.accounts.keys())
    if (!left.has(account)) draft.accounts.delete(account);
  for (const key of draft.invites.keys())
    if (acts.invites.get(key)?.some((invite) => voids(acts, held, invite)))
      renewInvite(draft, place, key);
  noneEligible(draft);
  return true;
}

function setRole(draft: Changing, place: Place, held: HeldAct, account: string): boolean {
  const { rights, set } = place;
  if (draft.accounts.has(account))
    draft.accounts.set(account, ROLES[rights.rankOf(account, set)] ?? 'member');
  for (const { subject } of rights.acts.admissionsTo.get(account) ?? [])
    if (subject !== undefined) restand(draft, place, subject);
  return held.account !== undefined;
}

function restand(draft: Changing, place: Place, peer: PeerId): void {
  const listing = draft.devices.has(peer) ? place.rights.listing(peer, place.set) : undefined;
  const standing = standingOf(place, peer, listing, keptTips(place));
  if (standing) draft.everListed.set(peer, standing);
  else draft.everListed.delete(peer);
}

function lastOf(acts: readonly HeldAct[]): HeldAct | undefined {
  let last: HeldAct | undefined;
  for (const act of acts) if (!last || compareActs(act, last) > 0) last = act;
  return last;
}
