import { expect, test } from 'vitest';
import { NOTICES } from './stage/notices.ts';
import { NUMBERED, numbered, Person } from './stage/person.ts';
import { Server } from './stage/server.ts';

test('the conversation goes on while the server is dead, and a newcomer gets in once it is back', async () => {
  const server = await Server.start();
  const ada = await Person.at(server.url, 'Ada');
  await ada.createsSpace('Lyre Street');
  const invite = await ada.invites();
  const bo = await Person.invited(invite, 'Bo');
  await ada.seesStatus(/^direct/);
  await bo.seesStatus(/^direct/);
  const [fromAda, fromBo] = [numbered('Ada', 6), numbered('Bo', 6)];
  await Promise.all([ada.says(...fromAda.slice(0, 2)), bo.says(...fromBo.slice(0, 2))]);

  await server.kill();
  await ada.isTold(NOTICES.noServer);
  await Promise.all([ada.says(...fromAda.slice(2, 4)), bo.says(...fromBo.slice(2, 4))]);
  await bo.sees('Ada 4 of 6');
  await ada.sees('Bo 4 of 6');
  await ada.seesMark('Ada 4 of 6', 'Everyone here has it');
  await ada.seesMember('Bo', 'direct');

  await server.startAgain();
  const cy = await Person.invited(invite, 'Cy');
  await Promise.all([ada.says(...fromAda.slice(4)), bo.says(...fromBo.slice(4))]);
  const all = [...fromAda, ...fromBo];
  for (const person of [ada, bo, cy]) await person.seesAll(all, NUMBERED);
  await ada.page.getByText(NOTICES.noServer).waitFor({ state: 'hidden' });
  const counters = await server.counters;
  expect(counters.peers).toBe(3);
  expect(counters.relayedBytes).toBe(0);
});
