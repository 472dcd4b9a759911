import { expect, test } from 'vitest';
import { eventually } from './stage/eventually.ts';
import { sendOnChannels } from './stage/network.ts';
import { NOTICES } from './stage/notices.ts';
import { NUMBERED, numbered, Person } from './stage/person.ts';
import { Server } from './stage/server.ts';
import { hostPage } from './stage/static-host.ts';
import { senselessServer, serverOfVersion } from './stage/strange-server.ts';

/** A space of one's own works whatever the server is like. */
async function talksAlone(person: Person): Promise<void> {
  await person.createsSpace('Lyre Street');
  await person.says('Note to myself.');
  await person.seesMark('Note to myself.', 'Only on this device so far');
}

test('a server that has never been in reach: the page says so, and works alone', async () => {
  const gone = await Server.start();
  await gone.kill();
  const ada = await Person.at(await hostPage({ server: gone.url }), 'Ada');
  await talksAlone(ada);
  await ada.isTold(NOTICES.noServer);
  await ada.page.getByRole('link', { name: 'Connections' }).click();
  await ada.isTold('cannot be reached');
  await ada.isTold(`The server at ${gone.url} does not answer.`);
});

test('a server of another protocol version: the page says what to do, and works alone', async () => {
  const ada = await Person.at(await hostPage({ server: await serverOfVersion(9) }), 'Ada');
  await talksAlone(ada);
  await ada.page.getByRole('link', { name: 'Connections' }).click();
  await ada.isTold('refused this device');
  await ada.isTold(/speaks version 9 of the signaling protocol, not 1\. Reload the page/);
});

test('a server that talks nonsense: the page survives it, and works alone', async () => {
  const senseless = await senselessServer();
  const ada = await Person.at(await hostPage({ server: senseless.url }), 'Ada');
  await talksAlone(ada);
  await eventually(senseless.answered).toBeGreaterThan(0);
  await ada.says('Still here.');
  await ada.seesMark('Still here.', 'Only on this device so far');
});

test('a peer that talks nonsense on a link loses the link, and nothing that was said is lost', async () => {
  const server = await Server.start();
  const ada = await Person.at(server.url, 'Ada');
  await ada.createsSpace('Lyre Street');
  const bo = await Person.invited(await ada.invites(), 'Bo');
  await ada.seesStatus(/^direct/);
  await bo.seesStatus(/^direct/);
  await ada.says('Ada 1 of 3');
  await bo.sees('Ada 1 of 3');

  const nonsense = Array.from({ length: 600 }, (_, index) => (index * 151 + 200) % 256);
  expect(await sendOnChannels(bo.page, nonsense)).toBe(1);
  await ada.says('Ada 2 of 3', 'Ada 3 of 3');
  await bo.says('Bo 1 of 1');
  const all = [...numbered('Ada', 3), ...numbered('Bo', 1)];
  for (const person of [ada, bo]) await person.seesAll(all, NUMBERED);
});
