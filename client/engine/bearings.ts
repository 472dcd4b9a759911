/** What a leading tab's engine knows of links and holders, for the tabs of its browser that follow it and show the same. */
import type { ChannelId, EntryId, PeerId, SpaceId } from '@snug/shared/protocol/ids.ts';
import type { Path } from '../mesh/links-port.ts';
import { encodeAddress } from '../space/address.ts';
import type { Space } from '../space/space.ts';
import type { FileWorkView } from './archive-view.ts';
import type { LinkingView, OwnDeviceView } from './device-view.ts';
import type { Neighbourhood } from './neighbourhood.ts';
import type { Shelf } from './shelf.ts';
import type { CardView, KnockView, StorageState } from './view.ts';

/** Own messages of a channel whose holders are told. */
const TOLD_HOLDERS = 100;

export interface Bearings {
  readonly paths: readonly (readonly [PeerId, Path])[];
  /** Peers and the neighbour through whom something of theirs came last. */
  readonly through: readonly (readonly [PeerId, PeerId])[];
  /** Of each space, who is heard of along its tree, and who is typing where. */
  readonly present: readonly (readonly [SpaceId, readonly PeerId[]])[];
  readonly typing: readonly (readonly [ChannelId, readonly PeerId[]])[];
  /** Own messages and who holds them, as far as known. */
  readonly holders: readonly (readonly [string, readonly PeerId[]])[];
  /** Addresses of all documents held. */
  readonly documents: readonly Uint8Array[];
  readonly storage: StorageState;
  /** Exports and imports under way. */
  readonly fileWork: readonly FileWorkView[];
  readonly card: CardView | undefined;
  readonly knocks: readonly KnockView[];
  /** This person's devices, if there are several, and what is under way with one of them. */
  readonly devices?: readonly OwnDeviceView[];
  readonly linking?: LinkingView;
}

/** All but what concerns this device alone. */
export function bearingsOf(
  shelf: Shelf,
  neighbourhood: Neighbourhood,
  me: PeerId,
  now: number,
): Omit<Bearings, 'storage' | 'fileWork' | 'card' | 'knocks' | 'devices' | 'linking'> {
  const spaces = [...shelf];
  const own = spaces.flatMap((space) => recentOwn(space, me, now));
  return {
    paths: [...neighbourhood.linked].map((peer) => [peer, neighbourhood.pathTo(peer) ?? 'relayed']),
    through: spaces.flatMap((space) => throughOthers(space, neighbourhood)),
    present: spaces.map((space) => [space.record.id, neighbourhood.present.present(space)]),
    typing: spaces.flatMap((space) => typingIn(space, neighbourhood)),
    holders: own.map((id) => [id, [...neighbourhood.holders(id)]]),
    documents: spaces.flatMap((space) =>
      [...space.logs].filter((log) => log.count > 0).map((log) => encodeAddress(log.address)),
    ),
  };
}

function typingIn(space: Space, { present }: Neighbourhood): Bearings['typing'] {
  return [...space.membership.channels].flatMap((channel) => {
    const peers = present.typingIn(space, channel);
    return peers.length > 0 ? [[channel, peers] as const] : [];
  });
}

function throughOthers(space: Space, neighbourhood: Neighbourhood): Bearings['through'] {
  return [...space.membership.devices.keys()].flatMap((peer) => {
    const via = neighbourhood.through(space, peer);
    return via === undefined ? [] : [[peer, via] as const];
  });
}

function recentOwn(space: Space, me: PeerId, now: number): readonly EntryId[] {
  return [...space.membership.channels].flatMap((channel) =>
    space
      .channel(channel)
      .placed(now)
      .filter((entry) => entry.author === me)
      .slice(-TOLD_HOLDERS)
      .map((entry) => entry.id),
  );
}
