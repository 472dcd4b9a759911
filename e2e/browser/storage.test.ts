import { expect, test } from 'vitest';
import { fillStorage, refuseStorage } from './stage/engine-trouble.ts';
import { NOTICES } from './stage/notices.ts';
import { Person } from './stage/person.ts';
import { Server } from './stage/server.ts';

test('a browser that refuses storage: the page says that nothing is kept, and the conversation works', async () => {
  const server = await Server.start();
  const ada = await Person.at(server.url, 'Ada');
  await ada.createsSpace('Lyre Street');
  const bo = await Person.invited(await ada.invites(), 'Bo', {
    prepare: refuseStorage,
    complaints: /Access is denied/,
  });
  await bo.isTold(NOTICES.storageRefused);
  await bo.says('Only passing through.');
  await ada.sees('Only passing through.');
  await ada.says('Come again.');
  await bo.sees('Come again.');
});

test('a device without room: what could not be kept stays in the composer, and goes out once there is room', async () => {
  const server = await Server.start();
  const ada = await Person.at(server.url, 'Ada');
  await ada.createsSpace('Lyre Street');
  const bo = await Person.invited(await ada.invites(), 'Bo');
  await ada.says('There is room yet.');
  await bo.sees('There is room yet.');

  const makeRoom = await fillStorage(ada.page);
  await ada.says('There is none.');
  await ada.isTold('This device is full. Nothing was sent');
  await ada.isTold(NOTICES.storageFull);
  expect(await ada.composer.inputValue()).toBe('There is none.');
  expect(await ada.message('There is none.').count()).toBe(0);

  await makeRoom();
  await ada.composer.press('Enter');
  await ada.seesMark('There is none.', 'Everyone here has it');
  await bo.sees('There is none.');
  expect(await ada.composer.inputValue()).toBe('');
  await ada.page.getByText(NOTICES.storageFull).waitFor({ state: 'hidden' });
});
