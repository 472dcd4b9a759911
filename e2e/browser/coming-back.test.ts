import { expect, test } from 'vitest';
import { NUMBERED, numbered, Person } from './stage/person.ts';
import { Server } from './stage/server.ts';

test('name, space and messages are there after a reload and after the browser has been closed', async () => {
  const server = await Server.start();
  const ada = await Person.at(server.url, 'Ada');
  await ada.createsSpace('Lyre Street');
  const said = numbered('Ada', 3);
  await ada.says(...said);
  await ada.seesMark('Ada 3 of 3', 'Only on this device so far');

  await ada.reloads();
  await ada.seesAll(said, NUMBERED);
  expect(await ada.page.title()).toContain('Lyre Street');

  await ada.goesAway();
  await ada.comesBack(server.url);
  await ada.seesAll(said, NUMBERED);
  expect(await ada.reads(NUMBERED)).toEqual(said);
  await ada.seesMark('Ada 1 of 3', 'Only on this device so far');
  await ada.page.getByRole('link', { name: 'Home' }).click();
  await ada.isTold('Hello, Ada');
});

test('what is written offline says that it is only here, and arrives when both are back', async () => {
  const server = await Server.start();
  const ada = await Person.at(server.url, 'Ada');
  await ada.createsSpace('Lyre Street');
  const bo = await Person.invited(await ada.invites(), 'Bo');
  await bo.says('See you tonight.');
  await ada.sees('See you tonight.');

  await bo.goesAway();
  await ada.seesMember('Bo', 'offline');
  await server.kill();
  await ada.profile.context.setOffline(true);
  const said = numbered('Ada', 3);
  await ada.says(...said);
  for (const text of said) await ada.seesMark(text, 'Only on this device so far');
  await ada.seesStatus(/^offline.*1 here/);
  await ada.isTold('Nobody else is here.');

  await server.startAgain();
  await ada.profile.context.setOffline(false);
  await bo.comesBack(server.url);
  await bo.seesAll(said, NUMBERED);
  expect(await bo.reads(NUMBERED)).toEqual(said);
  await bo.sees('See you tonight.');
  await ada.seesMark('Ada 3 of 3', 'Everyone here has it');
});
