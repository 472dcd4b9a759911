/** The state that a place among the acts comes to, put together whole. */
import { toBase64url } from '@snug/shared/crypto/bytes.ts';
import type { Act } from '@snug/shared/entries/acts.ts';
import {
  type ChannelId,
  ChannelId as ChannelIdSchema,
  type PeerId,
} from '@snug/shared/protocol/ids.ts';
import * as v from 'valibot';
import type { Place } from './act-history.ts';
import { epochsAt } from './epochs.ts';
import { compareActs, type HeldAct } from './held-acts.ts';
import { isClosed } from './letting-in.ts';
import { listedDevices } from './listed-devices.ts';
import type {
  Device,
  Epoch,
  Invite,
  Keeper,
  Membership,
  Provisional,
  Role,
  Standing,
} from './membership.ts';
import { keptTips, ROLES, standingOf } from './standing.ts';

/** A state whose maps may still be added to. */
export interface Draft extends Membership {
  readonly accounts: Map<string, Role>;
  readonly devices: Map<PeerId, Device>;
  readonly keepers: Map<PeerId, Keeper>;
  readonly everListed: Map<PeerId, Standing>;
  readonly provisional: Map<PeerId, Provisional>;
  readonly invites: Map<string, Invite>;
  readonly channels: Set<ChannelId>;
  readonly epochs: readonly Epoch[];
}

/** The channel that an act opens. */
export function channelOf({ channel }: Extract<Act, { act: 'channel' }>): ChannelId {
  return v.parse(ChannelIdSchema, toBase64url(channel));
}

export function stateAt(place: Place): Draft {
  const { rights, set, fallen } = place;
  const { members, keepers } = listedDevices(place);
  const accounts = new Map<string, Role>();
  const devices = new Map<PeerId, Device>();
  for (const [peer, admission] of members) {
    const device = deviceOf(peer, admission);
    devices.set(peer, device);
    if (!accounts.has(device.account))
      accounts.set(device.account, ROLES[rights.rankOf(device.account, set)] ?? 'member');
  }
  const everListed = new Map<PeerId, Standing>();
  const provisional = new Map<PeerId, Provisional>();
  const kept = keptTips(place);
  for (const peer of rights.acts.admissions.keys()) {
    const standing = standingOf(place, peer, members.get(peer), kept);
    if (!standing) continue;
    everListed.set(peer, standing);
    if (standing.why === 'provisional') provisional.set(peer, provisionalOf(place, peer, standing));
  }
  const invites = new Map<string, Invite>();
  for (const key of rights.acts.invites.keys()) {
    const invite = inviteOf(place, key);
    if (invite) invites.set(key, invite);
  }
  const epochs = epochsAt(place);
  return {
    accounts,
    devices,
    keepers: new Map([...keepers].flatMap(([peer, held]) => keeperOf(peer, held))),
    everListed,
    provisional,
    invites,
    epochs,
    currentEpoch: epochs.find((epoch) => epoch.eligible),
    // Never undone: what others said in it would go with it, and an opaque id takes nothing from anybody.
    channels: new Set(
      rights.acts.channels
        .filter((held) => set.has(held.at))
        .sort(compareActs)
        .flatMap(({ act }) => (act.act === 'channel' ? [channelOf(act)] : [])),
    ),
    closedHistory: isClosed(place),
    annulled: new Set([...fallen].flatMap((at) => rights.acts.all[at]?.entry.hash ?? [])),
  };
}

export function deviceOf(peer: PeerId, { act, subjectAccount = '' }: HeldAct): Device {
  const sealing = 'sealing' in act ? act.sealing : new Uint8Array(32);
  return { peer, account: subjectAccount, sealing };
}

function keeperOf(peer: PeerId, { act }: HeldAct): [PeerId, Keeper][] {
  if (act.act !== 'keeper') return [];
  const { sealing, quota, expires } = act;
  return [[peer, { peer, sealing, quota, expires }]];
}

function provisionalOf({ rights, set }: Place, peer: PeerId, { account }: Standing): Provisional {
  const [admission] = (rights.acts.admissions.get(peer) ?? [])
    .filter((held) => set.has(held.at) && rights.counts(held) && rights.isProvisional(held))
    .sort(compareActs);
  if (!admission) throw new Error('No admission is provisional.');
  return { peer, account, admission: admission.entry.hash };
}

/** The invite of a key, if it is live. */
export function inviteOf({ rights, set }: Place, key: string): Invite | undefined {
  const live = rights.liveInvite(key, set);
  if (live?.act.act !== 'invite') return undefined;
  return {
    by: live.author,
    expires: live.act.expires,
    uses: live.act.uses,
    openDoor: live.act.door === 'open',
  };
}
