import { compareBytes, fromBase64url } from '@snug/shared/crypto/bytes.ts';
import { peerIdFromPublicKey, publicKeyFromPeerId } from '@snug/shared/crypto/did-key.ts';
import {
  encodeAct,
  encodeSeal,
  epochId,
  newEpochSecrets,
  sealEpochTo,
  sealsHash,
} from '@snug/shared/entries/acts.ts';
import { NO_HINT, SORT, signEntry } from '@snug/shared/entries/entry.ts';
import { seeded } from '@snug/shared/entries/test/data.ts';
import { afterEach, beforeAll, expect, test } from 'vitest';
import { encodeAddress } from '../space/address.ts';
import { joinHashes } from '../space/document-log.ts';
import { written } from '../space/test/written-space.ts';
import { loadRepo } from './automerge-node.ts';
import { enter, everybodyLeaves, goesOn, withEve } from './test/hostile-room.ts';
import { must } from './test/room.ts';

beforeAll(async () => {
  await loadRepo();
});
afterEach(everybodyLeaves);

test('an act beyond her rights is refused by everybody, and closes the link when given in full', async () => {
  const world = await withEve();
  const { eve, ada } = world;
  const log = eve.space.spaceLog;
  const coup = encodeAct({ act: 'role', account: eve.peer, role: 'admin' });
  const { bytes, deps } = await written(eve.device, log, SORT.act, coup);
  const address = encodeAddress({ kind: 'space', space: world.space });
  eve.send({
    type: 'bulk',
    address,
    entries: [{ deps: joinHashes(deps), entry: bytes }],
    upTo: 1,
    last: true,
  });
  expect(await eve.untilClosed()).toMatch(/only an admin gives roles/);
  expect(ada.view.spaces[0]?.members.map((m) => m.role)).toEqual(['admin', 'member', 'member']);
  await goesOn(world);
});

test('an epoch that nobody can open silences nobody', async () => {
  const world = await withEve();
  const { eve, ada, space } = world;
  const log = eve.space.spaceLog;
  const list = log.entries
    .flatMap(({ act, entry }) =>
      act?.act === 'genesis' ? [entry.device] : act?.act === 'admit' ? [act.device] : [],
    )
    .sort(compareBytes);
  const act = encodeAct({ act: 'epoch', number: 2, id: seeded(1, 32), list, seals: seeded(2, 32) });
  const { bytes, deps } = await written(eve.device, log, SORT.act, act);
  eve.push({ kind: 'space', space }, bytes, deps);
  await eve.until('let in', (f) => f.type === 'acknowledge');
  expect(ada.problems).toEqual([]);
  await goesOn(world);
});

test('an epoch that was sealed to some only parts nobody', async () => {
  const world = await withEve();
  const { eve, ada, space } = world;
  const held = eve.space;
  const secrets = newEpochSecrets(2);
  const id = epochId(space, 2, secrets.rendezvous, secrets.content);
  const listed = [...held.membership.devices.values()];
  const sealing = listed.find(({ peer }) => peer === ada.peer)?.sealing ?? new Uint8Array(32);
  const device = publicKeyFromPeerId(ada.peer);
  const seal = await sealEpochTo({ spaceId: space, device, sealing, secrets });
  const act = encodeAct({
    act: 'epoch',
    number: 2,
    id: fromBase64url(id),
    list: listed.map(({ peer }) => publicKeyFromPeerId(peer)).sort(compareBytes),
    seals: sealsHash([seal]),
  });
  const { begun, sealed } = await held.exclusively(async () => ({
    begun: await held.writeClear(held.spaceLog, SORT.act, act),
    sealed: await held.writeClear(
      held.log({ kind: 'epoch', space, epoch: id }),
      SORT.seal,
      encodeSeal(seal),
    ),
  }));
  eve.push(held.spaceLog.address, begun.bytes, begun.deps);
  eve.push({ kind: 'epoch', space, epoch: id }, sealed.bytes, sealed.deps);
  await eve.handled();
  expect(eve.closed).toBeUndefined();
  await goesOn(world);
  world.room.offline(world.ben);
  world.room.online(world.ben);
  await ada.until('linked again', () => world.room.linked(ada, world.ben));
});

test('nobody ends another’s invite by restating its key', async () => {
  const world = await withEve();
  const { eve, ada, ben, room, space } = world;
  const { link } = must(await ben.engine.commands.invite({ space }));
  await ada.until('Ada has heard of it', () =>
    Boolean(ada.engine.log({ kind: 'space', space })?.entries.at(-1)?.author === ben.peer),
  );
  const log = ada.engine.log({ kind: 'space', space });
  const invite = log?.entries.at(-1)?.act;
  const admission = log?.entries.find(
    ({ act }) => act?.act === 'admit' && peerIdFromPublicKey(act.device) === eve.peer,
  );
  if (invite?.act !== 'invite' || !admission || !log) throw new Error('no such acts');
  const body = encodeAct({ act: 'invite', key: invite.key, uses: 'reusable', expires: 0 });
  const deps = [admission.hash];
  const bytes = await signEntry({
    device: eve.device,
    documentId: log.id,
    deps,
    sort: SORT.act,
    hint: NO_HINT,
    body,
  });
  eve.push(log.address, bytes, deps);
  await eve.handled();
  const dora = await enter(room, 'Dora');
  must(await dora.engine.commands.joinSpace({ invite: link }));
  await dora.until('let in', (v) => v.spaces[0]?.state === 'open');
});
