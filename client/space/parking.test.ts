import { joinRequest } from '@snug/shared/entries/acts.ts';
import { seeded } from '@snug/shared/entries/test/data.ts';
import { expect, test } from 'vitest';
import { DocumentLog, type LoggedEntry, logged } from './document-log.ts';
import { startEpoch } from './epoch-start.ts';
import { admit, ownInvite } from './founding.ts';
import { keep, remove, setRole } from './membership-acts.ts';
import { PARKED_PER_DEVICE, Parking } from './parking.ts';
import { adasPlace, give, letIn, type Member, meet, NOW, say, textsOf } from './test/spaces.ts';
import { adasSpace, sealedBy } from './test/written-space.ts';

const removed = (by: Member, whom: Member) =>
  by.space.exclusively(() => remove(by.space, { accounts: [whom.device.peerId] }));

const verdicts = async (to: Member, from: Member, entries: readonly LoggedEntry[]) => {
  const [segment] = [...from.space.logs].filter(({ address }) => address.kind === 'segment');
  if (!segment) throw new Error('nothing was said');
  const log = to.space.log(segment.address);
  const results = await to.space.receive(log, from.device.peerId, () => entries);
  return results.map(({ verdict }) => verdict.is);
};

/** Ada, Ben and Eve, who know each other; the removal of Eve has been heard of by Ada alone. */
async function withEve() {
  const { ada, channel } = await adasPlace();
  const ben = await letIn(ada, 2);
  const eve = await letIn(ada, 3);
  await meet(ada, ben);
  await say(eve, channel, 'before');
  await meet(ada, eve);
  await meet(ada, ben);
  await removed(ada, eve);
  return { ada, ben, eve, channel };
}

test('entries of a device that is no longer listed and beyond its cut are parked: in no log, not passed on', async () => {
  const { ada, eve, channel } = await withEve();
  const heads = [...ada.space.logs].map((log) => log.count);
  const after = [await say(eve, channel, 'after 1'), await say(eve, channel, 'after 2')];
  expect(await verdicts(ada, eve, after)).toEqual(['parked', 'parked']);
  expect([...ada.space.logs].map((log) => log.count)).toEqual(heads);
  expect(textsOf(ada, channel)).toEqual(['before']);
});

test('what a removal’s tips name is let in, however late it comes', async () => {
  const { ada, ben, eve, channel } = await withEve();
  const late = await letIn(ben, 4);
  // Who has heard of the removal first.
  const [acts] = [...ada.space.logs].filter(({ address }) => address.kind === 'space');
  if (!acts) throw new Error('no acts');
  const early = await letIn(ada, 5);
  expect(textsOf(early, channel)).toEqual(['before']);
  await late.space.receive(late.space.spaceLog, ada.device.peerId, () => acts.entries);
  expect(textsOf(late, channel)).toEqual(['before']);
  expect(late.space.membership.devices.has(eve.device.peerId)).toBe(false);
});

test('a parked entry is taken in only when an entry of a listed device builds on it', async () => {
  const { ada, ben, eve, channel } = await withEve();
  const first = await say(eve, channel, 'after 1');
  const second = await say(eve, channel, 'after 2');
  // Ben has not heard of her removal, and answers.
  await give(eve, ben);
  const answer = await say(ben, channel, 'Ben answers');
  const last = await say(eve, channel, 'after 3');
  expect(await verdicts(ada, eve, [first, second, last])).toEqual(['parked', 'parked', 'parked']);
  expect(await verdicts(ada, ben, [answer])).toEqual(['new']);
  expect(textsOf(ada, channel)).toEqual(['before', 'after 1', 'after 2', 'Ben answers']);
  // Both hold the same documents then, but for what nobody built on.
  await meet(ada, ben);
  expect(textsOf(ben, channel)).toEqual(textsOf(ada, channel));
});

test('what is built on something that is parked later is taken in with it', async () => {
  const { ada, ben, eve, channel } = await withEve();
  const after = await say(eve, channel, 'after');
  await give(eve, ben);
  const answer = await say(ben, channel, 'Ben answers');
  expect(await verdicts(ada, ben, [answer])).toEqual(['waiting']);
  expect(await verdicts(ada, eve, [after])).toEqual(['parked']);
  expect(textsOf(ada, channel)).toEqual(['before', 'after', 'Ben answers']);
});

test('what is parked of somebody who is let in again comes in with that', async () => {
  const { ada, eve, channel } = await withEve();
  await verdicts(ada, eve, [await say(eve, channel, 'after')]);
  const { secret } = await ownInvite(ada.space, NOW);
  const request = { inviteSecret: secret, spaceId: ada.space.record.id, device: eve.device };
  await admit(ada.space, await joinRequest(request));
  expect(textsOf(ada, channel)).toEqual(['before', 'after']);
});

test('an admin who holds more of theirs keeps it', async () => {
  const { ada, ben, eve, channel } = await withEve();
  await ada.space.exclusively(() => setRole(ada.space, ben.device.peerId, 'admin'));
  await ada.space.exclusively(() => startEpoch(ada.space));
  const after = await say(eve, channel, 'after');
  await give(eve, ben);
  await give(ada, ben);
  expect(ben.space.membership.devices.has(eve.device.peerId)).toBe(false);
  await verdicts(ada, eve, [after]);
  expect(textsOf(ada, channel)).toEqual(['before']);
  await ben.space.exclusively(() => keep(ben.space, eve.device.peerId));
  await give(ben, ada);
  expect(textsOf(ada, channel)).toEqual(['before', 'after']);
});

test('parking is bounded per device: the oldest go first', async () => {
  const { ada, copy } = await adasSpace();
  const parking = new Parking();
  const log = new DocumentLog({ kind: 'space', space: copy.space });
  const epoch = { id: copy.space as never, content: seeded(1, 32) };
  const arrival = await sealedBy(ada, copy.log, epoch);
  const hashes: LoggedEntry[] = [];
  for (let n = 0; n < PARKED_PER_DEVICE + 5; n++) {
    const bytes = arrival.bytes.slice();
    bytes.set(seeded(n, 64), 32);
    const entry = logged(bytes, arrival.deps, 2);
    if (!entry) throw new Error('no entry');
    hashes.push(entry);
    parking.add({ log, entry, from: ada.peerId });
  }
  expect(parking.size).toBe(PARKED_PER_DEVICE);
  expect(hashes.slice(0, 6).map(({ hash }) => parking.get(log, hash) !== undefined)).toEqual([
    false,
    false,
    false,
    false,
    false,
    true,
  ]);
  for (const entry of hashes) parking.remove(entry);
  expect([parking.size, [...parking.devices].length]).toEqual([0, 0]);
});
