/**
 * Who belongs to a space and what they may do, as all acts together come to: plain data, and what is read off it. How
 * it follows from the acts is in `fold.ts`; what may be let in, in `letting-in.ts`.
 */
import type { ChangeHash, ChannelId, EpochId, PeerId } from '@snug/shared/protocol/ids.ts';

export type Role = 'admin' | 'gardener' | 'member';

/** Up to this many accounts everybody may invite; beyond, admins. */
export const EVERYBODY_INVITES = 20;
/** Most devices of an account, and most live invites it may have made. */
export const DEVICES = 16;
export const INVITES = 64;
/** Most devices of a space: an epoch has to name all of them. */
export const SPACE_DEVICES = 1024;

export interface Device {
  readonly peer: PeerId;
  readonly account: string;
  /** X25519, 32 bytes: secrets are sealed to it. */
  readonly sealing: Uint8Array;
}

/** A device that holds what it cannot read. */
export interface Keeper {
  readonly peer: PeerId;
  /** X25519, 32 bytes: the rendezvous secrets are sealed to it. */
  readonly sealing: Uint8Array;
  /** Most bytes that it is to hold of this space. */
  readonly quota: number;
  /** ms since 1970. */
  readonly expires: number | undefined;
}

export interface Invite {
  readonly by: PeerId;
  /** ms since 1970; judged by the clock of whoever admits, never here. */
  readonly expires: number | undefined;
  readonly uses: 'reusable' | 'single';
  /** A keeper alone may let somebody in by it, provisionally. */
  readonly openDoor: boolean;
}

export interface Epoch {
  readonly id: EpochId;
  readonly number: number;
  readonly by: PeerId;
  /** What `sealsHash` makes of its author's seals. */
  readonly seals: Uint8Array;
  readonly list: ReadonlySet<PeerId>;
  /** Where history is closed: the listed devices that did not come after it. Absent: every listed device may be given it. */
  readonly meant: ReadonlySet<PeerId> | undefined;
  /** Cites every removal in effect and lists nobody who is not listed: one may write under it. */
  readonly eligible: boolean;
}

/** Somebody whose admission is open to doubt: on no epoch's list, writing nothing that counts. */
export interface Provisional {
  readonly peer: PeerId;
  readonly account: string;
  /** The entry that admitted them, which a member who cites it and what puts it in doubt may countersign. */
  readonly admission: ChangeHash;
}

/** What a device wrote up to these tips counts as written in this role. */
export interface Cut {
  readonly role: Role;
  /** Hex of the first 16 bytes of entry ids. */
  readonly tips: ReadonlySet<string>;
  /** Of a removal, or of a role that was taken. */
  readonly of: 'removal' | 'role';
}

/** How a device that was ever listed stands. */
export interface Standing {
  readonly account: string;
  /** What it is now; absent: it is not listed. */
  readonly role: Role | undefined;
  readonly cuts: readonly Cut[];
  /** Why it is not listed. `annulled`: whoever admitted it had no right to. */
  readonly why: 'removed' | 'left' | 'annulled' | 'provisional' | undefined;
  /** Accounts that removed it. */
  readonly removedBy: readonly string[];
}

export interface Membership {
  /** Account → role, in the order in which they came. */
  readonly accounts: ReadonlyMap<string, Role>;
  readonly devices: ReadonlyMap<PeerId, Device>;
  readonly keepers: ReadonlyMap<PeerId, Keeper>;
  /** Every device that any admission names, listed or not. */
  readonly everListed: ReadonlyMap<PeerId, Standing>;
  readonly provisional: ReadonlyMap<PeerId, Provisional>;
  /** Invite key, base64url → invite. Only those that are live. */
  readonly invites: ReadonlyMap<string, Invite>;
  /** The highest number first, of one number the lowest id. */
  readonly epochs: readonly Epoch[];
  /** The eligible one with the highest number, then the lowest id. */
  readonly currentEpoch: Epoch | undefined;
  readonly channels: ReadonlySet<ChannelId>;
  /** Whether newcomers are kept from what was said before they came. */
  readonly closedHistory: boolean;
  /** Acts that count for nothing, because their author was removed beside them or rested on one that was. */
  readonly annulled: ReadonlySet<ChangeHash>;
}

const RANK = { member: 1, gardener: 2, admin: 3 } as const;

export function rankOf(role: Role): number {
  return RANK[role];
}

export function roleOf(state: Membership, peer: PeerId): Role | undefined {
  const device = state.devices.get(peer);
  return device && state.accounts.get(device.account);
}

export function mayInvite(state: Membership, peer: PeerId): boolean {
  const role = roleOf(state, peer);
  return role === 'admin' || (role !== undefined && state.accounts.size <= EVERYBODY_INVITES);
}

/** A space without an admin goes on as it is: nobody inherits. It can be carried on in a new one. */
export function hasAdmin(state: Membership): boolean {
  return [...state.accounts.values()].includes('admin');
}

/** Whether a peer may be given what is sealed: members and keepers. */
export function isServed(state: Membership, peer: PeerId): boolean {
  return state.devices.has(peer) || state.keepers.has(peer);
}

/**
 * In which role an entry counts, or `undefined` if it does not: as what its author is now, or was up to a cut.
 * @param within whether the entry is one of these tips, or one of its author's own that such a tip builds on
 */
export function roleOfEntry(
  state: Membership,
  author: PeerId,
  within: (tips: ReadonlySet<string>) => boolean,
): Role | undefined {
  const standing = state.everListed.get(author);
  if (!standing) return undefined;
  const { role, cuts } = standing;
  if (cuts.length === 0) return role;
  const containing = cuts.filter(({ tips }) => within(tips));
  if (role === undefined && !containing.some((cut) => cut.of === 'removal')) return undefined;
  let best: Role = role ?? 'member';
  for (const cut of containing) if (rankOf(cut.role) > rankOf(best)) best = cut.role;
  return best;
}
