/**
 * What members write to change who belongs to a space and what they may do. All of it within `Space.exclusively`; who may,
 * their caller asks `membership.ts`, for what is not let in elsewhere is in vain. Each rejects with `StoreError`.
 */
import { compareBytes, fromHex, randomBytes } from '@snug/shared/crypto/bytes.ts';
import { publicKeyFromPeerId } from '@snug/shared/crypto/did-key.ts';
import {
  type Act,
  encodeAct,
  invitePublicKey,
  MAX_TIPS,
  MAX_TIPS_OF_DEVICE,
  type Tips,
} from '@snug/shared/entries/acts.ts';
import { SORT } from '@snug/shared/entries/entry.ts';
import type { PeerId } from '@snug/shared/protocol/ids.ts';
import { ENTRY_LIMITS } from '@snug/shared/protocol/limits.ts';
import type { LoggedEntry } from './document-log.ts';
import type { Role } from './membership/membership.ts';
import type { Space } from './space.ts';

type ActOf<K extends Act['act']> = Extract<Act, { act: K }>;

function write(space: Space, act: Act): Promise<LoggedEntry> {
  return space.writeClear(space.spaceLog, SORT.act, encodeAct(act));
}

/** Whom to take off the list: whole accounts, single devices, keepers. At most 64 of each. */
export interface Removed {
  readonly accounts?: readonly string[];
  readonly devices?: readonly PeerId[];
}

/** Removes, and keeps in view what this device holds of theirs by now. */
export async function remove(
  space: Space,
  { accounts = [], devices = [] }: Removed,
): Promise<LoggedEntry> {
  const theirs = [...devices, ...accounts.flatMap((account) => devicesOf(space, account))];
  return write(space, {
    act: 'remove',
    ...(accounts.length > 0 ? { accounts: accounts.toSorted() } : {}),
    ...(devices.length > 0 ? { devices: inOrder(devices.map(publicKeyFromPeerId)) } : {}),
    ...tipsField(space, theirs),
  });
}

/** This device's account goes, with all its devices. */
export async function leave(space: Space, me: PeerId): Promise<LoggedEntry> {
  const account = space.membership.devices.get(me)?.account;
  const devices = account === undefined ? [] : devicesOf(space, account);
  return write(space, { act: 'leave', ...tipsField(space, devices) });
}

/** Gives or takes a role. What was written in one that is taken stays what it was, as far as this device holds it. */
export async function setRole(space: Space, account: string, role: Role): Promise<LoggedEntry> {
  return write(space, {
    act: 'role',
    account,
    role,
    ...tipsField(space, devicesOf(space, account)),
  });
}

/** What this device holds of a removed one stays in view, all of it. `undefined` where there is nothing. */
export async function keep(space: Space, device: PeerId): Promise<LoggedEntry | undefined> {
  const tips = tipsHeld(space, [device]);
  return tips && write(space, { act: 'keep', tips });
}

/** Makes an invite. @returns its secret, an Ed25519 seed of 32 bytes */
export async function writeInvite(
  space: Space,
  invite: Omit<ActOf<'invite'>, 'act' | 'key'>,
): Promise<Uint8Array> {
  const secret = randomBytes(32);
  await write(space, { act: 'invite', key: invitePublicKey(secret), ...invite });
  return secret;
}

/** @param key public half of an invite */
export async function revoke(space: Space, key: Uint8Array): Promise<LoggedEntry> {
  return write(space, { act: 'revoke', invite: key });
}

/** Makes good the admission of somebody provisional. `undefined` for anybody else. */
export async function countersign(space: Space, peer: PeerId): Promise<LoggedEntry | undefined> {
  const admission = space.membership.provisional.get(peer)?.admission;
  return admission && write(space, { act: 'countersign', admission: fromHex(admission) });
}

/** Vouches for a further device of one's own account. @param consent what `deviceConsent` made there */
export async function addDevice(
  space: Space,
  consent: Omit<ActOf<'device'>, 'act'>,
): Promise<LoggedEntry> {
  return write(space, { act: 'device', ...consent });
}

/** Lists a keeper. @param keeper what `keeperConsent` made there, a quota in bytes, and when it ends, ms since 1970 */
export async function addKeeper(
  space: Space,
  keeper: Omit<ActOf<'keeper'>, 'act'>,
): Promise<LoggedEntry> {
  return write(space, { act: 'keeper', ...keeper });
}

export async function setHistory(space: Space, is: 'open' | 'closed'): Promise<LoggedEntry> {
  return write(space, { act: 'history', is });
}

/** Gathers what lies side by side until one act can cite all of it. */
export async function gather(space: Space): Promise<void> {
  while (space.spaceLog.heads.length > ENTRY_LIMITS.deps) await write(space, { act: 'merge' });
}

function devicesOf(space: Space, account: string): readonly PeerId[] {
  return [...space.membership.devices.values()]
    .filter((device) => device.account === account)
    .map(({ peer }) => peer);
}

function tipsField(space: Space, devices: readonly PeerId[]): { readonly tips?: Tips } {
  const tips = tipsHeld(space, devices);
  return tips ? { tips } : {};
}

/** The tips that are held of these, in all channels and among the settings. Past the bound the later named are left out. */
export function tipsHeld(space: Space, devices: readonly PeerId[]): Tips | undefined {
  const chains = [
    space.settings,
    ...[...space.membership.channels].map((channel) => space.channel(channel)),
  ];
  const most = Math.min(MAX_TIPS_OF_DEVICE, Math.floor(MAX_TIPS / Math.max(1, devices.length)));
  const tips = [...new Set(devices)].flatMap((device): Tips => {
    const theirs = chains.flatMap((chain) => [...chain.next(device).prev]).slice(0, most);
    return theirs.length > 0 ? [[publicKeyFromPeerId(device), inOrder(theirs)]] : [];
  });
  return tips.length > 0 ? tips.sort(([a], [b]) => compareBytes(a, b)) : undefined;
}

function inOrder(keys: readonly Uint8Array[]): Uint8Array[] {
  return [...keys].sort(compareBytes);
}
