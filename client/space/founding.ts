/** How a space begins, and how somebody is let into one: the entries that are written, in their order. */
import { fromBase64url, randomBytes, toBase64url } from '@snug/shared/crypto/bytes.ts';
import type { DeviceKey } from '@snug/shared/crypto/device-key.ts';
import { peerIdFromPublicKey } from '@snug/shared/crypto/did-key.ts';
import {
  encodeAct,
  encodeSeal,
  epochId,
  GenesisAct,
  invitePublicKey,
  type JoinRequest,
  newEpochSecrets,
  sealEpochTo,
  sealsHash,
} from '@snug/shared/entries/acts.ts';
import { SORT, signGenesis, spaceIdOf } from '@snug/shared/entries/entry.ts';
import type { ChannelId } from '@snug/shared/protocol/ids.ts';
import { ChannelId as ChannelIdSchema } from '@snug/shared/protocol/ids.ts';
import * as v from 'valibot';
import { writeInvite } from './membership-acts.ts';
import type { Space } from './space.ts';
import type { SpaceRecord } from './space-record.ts';

/** The channel that every space begins with. */
export const FIRST_CHANNEL = 'general';
/** How long an invite link holds, ms. */
export const INVITE_MS = 30 * 24 * 3600_000;

/** The signed genesis of a new space and the record to keep of it. Nothing is stored yet. */
export async function conceive(
  device: DeviceKey,
  name: string,
  servers: readonly string[],
): Promise<{ genesis: Uint8Array; record: SpaceRecord }> {
  const act = v.parse(GenesisAct, {
    act: 'genesis',
    v: 1,
    nonce: randomBytes(32),
    sealing: device.sealingPublicKey,
    account: device.peerId,
  });
  const genesis = await signGenesis({ device, body: encodeAct(act) });
  return {
    genesis,
    record: {
      id: spaceIdOf(genesis),
      name,
      lobby: randomBytes(32),
      servers: [...servers],
      state: 'open',
      epochs: [],
      read: {},
      unheld: [],
    },
  };
}

/** Writes everything that a new space begins with. Rejects with `StoreError`; then the space is not to be kept. */
export async function found(
  space: Space,
  device: DeviceKey,
  genesis: Uint8Array,
  names: {
    readonly space: string;
    readonly person: string;
    /** The accounts for which alone it is: then its one channel has no name. */
    readonly direct?: readonly string[];
  },
  now: number,
): Promise<ChannelId> {
  return space.exclusively(async () => {
    const { record, spaceLog } = space;
    await space.keep(spaceLog, genesis, []);
    const secrets = newEpochSecrets(1);
    const id = epochId(record.id, secrets.number, secrets.rendezvous, secrets.content);
    const seal = await sealEpochTo({
      spaceId: record.id,
      device: device.publicKey,
      sealing: device.sealingPublicKey,
      secrets,
    });
    const epochLog = space.log({ kind: 'epoch', space: record.id, epoch: id });
    await space.writeClear(epochLog, SORT.seal, encodeSeal(seal));
    const epoch = encodeAct({
      act: 'epoch',
      number: secrets.number,
      id: fromBase64url(id),
      list: [device.publicKey],
      seals: sealsHash([seal]),
    });
    await space.writeClear(spaceLog, SORT.act, epoch);
    await writeProfile(space, names.person, now);
    await writeSpaceName(space, names.space, now);
    await space.writeSealed(
      spaceLog,
      space.settings,
      { kind: 'lobby', content: { secret: record.lobby } },
      now,
    );
    if (!names.direct) return openChannel(space, FIRST_CHANNEL, now);
    const direct = { kind: 'direct', content: { with: [...names.direct] } };
    await space.writeSealed(spaceLog, space.settings, direct, now);
    return v.parse(ChannelIdSchema, toBase64url(await writeChannel(space)));
  });
}

/** Within `exclusively`. */
export async function openChannel(space: Space, name: string, now: number): Promise<ChannelId> {
  const channel = await writeChannel(space);
  await space.writeSealed(
    space.spaceLog,
    space.settings,
    { kind: 'channel', content: { channel, name } },
    now,
  );
  return v.parse(ChannelIdSchema, toBase64url(channel));
}

async function writeChannel(space: Space): Promise<Uint8Array> {
  const channel = randomBytes(16);
  await space.writeClear(space.spaceLog, SORT.act, encodeAct({ act: 'channel', channel }));
  return channel;
}

/** Within `exclusively`. */
export async function writeProfile(space: Space, name: string, now: number): Promise<void> {
  const content = { kind: 'profile', content: { name } };
  await space.writeSealed(space.spaceLog, space.settings, content, now);
}

/** Within `exclusively`. */
export async function writeSpaceName(space: Space, name: string, now: number): Promise<void> {
  const content = { kind: 'space', content: { name } };
  await space.writeSealed(space.spaceLog, space.settings, content, now);
}

/** The invite that this device hands out; a new one when there is none that is live and holds for another day. */
export function ownInvite(
  space: Space,
  now: number,
): Promise<{ readonly secret: Uint8Array; readonly expires: number }> {
  return space.exclusively(async () => {
    const held = space.record.ownInvite;
    const isLive = held && space.membership.invites.has(toBase64url(invitePublicKey(held.secret)));
    if (isLive && held.expires > now + 24 * 3600_000) return held;
    const expires = now + INVITE_MS;
    const invite = { secret: await writeInvite(space, { uses: 'reusable', expires }), expires };
    space.record.ownInvite = invite;
    await space.save();
    return invite;
  });
}

/** Within `exclusively`. */
export async function writeServers(
  space: Space,
  servers: readonly string[],
  now: number,
): Promise<void> {
  const content = { kind: 'servers', content: { servers: [...servers] } };
  await space.writeSealed(space.spaceLog, space.settings, content, now);
}

/**
 * Lets a newcomer in whose request has been verified: writes the admission and, unless history is closed, seals every epoch's
 * secrets that are held to their device. Does nothing twice.
 */
export function admit(space: Space, request: JoinRequest): Promise<void> {
  return space.exclusively(async () => {
    const { record, spaceLog, membership } = space;
    // Sealed first: to a key that nothing can be sealed to nobody is let in.
    // Where history is closed, what was said before is not for them: they are given the epoch that starts with them.
    const given = membership.closedHistory ? [] : record.epochs;
    const missing = given.filter(({ id }) => !space.hasSealFor(id, request.device));
    const seals = await Promise.all(
      missing.map(async ({ id, number, rendezvous, content }) => ({
        log: space.log({ kind: 'epoch', space: record.id, epoch: id }),
        seal: await sealEpochTo({
          spaceId: record.id,
          device: request.device,
          sealing: request.sealing,
          secrets: { number, rendezvous, content },
        }),
      })),
    );
    if (!membership.devices.has(peerIdFromPublicKey(request.device))) {
      const { device, sealing, account, invite, proof, consent } = request;
      const act = { act: 'admit', device, sealing, account, invite, proof, consent } as const;
      await space.writeClear(spaceLog, SORT.act, encodeAct(act));
    }
    for (const { log, seal } of seals) await space.writeClear(log, SORT.seal, encodeSeal(seal));
  });
}
