import { expect, test } from 'vitest';
import { Person } from './stage/person.ts';
import { Server } from './stage/server.ts';

const phone = { width: 360, height: 740 };

async function fits(person: Person): Promise<void> {
  const tooWide = await person.page.evaluate(() => {
    const { scrollWidth } = document.scrollingElement ?? document.documentElement;
    return Math.max(0, scrollWidth - innerWidth);
  });
  expect(tooWide, `at ${person.page.url()}`).toBe(0);
}

test('on a screen of 360 pixels everything fits, and Back leads from each place to the one before', async () => {
  const server = await Server.start();
  const ada = await Person.withBrowser('Ada', { viewport: phone });
  const { page } = ada;
  await ada.opens(server.url);
  await page.getByRole('textbox', { name: 'Display name' }).waitFor();
  await fits(ada);
  await ada.choosesName();
  await page.getByRole('button', { name: 'Create space' }).waitFor();
  await fits(ada);
  await ada.createsSpace('The allotments behind the old Lyre Street gasworks');
  await ada.says('https://example.org/averyverylongpathwithoutasinglebreak/that-goes-on-and-on');
  await ada.sees('averyverylong');
  await ada.seesStatus('1 here');
  await fits(ada);

  await page.getByRole('button', { name: 'Members' }).click();
  await page.getByRole('list', { name: 'Members' }).waitFor();
  await fits(ada);
  await page.keyboard.press('Escape');
  await page.getByRole('list', { name: 'Members' }).waitFor({ state: 'detached' });

  await page.getByRole('link', { name: 'Back' }).click();
  await page.getByRole('navigation', { name: 'Channels' }).waitFor();
  await fits(ada);
  await page.getByRole('button', { name: 'Invite', exact: true }).click();
  await page.getByRole('textbox', { name: 'Invite link' }).waitFor();
  await fits(ada);
  await page.keyboard.press('Escape');
  await page.getByRole('link', { name: 'Connections' }).click();
  await page.getByRole('heading', { name: 'Connections' }).waitFor();
  await fits(ada);
  await page.getByRole('link', { name: 'Back' }).click();
  await page.getByRole('navigation', { name: 'Channels' }).getByRole('link').first().click();
  await ada.isIn();
  await page.goBack();
  await page.getByRole('navigation', { name: 'Channels' }).waitFor();
  await page.goForward();
  await ada.isIn();
});
