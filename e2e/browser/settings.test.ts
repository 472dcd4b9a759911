import { readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { Person } from './stage/person.ts';
import { Server } from './stage/server.ts';

const PASSPHRASE = 'wool and paper';

async function opensSettings(person: Person): Promise<void> {
  await person.page.getByRole('link', { name: 'Settings', exact: true }).click();
  await person.page.getByRole('heading', { name: 'Settings', level: 1 }).waitFor();
}

test('settings are kept, a space goes into a file, the device is wiped, and the file can be read again', async () => {
  const server = await Server.start();
  const ada = await Person.at(server.url, 'Ada');
  const { page } = ada;
  await ada.createsSpace('Lyre Street');
  await ada.says('The key is under the pot.');
  await ada.seesStored('The key is under the pot.');

  await opensSettings(ada);
  const name = page.getByRole('textbox', { name: 'Display name' });
  await name.fill('Ada Park');
  await page.getByRole('region', { name: 'Profile' }).getByRole('button', { name: 'Save' }).click();
  await ada.isTold('Saved.');
  await page.getByRole('radio', { name: 'Dark' }).check();
  await page.getByRole('checkbox', { name: 'Hide my address' }).check();
  await ada.reloads();
  await expect.poll(() => page.locator('html').getAttribute('data-theme')).toBe('dark');
  expect(await page.getByRole('checkbox', { name: 'Hide my address' }).isChecked()).toBe(true);
  expect(await name.inputValue()).toBe('Ada Park');
  expect(await page.evaluate(() => getComputedStyle(document.body).colorScheme)).toBe('dark');

  await page.getByRole('button', { name: 'Export Lyre Street' }).click();
  const dialog = page.getByRole('dialog', { name: 'Export Lyre Street' });
  await dialog.getByRole('button', { name: 'Export as readable text' }).click();
  const text = page.waitForEvent('download');
  await dialog.getByRole('link', { name: 'Download' }).click();
  expect(await readFile(await (await text).path(), 'utf8')).toContain('The key is under the pot.');
  await dialog.getByRole('textbox', { name: 'Passphrase' }).fill(PASSPHRASE);
  await dialog.getByRole('button', { name: 'Export', exact: true }).click();
  await dialog.getByText(/\.snug, /).waitFor();
  const sealed = page.waitForEvent('download');
  await dialog.getByRole('link', { name: 'Download' }).click();
  const download = await sealed;
  expect(download.suggestedFilename()).toMatch(/^lyre-street-.*\.snug$/);
  const buffer = await readFile(await download.path());
  await page.keyboard.press('Escape');

  await page.getByRole('button', { name: 'Wipe this device' }).click();
  const wiping = page.getByRole('dialog', { name: 'Wipe this device?' });
  await wiping.getByRole('button', { name: 'Wipe this device' }).click();
  await page.getByRole('textbox', { name: 'Display name' }).waitFor();
  await page.getByRole('button', { name: 'Continue' }).waitFor();
  expect(await page.locator('html').getAttribute('data-theme')).toBeNull();
  await ada.choosesName();
  await page.getByRole('button', { name: 'Create space' }).waitFor();
  expect(await page.getByText('Lyre Street').count()).toBe(0);

  await opensSettings(ada);
  const importing = page.getByRole('region', { name: 'Import' });
  await importing
    .getByLabel('File')
    .setInputFiles({ name: 'lyre.snug', mimeType: 'application/octet-stream', buffer });
  await importing.getByRole('textbox', { name: 'Its passphrase' }).fill('something else');
  await importing.getByRole('button', { name: 'Import' }).click();
  await importing.getByRole('alert').filter({ hasText: 'passphrase' }).waitFor();
  await importing.getByRole('textbox', { name: 'Its passphrase' }).fill(PASSPHRASE);
  await importing.getByRole('button', { name: 'Import' }).click();
  await importing.getByRole('link', { name: 'Open Lyre Street' }).click();
  await ada.sees('The key is under the pot.');
  await ada.isTold('from a file, to read');
  await ada.isTold('This space came from a file.');
  expect(await ada.composer.count()).toBe(0);
});
