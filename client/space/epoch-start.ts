/** How an epoch begins, and how its secrets reach those who came beside it or after. Within `Space.exclusively`. */
import { compareBytes, fromBase64url } from '@snug/shared/crypto/bytes.ts';
import { publicKeyFromPeerId } from '@snug/shared/crypto/did-key.ts';
import {
  encodeAct,
  encodeSeal,
  epochId,
  newEpochSecrets,
  sealEpochTo,
  sealsHash,
} from '@snug/shared/entries/acts.ts';
import { SORT } from '@snug/shared/entries/entry.ts';
import type { EpochId, PeerId } from '@snug/shared/protocol/ids.ts';
import { mayBeGiven, nextNumber } from './membership/epochs.ts';
import { gather } from './membership-acts.ts';
import type { Space } from './space.ts';

/**
 * Starts the next epoch, on all that is held: fresh secrets, sealed to exactly the devices that are listed. A key to which
 * nothing can be sealed gets a seal that opens for nobody, so that it holds nobody up. Rejects with `StoreError`.
 */
export async function startEpoch(space: Space): Promise<EpochId> {
  await gather(space);
  const { record, membership, spaceLog } = space;
  const secrets = newEpochSecrets(nextNumber(membership));
  const id = epochId(record.id, secrets.number, secrets.rendezvous, secrets.content);
  const devices = [...membership.devices.values()]
    .map(({ peer, sealing }) => ({ device: publicKeyFromPeerId(peer), sealing }))
    .sort((a, b) => compareBytes(a.device, b.device));
  const seals = await Promise.all(
    devices.map(({ device, sealing }) =>
      sealEpochTo({ spaceId: record.id, device, sealing, secrets }).catch(() => ({
        to: device,
        sealed: new Uint8Array(48),
      })),
    ),
  );
  const act = encodeAct({
    act: 'epoch',
    number: secrets.number,
    id: fromBase64url(id),
    list: devices.map(({ device }) => device),
    seals: sealsHash(seals),
  });
  // The act first: nobody takes in seals of an epoch that has not been started.
  await space.writeClear(spaceLog, SORT.act, act);
  const log = space.log({ kind: 'epoch', space: record.id, epoch: id });
  for (const seal of seals) await space.writeClear(log, SORT.seal, encodeSeal(seal));
  return id;
}

/**
 * Seals an epoch's secrets, which are held, to a device that may be given them and to which this device has not sealed them.
 * @returns whether it did. Rejects with `StoreError`
 */
export async function reseal(space: Space, epoch: EpochId, peer: PeerId): Promise<boolean> {
  const { record, membership } = space;
  const begun = membership.epochs.find(({ id }) => id === epoch);
  const held = record.epochs.find(({ id }) => id === epoch);
  const to = begun && mayBeGiven(membership, begun, peer);
  if (!held || !to) return false;
  const device = publicKeyFromPeerId(peer);
  if (space.hasSealFor(epoch, device)) return false;
  const { number, rendezvous, content } = held;
  const secrets = { number, rendezvous, content };
  const seal = await sealEpochTo({
    spaceId: record.id,
    device,
    sealing: to.sealing,
    secrets,
  }).catch(() => undefined);
  if (!seal) return false;
  const log = space.log({ kind: 'epoch', space: record.id, epoch });
  await space.writeClear(log, SORT.seal, encodeSeal(seal));
  return true;
}
