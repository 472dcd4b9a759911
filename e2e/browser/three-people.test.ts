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

  // The one admin of three is asked to make a second, names the space, and removes somebody.
  await ada.isTold('You are the only admin.');
  await ada.page.getByRole('button', { name: 'Invite', exact: true }).click();
  const inviting = ada.page.getByRole('dialog', { name: 'Invite to Lyre Street' });
  await inviting.getByText('Another kind of invite').click();
  await inviting.getByRole('checkbox', { name: 'For one person only' }).check();
  await inviting.getByRole('button', { name: 'Make the invite' }).click();
  await inviting.getByText('The one person who opens this link first').waitFor();
  await inviting.getByText('Invites that hold (2)').click();
  const single = inviting.getByRole('listitem').filter({ hasText: 'For one person' });
  await single.getByRole('button', { name: 'Revoke' }).click();
  await inviting.getByText('Invites that hold (1)').waitFor();
  await ada.page.keyboard.press('Escape');
  const bos = await ada.opensMember('Bo');
  await bos.getByRole('radio', { name: 'Admin' }).check();
  await bos.getByRole('button', { name: 'Change role' }).click();
  await bos.getByText('Bo is an admin now.').waitFor();
  await ada.page.keyboard.press('Escape');
  const cys = await bo.opensMember('Cy');
  await cys.getByRole('button', { name: 'Remove from the space' }).click();
  const question = bo.page.getByRole('dialog', { name: 'Remove Cy?' });
  await question.getByRole('button', { name: 'Remove' }).click();
  await cy.isTold('Bo removed you from this space.');
  await ada.page.getByRole('link', { name: 'Manage space' }).click();
  await ada.page.getByRole('textbox', { name: 'Space name' }).fill('Lyre Lane');
  await ada.page.getByRole('button', { name: 'Save' }).click();
  await bo.page.getByRole('heading', { name: 'Lyre Lane' }).waitFor();
  await ada.page.getByRole('button', { name: 'See who did what' }).click();
  await ada.isTold('Bo removed Cy');
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
