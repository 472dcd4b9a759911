import {
  deviceConsent,
  encodeSeal,
  invitePublicKey,
  sealEpochTo,
} from '@snug/shared/entries/acts.ts';
import { SORT } from '@snug/shared/entries/entry.ts';
import { expect, test } from 'vitest';
import { reseal, startEpoch } from './epoch-start.ts';
import { epochNeed } from './membership/epochs.ts';
import {
  addDevice,
  countersign,
  leave,
  remove,
  revoke,
  setHistory,
  setRole,
  writeInvite,
} from './membership-acts.ts';
import { adasPlace, give, letIn, type Member, meet, say, textsOf } from './test/spaces.ts';
import { person } from './test/written-space.ts';

const starts = (one: Member) => one.space.exclusively(() => startEpoch(one.space));

test('after a removal nobody writes until an epoch that cites it, and that the removed cannot open', async () => {
  const { ada, channel } = await adasPlace();
  const [ben, eve] = [await letIn(ada, 2), await letIn(ada, 3)];
  await give(ada, ben);
  await ada.space.exclusively(() => remove(ada.space, { accounts: [eve.device.peerId] }));
  expect(ada.space.writingEpoch).toBeUndefined();
  await expect(say(ada, channel, 'too early')).rejects.toThrow('No secrets to write under');
  const id = await starts(ada);
  expect(ada.space.writingEpoch?.id).toBe(id);
  await say(ada, channel, 'among us');
  await give(ada, ben);
  await give(ada, eve);
  expect(ben.space.writingEpoch?.id).toBe(id);
  expect(textsOf(ben, channel)).toEqual(['among us']);
  expect(textsOf(eve, channel)).toEqual([]);
  expect(eve.space.record.epochs.some((epoch) => epoch.id === id)).toBe(false);
  expect(eve.space.membership.everListed.get(eve.device.peerId)?.why).toBe('removed');
});

test('two members remove each other at once, and all end with a key that neither holds', async () => {
  const { ada } = await adasPlace();
  const [ben, cleo, dora] = [await letIn(ada, 2), await letIn(ada, 3), await letIn(ada, 4)];
  await ada.space.exclusively(() => setRole(ada.space, ben.device.peerId, 'admin'));
  for (const one of [ben, cleo, dora]) await give(ada, one);
  await ada.space.exclusively(() => remove(ada.space, { accounts: [ben.device.peerId] }));
  await ben.space.exclusively(() => remove(ben.space, { accounts: [ada.device.peerId] }));
  await starts(ada);
  await starts(ben);
  await give(ada, cleo);
  await give(ben, dora);
  await meet(cleo, dora);
  expect(epochNeed(cleo.space.membership)).toBe('removal');
  const id = await starts(cleo);
  await meet(cleo, dora);
  for (const one of [ada, ben]) await give(cleo, one);
  expect([cleo, dora].map(({ space }) => space.writingEpoch?.id)).toEqual([id, id]);
  for (const { space } of [ada, ben]) {
    expect(space.record.epochs.some((epoch) => epoch.id === id)).toBe(false);
    expect(space.writingEpoch).toBeUndefined();
    expect([...space.membership.devices.keys()]).toEqual([...cleo.space.membership.devices.keys()]);
  }
});

test('nobody writes under an epoch before all its seals are there', async () => {
  const { ada } = await adasPlace();
  const ben = await letIn(ada, 2);
  const before = ada.space.writingEpoch?.id;
  const id = await starts(ben);
  await ada.space.receive(ada.space.spaceLog, ben.device.peerId, () => ben.space.spaceLog.entries);
  const address = { kind: 'epoch', space: ada.space.record.id, epoch: id } as const;
  const seals = ben.space.log(address).entries;
  expect(seals).toHaveLength(2);
  for (const [n, seal] of seals.entries()) {
    expect(ada.space.writingEpoch?.id).toBe(before);
    const taken = await ada.space.receive(ada.space.log(address), ben.device.peerId, () => [seal]);
    expect(taken[0]?.verdict.is, `seal ${n}`).toBe('new');
  }
  expect(ada.space.writingEpoch?.id).toBe(id);
});

test('a holder re-seals to who came beside the epoch, once, and not to who is not listed', async () => {
  const { ada } = await adasPlace();
  const ben = await letIn(ada, 2);
  const id = await starts(ben);
  // Ada lets Cleo in without having heard of it.
  const cleo = await letIn(ada, 3);
  await meet(ada, ben);
  await give(ada, cleo);
  expect(cleo.space.record.epochs.some((epoch) => epoch.id === id)).toBe(false);
  const to = (peer: Member) =>
    ada.space.exclusively(() => reseal(ada.space, id, peer.device.peerId));
  expect(await to(cleo)).toBe(true);
  expect(await to(cleo)).toBe(false);
  await give(ada, cleo);
  expect(cleo.space.writingEpoch?.id).toBe(id);
  await cleo.space.exclusively(() => leave(cleo.space, cleo.device.peerId));
  await give(cleo, ada);
  expect(await to(cleo)).toBe(false);
});

test('where history is closed a newcomer is given no secrets until the epoch that starts with them', async () => {
  const { ada, channel } = await adasPlace();
  await say(ada, channel, 'before');
  await ada.space.exclusively(() => setHistory(ada.space, 'closed'));
  const ben = await letIn(ada, 2);
  expect(ben.space.record.epochs).toEqual([]);
  expect(epochNeed(ada.space.membership)).toBe('admission');
  await starts(ada);
  await say(ada, channel, 'after');
  await give(ada, ben);
  expect(textsOf(ben, channel)).toEqual(['after']);
});

test('a further device of an account is listed, and removed by it', async () => {
  const { ada } = await adasPlace();
  const phone = await person(20);
  const { record } = ada.space;
  const account = ada.device.peerId;
  const consent = await deviceConsent(record.id, phone, account);
  await ada.space.exclusively(() => addDevice(ada.space, consent));
  expect(ada.space.membership.devices.get(phone.peerId)?.account).toBe(account);
  await ada.space.exclusively(() => remove(ada.space, { devices: [phone.peerId] }));
  expect(ada.space.membership.devices.has(phone.peerId)).toBe(false);
  expect(ada.space.membership.accounts.get(account)).toBe('admin');
});

test('an invite can be for one only, and taken back; who came in beside that is countersigned', async () => {
  const { ada } = await adasPlace();
  const ben = await letIn(ada, 2);
  const secret = await ada.space.exclusively(() => writeInvite(ada.space, { uses: 'single' }));
  expect([...ada.space.membership.invites.values()].map(({ uses }) => uses).sort()).toEqual([
    'reusable',
    'single',
  ]);
  await ada.space.exclusively(() => revoke(ada.space, invitePublicKey(secret)));
  expect(ada.space.membership.invites.size).toBe(1);
  expect(
    await ada.space.exclusively(() => countersign(ada.space, ben.device.peerId)),
  ).toBeUndefined();
});

test('a seal by somebody else does not make an epoch whole, nor break it', async () => {
  const { ada } = await adasPlace();
  const [ben, eve] = [await letIn(ada, 2), await letIn(ada, 3)];
  await give(ada, ben);
  await give(ada, eve);
  const id = await starts(ben);
  const log = ben.space.log({ kind: 'epoch', space: ben.space.record.id, epoch: id });
  const held = ben.space.record.epochs.find((epoch) => epoch.id === id);
  if (!held) throw new Error('not held');
  const { number, rendezvous, content } = held;
  const seal = await sealEpochTo({
    spaceId: ben.space.record.id,
    device: ada.device.publicKey,
    sealing: ada.device.sealingPublicKey,
    secrets: { number, rendezvous, content },
  });
  await give(ben, eve);
  await eve.space.exclusively(() =>
    eve.space.writeClear(eve.space.log(log.address), SORT.seal, encodeSeal(seal)),
  );
  await give(eve, ada);
  expect(ada.space.writingEpoch?.id).toBe(id);
});

test('who was away finds their seal though its author has been removed since, and nothing else of theirs', async () => {
  const { ada, channel } = await adasPlace();
  const [ben, eve] = [await letIn(ada, 2), await letIn(ada, 3)];
  await give(ada, eve);
  const id = await starts(eve);
  await say(eve, channel, 'under hers');
  await give(eve, ada);
  await ada.space.exclusively(() => remove(ada.space, { accounts: [eve.device.peerId] }));
  const address = { kind: 'epoch', space: ada.space.record.id, epoch: id } as const;
  const twice = await eve.space.exclusively(() =>
    eve.space.writeClear(
      eve.space.log(address),
      SORT.seal,
      encodeSeal({ to: ben.device.publicKey, sealed: new Uint8Array(48) }),
    ),
  );
  await give(ada, ben);
  expect(ben.space.record.epochs.some((epoch) => epoch.id === id)).toBe(true);
  expect(textsOf(ben, channel)).toEqual(['under hers']);
  const log = ben.space.log(address);
  const [second] = await ben.space.receive(log, eve.device.peerId, () => [twice]);
  expect(second?.verdict.is).toBe('parked');
});
