import { expect, test } from 'vitest';
import { eventually } from './stage/eventually.ts';
import { Person } from './stage/person.ts';
import { Server } from './stage/server.ts';

async function twoInASpace(): Promise<{ ada: Person; bo: Person }> {
  const server = await Server.start();
  const ada = await Person.at(server.url, 'Ada');
  await ada.createsSpace('Lyre Street');
  await ada.says('Who brings a ladder?', 'And who brings cake?');
  const bo = await Person.invited(await ada.invites(), 'Bo');
  await bo.sees('And who brings cake?');
  return { ada, bo };
}

test('an answer, a reaction, another wording and a deletion are seen by the other, and a deletion taken back too', async () => {
  const { ada, bo } = await twoInASpace();

  await bo.usesTool('Who brings a ladder?', 'Reply');
  await bo.isTold('Answering Ada');
  await bo.says('I do.');
  await ada.message('I do.').filter({ hasText: 'Ada Who brings a ladder?' }).waitFor();

  await bo.usesTool('And who brings cake?', 'React');
  await bo.page.getByRole('button', { name: 'Thumbs up' }).click();
  const thumbsUp = ada.message('And who brings cake?').getByRole('button', { name: '👍 from' });
  await thumbsUp.filter({ hasText: '👍 from Bo' }).waitFor();
  await thumbsUp.click();
  await bo.message('👍 from Bo and Ada').waitFor();
  await thumbsUp.click();
  await bo.message('👍 from Bo and Ada').waitFor({ state: 'detached' });
  await bo.usesTool('And who brings cake?', 'React');
  await bo.page.getByRole('button', { name: 'Seen, will answer' }).click();
  await ada.message('Seen, and will be answered, by Bo').waitFor();

  await bo.usesTool('I do.', 'Edit');
  expect(await bo.composer.inputValue()).toBe('I do.');
  await bo.says('I do, the long one.');
  await ada.message('I do, the long one.').filter({ hasText: 'edited' }).waitFor();
  await ada.message('I do, the long one.').hover();
  await ada.tool('Reply').waitFor();
  expect(await ada.tool('Edit').count()).toBe(0);

  await bo.usesTool('I do, the long one.', 'Delete');
  const question = bo.page.getByRole('dialog', { name: 'Delete this message?' });
  await question.getByText('Whoever read it may still have it.').waitFor();
  await question.getByRole('button', { name: 'Delete' }).click();
  await ada.sees('Deleted by its author');
  await ada.message('I do, the long one.').waitFor({ state: 'detached' });
  await bo.page.getByRole('button', { name: 'Undo' }).click();
  await ada.sees('I do, the long one.');

  await ada.choosesFromMenu('And who brings cake?', 'Select');
  await ada.message('I do, the long one.').getByRole('checkbox').click();
  const selected = ada.page.getByRole('toolbar', { name: 'Selected messages' });
  await selected.filter({ hasText: '2 messages selected' }).waitFor();
  await selected.getByRole('button', { name: 'Move' }).click();
  const move = ada.page.getByRole('dialog', { name: 'Move 2 messages' });
  await move.getByRole('radio', { name: 'A new thread' }).check();
  await move.getByRole('button', { name: 'Move' }).click();
  await ada.isTold('Moved 1 message into a thread.');
  await bo.timeline.getByRole('button', { name: '1 reply' }).waitFor();
  await bo.timeline.getByRole('link', { name: '1 message moved into a thread by Ada' }).waitFor();
  await ada.page.getByRole('button', { name: 'Undo' }).click();
  await bo.timeline.getByRole('button', { name: '1 reply' }).waitFor({ state: 'detached' });
  await bo.sees('I do, the long one.');
});

test('whom one names is offered, what is pinned is listed, and what is searched for is found', async () => {
  const { ada, bo } = await twoInASpace();
  await bo.composer.pressSequentially('Ask @@ad');
  await bo.page.getByRole('option', { name: 'Ada' }).waitFor();
  await bo.composer.press('Enter');
  await eventually(() => bo.composer.inputValue()).toBe('Ask @@Ada ');
  await bo.isTold('asks Ada now.');
  await bo.composer.press('Enter');
  await ada.sees('Ask @@Ada');

  await ada.choosesFromMenu('Who brings a ladder?', 'Pin');
  await bo.message('Who brings a ladder?').filter({ hasText: 'pinned' }).waitFor();
  await bo.page.getByRole('button', { name: 'Channel menu' }).click();
  await bo.page.getByRole('menuitem', { name: 'Pinned and tagged' }).click();
  await bo.page.getByRole('list', { name: 'Pinned' }).getByRole('button').click();
  const reading = bo.timeline.locator(':focus');
  await reading.filter({ hasText: 'Who brings a ladder?' }).waitFor();

  await bo.page.keyboard.press('/');
  await bo.page.getByRole('combobox', { name: 'Search messages' }).fill('cake from:ada');
  await bo.page.getByRole('option', { name: 'And who brings cake?' }).waitFor();
  await bo.page.keyboard.press('Enter');
  await reading.filter({ hasText: 'And who brings cake?' }).waitFor();

  await bo.page.getByRole('button', { name: 'Channel menu' }).click();
  await bo.page.getByRole('menuitem', { name: 'Jump to a day' }).click();
  await bo.page.getByRole('textbox', { name: 'Day', exact: true }).fill('2020-01-01');
  await bo.page.getByRole('button', { name: 'Jump' }).click();
  await reading.filter({ hasText: 'Who brings a ladder?' }).waitFor();
});

test('a thread has a place of its own beside the channel, and grows into a page and a channel', async () => {
  const { ada, bo } = await twoInASpace();
  await bo.usesTool('And who brings cake?', 'Start thread');
  const [adas, bos] = [ada, bo].map((person) => person.thread);
  await bos?.getByRole('textbox', { name: 'Message in this thread' }).fill('Plum, if it rains.');
  await bos?.getByRole('button', { name: 'Send' }).click();
  await bos?.getByRole('listitem').filter({ hasText: 'Plum, if it rains.' }).waitFor();

  await ada.timeline.getByRole('button', { name: '1 reply' }).click();
  await adas?.getByRole('listitem').filter({ hasText: 'Plum, if it rains.' }).waitFor();
  await adas?.getByRole('textbox', { name: 'Message in this thread' }).fill('It will.');
  await adas?.getByRole('textbox', { name: 'Message in this thread' }).press('Enter');
  await bos?.getByRole('listitem').filter({ hasText: 'It will.' }).waitFor();
  expect(await ada.timeline.getByRole('listitem').filter({ hasText: 'It will.' }).count()).toBe(0);

  await ada.page.goBack();
  await adas?.waitFor({ state: 'detached' });
  await ada.timeline.getByRole('button', { name: '2 replies' }).click();

  await adas?.getByRole('button', { name: 'Grow into a page' }).click();
  const growing = ada.page.getByRole('dialog', { name: 'Grow into a page' });
  await growing.getByRole('textbox', { name: 'Page title' }).fill('Cakes');
  await growing.getByRole('button', { name: 'Create' }).click();
  await ada.page.getByRole('region', { name: 'Sources' }).getByText('Plum, if it rains.').waitFor();
  await bo.page.getByRole('link', { name: 'Threads' }).click();
  await bo.page.getByRole('link', { name: 'Cakes' }).click();
  const [adaWrites, boWrites] = [ada, bo].map(({ page }) =>
    page.getByRole('textbox', { name: 'Page text' }),
  );
  for (const { page } of [ada, bo]) await page.getByRole('button', { name: 'Edit page' }).click();
  await adaWrites?.press('Control+Home');
  await adaWrites?.pressSequentially('Ada bakes. ');
  await boWrites?.press('Control+End');
  await boWrites?.pressSequentially(' Bo does too.');
  const both = 'Ada bakes. And who brings cake?\n\nPlum, if it rains.\n\nIt will. Bo does too.';
  for (const field of [adaWrites, boWrites]) await eventually(() => field?.inputValue()).toBe(both);
  await ada.page.getByRole('button', { name: 'Done' }).click();
  await ada.page.goBack();

  await adas?.getByRole('button', { name: 'Make it a channel' }).click();
  const naming = ada.page.getByRole('dialog', { name: 'Make it a channel' });
  await naming.getByRole('textbox', { name: 'Channel name' }).fill('cakes');
  await naming.getByRole('button', { name: 'Make it a channel' }).click();
  await ada.sees('Plum, if it rains.');
  await ada.page.getByRole('button', { name: 'Channel menu' }).click();
  await ada.page.getByRole('menuitem', { name: 'Channel settings' }).click();
  await ada.page.getByRole('textbox', { name: 'Topic' }).fill('Who bakes what');
  await ada.page.getByRole('button', { name: 'Save' }).click();
  const channels = bo.page.getByRole('navigation', { name: 'Channels' });
  await channels.getByRole('link', { name: 'cakes' }).click();
  await bo.isTold('Who bakes what');

  await bo.page.getByRole('link', { name: 'Manage space' }).click();
  await bo.page.getByRole('button', { name: 'Leave the space' }).click();
  const leaving = bo.page.getByRole('dialog', { name: 'Leave Lyre Street?' });
  await leaving.getByRole('button', { name: 'Leave' }).click();
  await bo.page.getByRole('button', { name: 'Create space' }).waitFor();
  const members = ada.page.getByRole('list', { name: 'Members' }).getByRole('listitem');
  await members.filter({ hasText: 'Bo' }).waitFor({ state: 'detached' });
});

test('by keyboard alone one comes to a message and its tools, changes one’s last words, and keeps a draft', async () => {
  const { ada } = await twoInASpace();
  const { keyboard } = ada.page;
  await ada.composer.focus();
  await keyboard.press('ArrowUp');
  await ada.isTold('Editing your message');
  await ada.composer.fill('never mind');
  await keyboard.press('Escape');
  await eventually(() => ada.composer.inputValue()).toBe('');
  await ada.message('And who brings cake?').waitFor();

  await keyboard.type('A draft');
  await keyboard.press('Shift+Tab');
  await keyboard.press('ArrowUp');
  await ada.tool('Reply').waitFor();
  await ada.tabsTo('button', 'Reply');
  await keyboard.press('Enter');
  await ada.isTold('Answering Ada');
  await ada.hasFocus('textbox', 'Message');
  expect(await ada.composer.inputValue()).toBe('A draft');
  await ada.reloads();
  await ada.isTold('Answering Ada');
  await keyboard.type(' that answers.');
  await keyboard.press('Enter');
  await ada
    .message('A draft that answers.')
    .filter({ hasText: 'Ada Who brings a ladder?' })
    .waitFor();
});
