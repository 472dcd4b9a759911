import { toBase64url } from '@snug/shared/crypto/bytes.ts';
import { afterEach, expect, test } from 'vitest';
import { parseSpaceRecord, spaceKey } from '../space/space-record.ts';
import { must, type Resident, texts } from './test/room.ts';
import { hears, isRemoved, SharedSpace } from './test/shared-space.ts';

const PATIENT_MS = 90_000;

let shared = new SharedSpace();
afterEach(async () => {
  await shared.close();
  shared = new SharedSpace();
});

/** These alone come to hold the secrets of the epoch that is written under in the end. */
async function holdTheLastEpoch(...holders: readonly Resident[]): Promise<void> {
  const { space } = shared.place;
  const holdsLast = async (one: Resident): Promise<boolean> => {
    const acts = holders[0]?.engine.log({ kind: 'space', space })?.entries ?? [];
    const epochs = acts.flatMap(({ act }) => (act?.act === 'epoch' ? [act] : []));
    const number = Math.max(...epochs.map((epoch) => epoch.number));
    const ids = epochs.flatMap((e) => (e.number === number ? [toBase64url(e.id)] : [])).sort();
    const record = parseSpaceRecord(await one.store.get(spaceKey(space)));
    return record?.epochs.some(({ id }) => id === ids[0]) ?? false;
  };
  await expect
    .poll(
      async () => {
        const held = await Promise.all(shared.residents.map(holdsLast));
        return shared.residents.filter((_, n) => held[n]).map(({ peer }) => peer);
      },
      { timeout: 20_000 },
    )
    .toEqual(holders.map(({ peer }) => peer));
}

test('two members remove each other at once, and every peer ends with the same membership and a key that neither holds', {
  timeout: PATIENT_MS,
}, async () => {
  const [ada, ben, cleo, dora] = await shared.begin('Ada', 'Ben', 'Cleo', 'Dora');
  await shared.makeAdmin(ada, ben);
  await shared.part([ada, cleo], [ben, dora]);
  await Promise.all([shared.remove(ada, ben), shared.remove(ben, ada)]);
  await shared.sees(cleo, 'Ada', 'Cleo', 'Dora');
  await shared.sees(dora, 'Ben', 'Cleo', 'Dora');
  await shared.rejoin();
  for (const one of [ada, ben, cleo, dora]) await shared.sees(one, 'Cleo', 'Dora');
  expect(await isRemoved(ada)).toMatch(/^Ben removed you/);
  expect(await isRemoved(ben)).toMatch(/^Ada removed you/);
  await shared.say(cleo, 'the two of us');
  await hears(dora, 'the two of us');
  await shared.say(dora, 'indeed');
  await hears(cleo, 'indeed');
  await holdTheLastEpoch(cleo, dora);
  for (const one of [ada, ben]) expect(texts(one.view)).toEqual([]);
});

test('A removes X while B removes Y, and every peer ends with the same membership and a key that no removed device holds', {
  timeout: PATIENT_MS,
}, async () => {
  const [ada, ben, xen, yan] = await shared.begin('Ada', 'Ben', 'Xen', 'Yan');
  await shared.makeAdmin(ada, ben);
  await shared.part([ada, yan], [ben, xen]);
  await Promise.all([shared.remove(ada, xen), shared.remove(ben, yan)]);
  await shared.sees(yan, 'Ada', 'Ben', 'Yan');
  await shared.sees(xen, 'Ada', 'Ben', 'Xen');
  await shared.rejoin();
  for (const one of [ada, ben, xen, yan]) await shared.sees(one, 'Ada', 'Ben');
  await shared.say(ada, 'us two');
  await hears(ben, 'us two');
  expect(await isRemoved(xen)).toMatch(/^Ada removed you/);
  expect(await isRemoved(yan)).toMatch(/^Ben removed you/);
  await holdTheLastEpoch(ada, ben);
});

test('somebody who was away for months, while others were removed, finds the others and reads and writes with them', {
  timeout: PATIENT_MS,
}, async () => {
  const [ada, ben, cleo, dora] = await shared.begin('Ada', 'Ben', 'Cleo', 'Dora');
  shared.room.offline(dora);
  await shared.remove(ada, ben);
  await isRemoved(ben);
  await shared.say(ada, 'without Ben');
  await hears(cleo, 'without Ben');
  await shared.remove(ada, cleo);
  await isRemoved(cleo);
  await shared.say(ada, 'without Cleo');
  shared.later(90 * 24 * 3600_000);
  shared.room.online(dora);
  await hears(dora, 'without Cleo');
  await shared.say(dora, 'what a time');
  await hears(ada, 'what a time');
});

test('a group that holds an old topic meets the one that has a new epoch', {
  timeout: PATIENT_MS,
}, async () => {
  const [ada, ben, cleo, dora] = await shared.begin('Ada', 'Ben', 'Cleo', 'Dora');
  await shared.part([ada, ben], [cleo, dora]);
  await shared.remove(ada, ben);
  await isRemoved(ben);
  await shared.say(cleo, 'in the old one');
  await hears(dora, 'in the old one');
  await shared.rejoin();
  for (const one of [cleo, dora]) await shared.sees(one, 'Ada', 'Cleo', 'Dora');
  await hears(ada, 'in the old one');
  await shared.say(cleo, 'in the new one');
  await hears(ada, 'in the new one');
  await holdTheLastEpoch(ada, cleo, dora);
});

test('somebody who was admitted during a removal waits to be confirmed, and then belongs', {
  timeout: PATIENT_MS,
}, async () => {
  const [ada, ben, cleo] = await shared.begin('Ada', 'Ben', 'Cleo');
  const link = await shared.link(ada);
  await shared.part([ada, cleo], [ben]);
  await shared.remove(ada, cleo);
  await isRemoved(cleo);
  const dora = await shared.enter('Dora');
  for (const one of [ada, cleo]) shared.room.cut.add([one.peer, dora.peer].sort().join(' '));
  must(await dora.engine.commands.joinSpace({ invite: link }));
  await shared.isIn(dora);
  await shared.sees(ben, 'Ada', 'Ben', 'Cleo', 'Dora');
  await shared.rejoin();
  const { spaces } = await ada.until('somebody waits', (v) => Boolean(v.spaces[0]?.provisional));
  expect(spaces[0]?.provisional?.map(({ device }) => device)).toEqual([dora.peer]);
  expect(await isRemoved(dora)).toMatch(/A member has to confirm you/);
  const { space } = shared.place;
  must(await ada.engine.commands.confirmMember({ space, account: dora.peer }));
  await dora.until('belongs to it', (v) => v.spaces[0]?.state === 'open');
  await shared.say(ada, 'welcome');
  await hears(dora, 'welcome');
  await shared.say(dora, 'thank you');
  await hears(ada, 'thank you');
});
