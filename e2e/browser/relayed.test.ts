import { expect, test } from 'vitest';
import { directConnections, makeDirectImpossible, makeDirectPossible } from './stage/network.ts';
import { NUMBERED, numbered, Person } from './stage/person.ts';
import { Server } from './stage/server.ts';
import { tapServer } from './stage/server-tap.ts';

/** A word that is in nothing but the message of the test. */
const CANARY = 'quetzalcoatlus';

test('where no direct path can be made people talk over the relay, which sees no word of it, and move to direct once they can', async () => {
  const server = await Server.start();
  const ada = await Person.at(server.url, 'Ada');
  await ada.createsSpace('Lyre Street');
  const bo = await Person.withBrowser('Bo', { direct: false });
  const tap = tapServer(bo.page);
  await bo.opens(await ada.invites());
  await bo.choosesName();
  await bo.isIn();
  for (const [person, other] of [
    [ada, bo],
    [bo, ada],
  ] as const) {
    await person.seesStatus(/^0 direct, 1 relayed.*2 here/);
    await person.seesMember(other.name, 'relayed');
  }
  expect(await directConnections(bo.page)).toEqual([]);

  await ada.says(`Ada saw a ${CANARY}.`);
  await bo.sees(CANARY);
  await bo.says(`Was the ${CANARY} large?`);
  await ada.sees('large?');
  await ada.seesMark(CANARY, 'Everyone here has it');
  const relayed = (await server.counters).relayedBytes;
  expect(relayed).toBeGreaterThan(0);
  expect(tap.bytesIn).toBeGreaterThan(0);
  expect(tap.bytesOut).toBeGreaterThan(0);
  for (const word of [CANARY, 'Lyre Street', 'general']) expect(tap.holds(word)).toBe(false);

  const [fromAda, fromBo] = [numbered('Ada', 20), numbered('Bo', 20)];
  const talk = Promise.all([ada.says(...fromAda), bo.says(...fromBo)]);
  await bo.sees('Ada 3 of 20');
  await makeDirectPossible(bo.page);
  await talk;
  for (const [person, other] of [
    [ada, bo],
    [bo, ada],
  ] as const) {
    await person.seesAll([...fromAda, ...fromBo], NUMBERED);
    await person.seesStatus(/^direct, 1 link/);
    await person.seesMember(other.name, 'direct');
  }
  expect(await bo.reads(NUMBERED)).toEqual(await ada.reads(NUMBERED));
  const moved = (await server.counters).relayedBytes;
  await ada.says('Ada 1 of 1');
  await bo.sees('Ada 1 of 1');
  await ada.seesMark('Ada 1 of 1', 'Everyone here has it');
  expect((await server.counters).relayedBytes).toBe(moved);
  expect(await directConnections(bo.page)).toHaveLength(1);
});

test('a direct link that becomes impossible in mid-conversation goes on over the relay, and comes back, without losing or repeating a message', async () => {
  const server = await Server.start();
  const ada = await Person.at(server.url, 'Ada');
  await ada.createsSpace('Lyre Street');
  const bo = await Person.invited(await ada.invites(), 'Bo');
  await ada.seesStatus(/^direct/);
  await bo.seesStatus(/^direct/);

  const [fromAda, fromBo] = [numbered('Ada', 40), numbered('Bo', 40)];
  const talk = Promise.all([ada.says(...fromAda.slice(0, 20)), bo.says(...fromBo.slice(0, 20))]);
  await bo.sees('Ada 3 of 40');
  await makeDirectImpossible(ada.page);
  await talk;
  await ada.seesStatus(/^0 direct, 1 relayed/);
  await bo.seesMember('Ada', 'relayed');
  expect((await server.counters).relayedBytes).toBeGreaterThan(0);

  const further = Promise.all([ada.says(...fromAda.slice(20)), bo.says(...fromBo.slice(20))]);
  await bo.sees('Ada 23 of 40');
  await makeDirectPossible(ada.page);
  await further;
  await ada.seesStatus(/^direct, 1 link/);
  await bo.seesStatus(/^direct, 1 link/);
  for (const person of [ada, bo]) {
    await person.showsEarlier();
    await person.seesAll([...fromAda, ...fromBo], NUMBERED);
  }
  const said = await ada.reads(NUMBERED);
  expect(await bo.reads(NUMBERED)).toEqual(said);
  expect(said.filter((text) => text.startsWith('Ada'))).toEqual(fromAda);
  expect(said.filter((text) => text.startsWith('Bo'))).toEqual(fromBo);
});
