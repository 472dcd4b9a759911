import { expect, test } from 'vitest';
import { directConnections } from './stage/network.ts';
import { NOTICES } from './stage/notices.ts';
import { Person } from './stage/person.ts';
import { Server } from './stage/server.ts';
import { hostPage } from './stage/static-host.ts';

test('a page on a static host uses the server that its config.json names, and its invite links lead back to it', async () => {
  const server = await Server.start({ ORIGINS: '*' });
  const page = await hostPage({ server: server.url });
  const ada = await Person.at(page, 'Ada');
  await ada.createsSpace('Lyre Street');
  await ada.says('From a shelf of files.');
  const invite = await ada.invites();
  expect(invite.startsWith(`${page}#/join/`)).toBe(true);

  const bo = await Person.invited(invite, 'Bo');
  await bo.sees('From a shelf of files.');
  await bo.says('So it seems.');
  await ada.sees('So it seems.');
  await bo.seesMember('Ada', 'direct');
  expect(await directConnections(bo.page)).toHaveLength(1);
});

test('a page whose origin the server does not accept says that no server is in reach', async () => {
  const server = await Server.start({ ORIGINS: 'https://elsewhere.example' });
  const ada = await Person.at(await hostPage({ server: server.url }), 'Ada');
  await ada.createsSpace('Lyre Street');
  await ada.isTold(NOTICES.noServer);
  expect((await server.counters).peers).toBe(0);
});
