/**
 * Who belongs to a space and what they may do: a pure function of the acts in its space document. An act counts if
 * its author had the right to it in the state of what it cites, that is, of its ancestors; so everybody who holds
 * the same acts holds the same state, in whatever order they came.
 */

import { toBase64url } from '@snug/shared/crypto/bytes.ts';
import { peerIdFromPublicKey } from '@snug/shared/crypto/did-key.ts';
import type { Act, UnknownAct } from '@snug/shared/entries/acts.ts';
import type { ChangeHash, ChannelId, EpochId, PeerId } from '@snug/shared/protocol/ids.ts';
import {
  ChannelId as ChannelIdSchema,
  EpochId as EpochIdSchema,
} from '@snug/shared/protocol/ids.ts';
import * as v from 'valibot';
import { CitedActs } from './cited-acts.ts';
import { compareIds, type DocumentLog, type LoggedEntry } from './document-log.ts';

export type Role = 'admin' | 'member';

/** Up to this many accounts everybody may invite; beyond, admins. */
export const EVERYBODY_INVITES = 20;
/** Most devices of an account, and most live invites it may have made. */
export const DEVICES = 16;
export const INVITES = 64;

export interface Device {
  readonly peer: PeerId;
  readonly account: string;
  /** X25519, 32 bytes: secrets are sealed to it. */
  readonly sealing: Uint8Array;
}

export interface Invite {
  readonly by: PeerId;
  /** ms since 1970; judged by the clock of whoever admits, never here. */
  readonly expires: number | undefined;
}

export interface Epoch {
  readonly id: EpochId;
  readonly number: number;
  readonly seals: Uint8Array;
}

export interface Membership {
  /** Account → role, in the order in which they came. */
  readonly accounts: ReadonlyMap<string, Role>;
  readonly devices: ReadonlyMap<PeerId, Device>;
  /** Invite key, base64url → invite. */
  readonly invites: ReadonlyMap<string, Invite>;
  /** The highest number first, of one number the lowest id: the first is the current one. */
  readonly epochs: readonly Epoch[];
  readonly channels: ReadonlySet<ChannelId>;
}

interface Draft {
  accounts: Map<string, Role>;
  devices: Map<PeerId, Device>;
  invites: Map<string, Invite>;
  epochs: Epoch[];
  channels: Set<ChannelId>;
}

const NOBODY = (): Draft => ({
  accounts: new Map(),
  devices: new Map(),
  invites: new Map(),
  epochs: [],
  channels: new Set(),
});

interface Folded {
  readonly state: Draft;
  /** How many of the log's entries are in it, and the last of its acts in the order of the fold. */
  entries: number;
  last: LoggedEntry | undefined;
}

const folded = new WeakMap<DocumentLog, Folded>();

/**
 * The state of all acts held. Acts that come after all others in the order of the fold, as nearly all do, are added to
 * what was folded before; the maps of an earlier answer are then the same maps.
 */
export function membershipOf(log: DocumentLog): Membership {
  const before = folded.get(log);
  const fresh = inOrder(log.entries.slice(before?.entries ?? 0));
  const [first] = fresh;
  const inLine = before && !(first && before.last && compareActs(first, before.last) < 0);
  const known: Folded = inLine ? before : { state: NOBODY(), entries: 0, last: undefined };
  const acts = inLine ? fresh : inOrder(log.entries);
  for (const entry of acts) if (entry.act) apply(known.state, entry.act, entry);
  if (acts.some((entry) => entry.act?.act === 'epoch')) sortEpochs(known.state);
  known.entries = log.count;
  known.last = acts.at(-1) ?? known.last;
  folded.set(log, known);
  return { ...known.state };
}

/** States that were folded for what was cited lately. */
const KEPT = 16;

interface Cited {
  readonly acts: CitedActs;
  /** By the acts nearest to what was judged: what is behind them never changes. */
  readonly states: Map<string, Membership>;
}

const cited = new WeakMap<DocumentLog, Cited>();

/** The state of what an act cites: its ancestors only. */
export function membershipAt(log: DocumentLog, deps: readonly ChangeHash[]): Membership {
  const { acts, states } = cited.get(log) ?? { acts: new CitedActs(log), states: new Map() };
  cited.set(log, { acts, states });
  const nearest = acts.nearest(deps);
  if (nearest && acts.areAll(nearest)) return membershipOf(log);
  const key = (nearest ?? deps).toSorted().join();
  const known = states.get(key);
  if (known) return known;
  const ancestors = log.ancestors(deps);
  const state = fold(log.entries.filter((entry) => ancestors.has(entry.hash)));
  states.set(key, state);
  const [oldest] = states.keys();
  if (states.size > KEPT && oldest !== undefined) states.delete(oldest);
  return state;
}

/**
 * Acts were judged when they were let in, so here each counts. Of two that were made side by side the order of arrival
 * must not show: an act's `startOp` is above that of all it cites, so this order is causal and the same for everybody.
 */
function fold(entries: readonly LoggedEntry[]): Membership {
  const state = NOBODY();
  for (const entry of inOrder(entries)) if (entry.act) apply(state, entry.act, entry);
  sortEpochs(state);
  return state;
}

function compareActs(a: LoggedEntry, b: LoggedEntry): number {
  return a.startOp - b.startOp || compareIds(a, b);
}

function inOrder(entries: readonly LoggedEntry[]): LoggedEntry[] {
  return entries.filter((entry) => entry.act).sort(compareActs);
}

/** Newest first; of two concurrent ones with one number the lower id, so that the order of arrival does not show. */
function sortEpochs(state: Draft): void {
  state.epochs.sort((a, b) => b.number - a.number || (a.id < b.id ? -1 : 1));
}

function apply(state: Draft, act: Act | UnknownAct, entry: LoggedEntry): void {
  switch (act.act) {
    case 'genesis':
      state.accounts.set(act.account, 'admin');
      state.devices.set(entry.author, {
        peer: entry.author,
        account: act.account,
        sealing: act.sealing,
      });
      return;
    case 'invite': {
      // Of several acts for one key, made side by side, the one that holds longest counts: nobody can end another's.
      const key = toBase64url(act.key);
      const before = state.invites.get(key);
      const until = act.expires ?? Number.POSITIVE_INFINITY;
      if (!before || (before.expires ?? Number.POSITIVE_INFINITY) < until)
        state.invites.set(key, { by: entry.author, expires: act.expires });
      return;
    }
    case 'admit': {
      const peer = peerIdFromPublicKey(act.device);
      if (!state.accounts.has(act.account)) state.accounts.set(act.account, 'member');
      const known = state.devices.get(peer);
      // Two members may admit one newcomer at once: the same proof, so the same device.
      if (!known) state.devices.set(peer, { peer, account: act.account, sealing: act.sealing });
      return;
    }
    case 'role':
      state.accounts.set(act.account, act.role);
      return;
    case 'epoch':
      state.epochs.push({
        id: epochOf(act),
        number: act.number,
        seals: act.seals,
      });
      return;
    case 'channel':
      state.channels.add(channelOf(act));
      return;
    case 'unknown':
      return;
  }
}

/** The epoch that an act starts. */
export function epochOf({ id }: Extract<Act, { act: 'epoch' }>): EpochId {
  return v.parse(EpochIdSchema, toBase64url(id));
}

/** The channel that an act opens. */
export function channelOf({ channel }: Extract<Act, { act: 'channel' }>): ChannelId {
  return v.parse(ChannelIdSchema, toBase64url(channel));
}

export function roleOf(state: Membership, peer: PeerId): Role | undefined {
  const device = state.devices.get(peer);
  return device && state.accounts.get(device.account);
}

export function mayInvite(state: Membership, peer: PeerId): boolean {
  const role = roleOf(state, peer);
  return role === 'admin' || (role === 'member' && state.accounts.size <= EVERYBODY_INVITES);
}

/**
 * Why an act may not be let in, or `undefined` if it may. `state` is that of what the act cites. A join's two
 * signatures are checked by the caller, once, because that is asynchronous.
 */
export function refuseAct(
  state: Membership,
  author: PeerId,
  act: Act | UnknownAct,
): string | undefined {
  const role = roleOf(state, author);
  if (!role) return 'its author was no member of what it cites';
  switch (act.act) {
    case 'genesis':
      return 'a space has one genesis';
    case 'invite': {
      if (!mayInvite(state, author)) return 'its author may not invite';
      if (state.invites.has(toBase64url(act.key))) return 'that invite exists already';
      const own = [...state.invites.values()].filter((invite) => invite.by === author);
      return own.length >= INVITES ? `its author has ${INVITES} invites` : undefined;
    }
    case 'admit': {
      if (!state.invites.has(toBase64url(act.invite))) return 'it cites no such invite';
      const devices = [...state.devices.values()].filter((d) => d.account === act.account);
      if (devices.length >= DEVICES) return `its account has ${DEVICES} devices`;
      // An account of several devices is vouched for by that account, which comes with device linking.
      const peer = peerIdFromPublicKey(act.device);
      return act.account === peer ? undefined : 'a device is admitted under its own account';
    }
    case 'role':
      if (role !== 'admin') return 'only an admin gives roles';
      return state.accounts.has(act.account) ? undefined : 'it gives a role to nobody';
    case 'epoch': {
      const highest = state.epochs[0]?.number ?? 0;
      if (act.number !== highest + 1) return `its number is not ${highest + 1}`;
      const listed = new Set(act.list.map((device) => peerIdFromPublicKey(device)));
      const same =
        listed.size === state.devices.size && [...state.devices.keys()].every((d) => listed.has(d));
      return same ? undefined : 'its list is not that of the state it cites';
    }
    case 'channel':
      return undefined;
    case 'unknown':
      return undefined;
  }
}
