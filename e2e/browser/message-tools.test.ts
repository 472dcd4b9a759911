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
});

test('a thread has a place of its own beside the channel, in which both talk', async () => {
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
  await ada.timeline.getByRole('button', { name: '2 replies' }).waitFor();
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
