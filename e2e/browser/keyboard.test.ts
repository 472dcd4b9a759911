import { expect, test } from 'vitest';
import { Person } from './stage/person.ts';
import { Server } from './stage/server.ts';

test('from the first run to the first message by keyboard alone', async () => {
  const server = await Server.start();
  const ada = await Person.withBrowser('Ada');
  await ada.opens(server.url);
  const { keyboard } = ada.page;

  await ada.hasFocus('textbox', 'Display name');
  await keyboard.type('Ada');
  await keyboard.press('Enter');
  await ada.tabsTo('button', 'Create space');
  await keyboard.press('Enter');
  await ada.hasFocus('textbox', 'Space name');
  await keyboard.type('Lyre Street');
  await keyboard.press('Enter');
  await ada.hasFocus('textbox', 'Message');
  await keyboard.type('Without a mouse.');
  await keyboard.press('Enter');
  await ada.sees('Without a mouse.');
  expect(await ada.composer.inputValue()).toBe('');

  await ada.tabsTo('button', 'Invite');
  await keyboard.press('Enter');
  await ada.hasFocus('textbox', 'Invite link');
  await keyboard.press('Escape');
  await ada.hasFocus('button', 'Invite');
  await ada.tabsTo('button', 'New channel');
  await keyboard.press('Space');
  await ada.hasFocus('textbox', 'Channel name');
  await keyboard.type('garden');
  await keyboard.press('Enter');
  await ada.page.getByRole('heading', { name: 'garden' }).waitFor();
});
