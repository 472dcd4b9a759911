import { expect, test } from 'vitest';
import { Person } from './stage/person.ts';
import { Server } from './stage/server.ts';

const conversations = (person: Person) =>
  person.page.getByRole('navigation', { name: 'Direct messages' });

/** What is read and written is that of this channel, or this person. */
const isAt = (person: Person, name: string) =>
  person.page.getByRole('heading', { name, level: 1 }).waitFor();

const contact = (person: Person, name: RegExp) =>
  person.page.getByRole('main').getByRole('link', { name });

test('two people who share a space write to each other alone: a third member sees nothing of it, and a reload keeps it', async () => {
  const server = await Server.start();
  const ada = await Person.at(server.url, 'Ada');
  await ada.createsSpace('Lyre Street');
  const invite = await ada.invites();
  const bo = await Person.invited(invite, 'Bo');
  const cy = await Person.invited(invite, 'Cy');
  for (const person of [ada, bo, cy]) await person.seesStatus(/3 here/);

  const members = ada.page.getByRole('list', { name: 'Members' });
  await members.getByRole('button', { name: /^Bo/ }).click();
  await ada.page.getByRole('dialog').getByRole('button', { name: 'Message' }).click();
  await conversations(ada).getByRole('link', { name: 'Bo' }).waitFor();
  await isAt(ada, 'Bo');
  await ada.says('Only for you, Bo.');

  await conversations(bo).getByRole('link', { name: 'Ada' }).click();
  await isAt(bo, 'Ada');
  await bo.sees('Only for you, Bo.');
  await bo.says('I keep it to myself.');
  await ada.sees('I keep it to myself.');
  await ada.seesMark('Only for you, Bo.', 'Everyone here has it');

  await ada.page.getByRole('link', { name: 'Lyre Street' }).click();
  await isAt(ada, 'general');
  await ada.says('And this is for all.');
  await cy.sees('And this is for all.');
  expect(await conversations(cy).count()).toBe(0);
  expect(await cy.message('Only for you').count()).toBe(0);

  await conversations(ada).getByRole('link', { name: 'Bo' }).click();
  await ada.sees('Only for you, Bo.');
  await ada.reloads();
  await ada.sees('I keep it to myself.');
  await ada.says('Still here.');
  await bo.sees('Still here.');
});

test('a name of one’s own for somebody stands beside the one that they use, and blocking hides what they write', async () => {
  const server = await Server.start();
  const ada = await Person.at(server.url, 'Ada');
  await ada.createsSpace('Lyre Street');
  const bo = await Person.invited(await ada.invites(), 'Bo');
  await bo.says('Hello.');

  await ada.page.getByRole('link', { name: 'Contacts' }).click();
  await contact(ada, /^Bo/).click();
  await ada.page.getByRole('textbox', { name: 'Petname' }).fill('Bosse');
  await ada.page.getByRole('button', { name: 'Save' }).click();
  await isAt(ada, 'Bosse');
  await ada.page.getByRole('button', { name: 'Message' }).click();
  await isAt(ada, 'Bosse');
  await ada.says('Just us.');
  await conversations(bo).getByRole('link', { name: 'Ada' }).click();
  await bo.sees('Just us.');
  await conversations(ada).getByRole('link', { name: 'Bosse' }).waitFor();

  await ada.page.getByRole('link', { name: 'Contacts' }).click();
  await contact(ada, /^Bosse/).click();
  await ada.page.getByRole('button', { name: 'Block' }).click();
  await conversations(ada).waitFor({ state: 'detached' });
  await ada.reloads();
  await ada.page.getByRole('button', { name: 'Unblock' }).waitFor();
  expect(await conversations(ada).count()).toBe(0);
  await ada.page.getByRole('link', { name: 'Lyre Street' }).click();
  await ada.message('Hello.').getByText('Bosse').waitFor();
});

test('two people with no space in common write to each other by a contact card', async () => {
  const server = await Server.start();
  const ada = await Person.at(server.url, 'Ada');
  const bo = await Person.at(server.url, 'Bo');
  await bo.page.getByRole('link', { name: 'Contacts' }).click();
  await bo.page.getByRole('button', { name: 'Make a card' }).click();
  const card = await bo.page.getByRole('textbox', { name: 'Contact card' }).inputValue();

  await ada.opens(card);
  await isAt(ada, 'Contact card');
  await ada.page.getByRole('textbox', { name: 'Introduction' }).fill('Ada, from the fair.');
  await ada.page.getByRole('button', { name: 'Knock' }).click();
  await isAt(ada, 'Bo');
  await ada.says('Is this you?');

  await bo.isTold('Ada, from the fair.');
  await bo.page.getByRole('button', { name: 'Accept Ada' }).click();
  await contact(bo, /^Ada/).click();
  await bo.page.getByRole('button', { name: 'Message' }).click();
  await isAt(bo, 'Ada');
  await bo.sees('Is this you?');
  await bo.says('It is.');
  await ada.sees('It is.');
});
