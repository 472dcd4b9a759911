import { expect, test } from 'vitest';
import { NUMBERED, numbered, Person } from './stage/person.ts';
import { Server } from './stage/server.ts';

test('a third person who joins later gets the whole history, and all three hear each other', async () => {
  const server = await Server.start();
  const ada = await Person.at(server.url, 'Ada');
  await ada.createsSpace('Lyre Street');
  const invite = await ada.invites();
  const bo = await Person.invited(invite, 'Bo');
  const [fromAda, fromBo, fromCy] = [numbered('Ada', 6), numbered('Bo', 6), numbered('Cy', 2)];
  await ada.says(...fromAda.slice(0, 4));
  await bo.sees('Ada 4 of 6');
  await bo.says(...fromBo.slice(0, 4));
  await ada.sees('Bo 4 of 6');
  const history = await ada.reads(NUMBERED);

  const cy = await Person.invited(invite, 'Cy');
  await cy.sees('Bo 4 of 6');
  await cy.seesAll(history, NUMBERED);
  expect(await cy.reads(NUMBERED)).toEqual(history);
  for (const person of [ada, bo, cy]) await person.seesStatus(/^direct, 2 links.*3 here/);
  await cy.seesMember('Ada', 'direct');
  await cy.seesMember('Bo', 'direct');
  await ada.seesMember('Cy', 'direct');

  await Promise.all([
    ada.says(...fromAda.slice(4)),
    bo.says(...fromBo.slice(4)),
    cy.says(...fromCy),
  ]);
  const all = [...fromAda, ...fromBo, ...fromCy];
  for (const person of [ada, bo, cy]) await person.seesAll(all, NUMBERED);
  const order = await ada.reads(NUMBERED);
  expect(await bo.reads(NUMBERED)).toEqual(order);
  expect(await cy.reads(NUMBERED)).toEqual(order);
  await cy.seesMark('Cy 2 of 2', 'Everyone here has it');
  expect((await server.counters).relayedBytes).toBe(0);
});

test('the third can come by an invite of the second while the one who began is away', async () => {
  const server = await Server.start();
  const ada = await Person.at(server.url, 'Ada');
  await ada.createsSpace('Lyre Street');
  await ada.says('Ada 1 of 1');
  const invite = await ada.invites();
  const bo = await Person.invited(invite, 'Bo');
  await bo.sees('Ada 1 of 1');
  await ada.goesAway();
  await bo.seesMember('Ada', 'offline');

  const cy = await Person.invited(invite, 'Cy');
  await cy.sees('Ada 1 of 1');
  await cy.says('Cy 1 of 1');
  await bo.sees('Cy 1 of 1');
  await ada.comesBack(server.url);
  await ada.sees('Cy 1 of 1');
  await ada.seesMember('Cy', 'direct');
});
