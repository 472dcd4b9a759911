/** Epochs: which one may be written under, whether one is needed, and who starts it or seals it to whom. */
import { sha256, toBase64url, toHex, utf8 } from '@snug/shared/crypto/bytes.ts';
import { peerIdFromPublicKey } from '@snug/shared/crypto/did-key.ts';
import type { Act } from '@snug/shared/entries/acts.ts';
import { type EpochId, EpochId as EpochIdSchema, type PeerId } from '@snug/shared/protocol/ids.ts';
import * as v from 'valibot';
import type { HeldAct } from './held-acts.ts';
import { isClosed } from './letting-in.ts';
import { listedDevices, type Stated } from './listed-devices.ts';
import type { Device, Epoch, Membership } from './membership.ts';

/** The epoch that an act starts. */
export function epochOf({ id }: Extract<Act, { act: 'epoch' }>): EpochId {
  return v.parse(EpochIdSchema, toBase64url(id));
}

/** All epochs of a place, the highest number first, of one number the lowest id. */
export function epochsAt(place: Stated): readonly Epoch[] {
  const { members } = listedDevices(place);
  const required = requiredOf(place);
  const closed = isClosed(place);
  const isListed = (device: PeerId) => members.has(device);
  return sortEpochs(
    place.rights.acts.epochs.flatMap(
      (held) => epochAt(place, held, isListed, closed, required) ?? [],
    ),
  );
}

/** The epoch that an act starts, as it stands in a place; `undefined` where it is not there. */
export function epochAt(
  place: Stated,
  held: HeldAct,
  isListed: (device: PeerId) => boolean,
  closed: boolean,
  required: readonly HeldAct[] = requiredOf(place),
): Epoch | undefined {
  const { rights, set } = place;
  const { act } = held;
  if (act.act !== 'epoch' || !set.has(held.at)) return undefined;
  const list = new Set(act.list.map((device) => peerIdFromPublicKey(device)));
  const eligible =
    rights.counts(held) &&
    [...list].every(isListed) &&
    required.every((act) => rights.cites(held.past, act));
  const meant = closed ? meantFor(place, held) : undefined;
  const { number, seals } = act;
  return { id: epochOf(act), number, by: held.author, seals, list, meant, eligible };
}

export function sortEpochs(epochs: readonly Epoch[]): readonly Epoch[] {
  return epochs.toSorted((a, b) => b.number - a.number || (a.id < b.id ? -1 : 1));
}

function meantFor(place: Stated, epoch: HeldAct): ReadonlySet<PeerId> {
  const { members } = listedDevices(place);
  const before = [...members].filter(([, admission]) => !admission.past.has(epoch.at));
  return new Set(before.map(([peer]) => peer));
}

/** What an epoch has to cite: every removal in effect, and every open door that was shut. */
function requiredOf({ rights, set }: Stated): readonly HeldAct[] {
  const shut = [...rights.acts.revocations.entries()].flatMap(([key, revocations]) => {
    const doors = rights.acts.invites.get(key) ?? [];
    const open = doors.some(({ act }) => act.act === 'invite' && act.door === 'open');
    return open ? revocations : [];
  });
  return [...rights.acts.removals, ...shut].filter((act) => set.has(act.at) && rights.counts(act));
}

/** Why a new epoch is to be started, if one is. */
export type EpochNeed =
  /** There has been none. */
  | 'first'
  /** Somebody or something was removed, or an open door shut, that no epoch cites yet. */
  | 'removal'
  /** History is closed, and somebody has come since the current one. */
  | 'admission';

/**
 * Whether the acts ask for a new epoch. What asks beside them is for the caller to see: an admin's wish, and a listed device that
 * cannot open the current one and finds nobody who hands it the secrets.
 */
export function epochNeed(state: Membership): EpochNeed | undefined {
  const { currentEpoch, epochs, closedHistory, devices } = state;
  if (!currentEpoch) return epochs.length === 0 ? 'first' : 'removal';
  if (!closedHistory) return undefined;
  const isOld = [...devices.keys()].every((peer) => currentEpoch.list.has(peer));
  return isOld ? undefined : 'admission';
}

/**
 * Whose turn it is to start the next epoch: 0 at once, who comes after waits for those before. Another order with each
 * number, so that nobody who is away holds it up for ever. `undefined` for a device that is not listed.
 */
export function rankToStart(state: Membership, peer: PeerId): number | undefined {
  if (!state.devices.has(peer)) return undefined;
  const number = nextNumber(state);
  const turn = (device: PeerId) => toHex(sha256(utf8(`${number} ${device}`)));
  const own = turn(peer);
  let before = 0;
  for (const device of state.devices.keys()) if (turn(device) < own) before++;
  return before;
}

/** The number of an epoch that is started on this state. */
export function nextNumber({ epochs }: Membership): number {
  return 1 + (epochs[0]?.number ?? 0);
}

/**
 * Whether a holder may seal an epoch's secrets to a device: one that is listed, and where history is closed one that did not
 * come after the epoch.
 */
export function mayBeGiven(state: Membership, epoch: Epoch, peer: PeerId): Device | undefined {
  const device = state.devices.get(peer);
  return device && (epoch.meant === undefined || epoch.meant.has(peer)) ? device : undefined;
}
