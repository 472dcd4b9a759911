import { expect, test } from 'vitest';
import { Person } from './stage/person.ts';
import { Server } from './stage/server.ts';

const wordsOn = (person: Person) =>
  person.page.getByRole('list', { name: 'Six words' }).getByRole('listitem');

test('a second device is linked by a link, holds the same space, and speaks as the same person', async () => {
  const server = await Server.start();
  const laptop = await Person.at(server.url, 'Ada');
  await laptop.createsSpace('Lyre Street');
  await laptop.says('Written before the phone was there.');
  await laptop.page.getByRole('link', { name: 'Settings', exact: true }).click();
  await laptop.page.getByRole('button', { name: 'Link a device' }).click();
  await laptop.page.getByRole('img', { name: 'QR code of the device link' }).waitFor();
  const link = await laptop.page.getByRole('textbox', { name: 'Device link' }).inputValue();

  const phone = await Person.withBrowser('Ada');
  await phone.opens(server.url);
  await phone.page.getByRole('link', { name: 'I already use Snug on another device' }).click();
  await phone.page.getByRole('textbox', { name: 'Device link' }).fill(link);
  await phone.page.getByRole('button', { name: 'Link', exact: true }).click();

  await laptop.page.getByRole('button', { name: 'The words match' }).waitFor();
  await wordsOn(phone).nth(5).waitFor();
  const words = await wordsOn(laptop).allInnerTexts();
  expect(words).toHaveLength(6);
  for (const word of words) expect(word).toMatch(/^[a-z]{3,8}$/);
  expect(await wordsOn(phone).allInnerTexts()).toEqual(words);

  await laptop.page.getByRole('button', { name: 'The words match' }).click();
  await laptop.page.getByRole('button', { name: 'Done' }).click();
  await phone.page.getByRole('button', { name: 'Continue' }).click();
  await phone.page.getByRole('list', { name: 'Your spaces' }).getByText('Lyre Street').click();
  await phone.isIn();
  await phone.sees('Written before the phone was there.');
  await phone.says('Written on the phone.');

  const devices = laptop.page.getByRole('list', { name: 'Your devices' }).getByRole('listitem');
  await devices.nth(1).waitFor();
  await laptop.page.getByRole('link', { name: 'general' }).click();
  await laptop.sees('Written on the phone.');
  // One person, on whichever device.
  const members = laptop.page.getByRole('list', { name: 'Members' }).getByRole('listitem');
  expect(await members.count()).toBe(1);

  // The link is in no address that could be read or opened again.
  const opened = await Person.withBrowser('Ada');
  await opened.opens(link);
  await opened.page.getByText('This link has been used.').waitFor();
  expect(opened.page.url()).not.toContain(link.split('#')[1]);
});
