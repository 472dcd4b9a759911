import { test } from 'vitest';
import { Person } from './stage/person.ts';
import { Server } from './stage/server.ts';

test('what came while one was elsewhere waits on one page that has an end, and a hidden address is told nobody', async () => {
  const server = await Server.start();
  const ada = await Person.at(server.url, 'Ada');
  const { page } = ada;
  await ada.createsSpace('Lyre Street');
  await ada.says('Who brings a ladder?', 'Who has a saw?');
  const bo = await Person.invited(await ada.invites(), 'Bo');
  await bo.sees('Who has a saw?');
  const goes = (to: string) => page.getByRole('link', { name: to, exact: true }).click();
  await goes('Catch up');
  await ada.isTold('You are caught up');

  await bo.usesTool('Who brings a ladder?', 'Reply');
  await bo.says('I do.');
  await bo.usesTool('Who has a saw?', 'Reply');
  await bo.says('The long one.');
  const replies = page.getByRole('region', { name: 'Replies to you' });
  const unread = page.getByRole('main').getByRole('region', { name: 'Lyre Street' });
  await replies.getByText('The long one.').waitFor();
  await unread.getByRole('link').waitFor();
  await replies.getByRole('button', { name: 'Mark as read: Bo, I do.' }).click();
  await replies.getByText('I do.').waitFor({ state: 'detached' });
  await replies.getByRole('link', { name: 'The long one.' }).click();
  await ada.sees('The long one.');
  await goes('Catch up');
  await ada.isTold('You are caught up');

  await bo.says('And gloves.');
  await unread.getByRole('link').waitFor();
  await page.getByRole('button', { name: 'Mark all as read' }).click();
  await ada.isTold('You are caught up');

  await bo.seesMember('Ada', 'direct');
  await goes('Settings');
  await page.getByRole('checkbox', { name: 'Hide my address' }).check();
  await bo.seesMember('Ada', 'relayed');
  await ada.reloads();
  await bo.seesMember('Ada', 'relayed');
  await page.getByRole('link', { name: 'general' }).click();
  await ada.says('By way of the server.');
  await bo.sees('By way of the server.');
  await bo.seesMember('Ada', 'relayed');
});
