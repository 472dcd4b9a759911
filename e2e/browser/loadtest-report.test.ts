/** The load test's report in a browser: what it asks for, what its own script does, and whether it fits. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Page } from 'playwright-core';
import { expect, onTestFinished, test } from 'vitest';
import { bytes, money } from '../loadtest/report/amounts.ts';
import { month, ratesOfMonth } from '../loadtest/report/arithmetic.ts';
import { sampleResult } from '../loadtest/report/test/sample-result.ts';
import { writeReport } from '../loadtest/report.ts';
import type { LoadtestResult } from '../loadtest/result.ts';
import { Profile } from './stage/profile.ts';

interface Opened {
  readonly page: Page;
  /** Addresses of all that was asked for. */
  readonly asked: readonly string[];
  readonly address: string;
}

/** Opens the report of this result from disk, in a window of this width. */
async function opened(result: LoadtestResult, width = 1440): Promise<Opened> {
  const folder = mkdtempSync(path.join(tmpdir(), 'snug-report-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const file = path.join(folder, 'report.html');
  writeReport(file, result);
  const profile = await Profile.start({ viewport: { width, height: 844 } });
  const page = await profile.blankPage();
  const asked: string[] = [];
  page.on('request', (request) => asked.push(request.url()));
  const address = pathToFileURL(file).href;
  await page.goto(address);
  return { page, asked, address };
}

test('the report asks for nothing but itself, and reckons another community’s month as the tests do', async () => {
  const result = sampleResult();
  const { page, asked, address } = await opened(result);
  const fields = {
    Members: 900,
    'Online at once': 70,
    'Messages a day': 12_000,
    'Average message': 110,
    'Sessions a day': 5,
    'Price per GB': 0.5,
    'No direct link': 12.5,
  };
  for (const [name, value] of Object.entries(fields))
    await page.getByRole('spinbutton', { name }).fill(String(value));
  const shown = page.getByRole('region', { name: 'A month' });
  const expected = result.modes.map((mode) =>
    month(ratesOfMonth(result, mode), {
      members: 900,
      online: 70,
      messagesPerDay: 12_000,
      textBytes: 110,
      sessionsPerDay: 5,
      pricePerGB: 0.5,
      relayed: 0.125,
    }),
  );
  const cells = (name: string) =>
    shown
      .getByRole('row', { name: new RegExp(`^${name} `) })
      .getByRole('cell')
      .allTextContents();
  expect(await cells('Chat')).toEqual(expected.map(({ chat }) => bytes(chat)));
  expect(await cells('Set-up')).toEqual(expected.map(({ setUp }) => bytes(setUp)));
  expect(await cells('Heartbeats')).toEqual(expected.map(({ heartbeat }) => bytes(heartbeat)));
  expect(await cells('In all')).toEqual(expected.map(({ total }) => bytes(total)));
  expect(await cells('Price')).toEqual(expected.map(({ price }) => money(price)));

  const trouble = page.getByText('Each field takes a number');
  expect(await trouble.isVisible()).toBe(false);
  await page.getByRole('spinbutton', { name: 'Members' }).fill('-3');
  await trouble.waitFor({ state: 'visible' });
  expect(await cells('Price')).toEqual(expected.map(({ price }) => money(price)));
  await page.getByRole('spinbutton', { name: 'Members' }).fill('900');
  await trouble.waitFor({ state: 'hidden' });
  expect(asked).toEqual([address]);
});

test('the report turns dark and light by its button, and is light on paper', async () => {
  const { page } = await opened(sampleResult());
  const ground = () =>
    page.evaluate(() => getComputedStyle(document.documentElement).backgroundColor);
  const light = await ground();
  await page.getByRole('button', { name: 'Dark theme' }).click();
  const dark = await ground();
  expect(dark).not.toBe(light);
  await page.emulateMedia({ media: 'print' });
  expect(await ground()).toBe(light);
  await page.emulateMedia({ media: 'screen', colorScheme: 'dark' });
  await page.getByRole('button', { name: 'Light theme' }).click();
  expect(await ground()).toBe(light);
});

test.each([390, 768, 1440])(
  'the report fits a window of %i px with everything opened, each chart drawn once',
  async (width) => {
    const { page } = await opened(sampleResult(), width);
    for (const summary of await page.locator('summary').all()) await summary.click();
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(width);
    const figures = await page.locator('figure').count();
    expect(figures).toBe(7);
    expect(await page.getByRole('img').count()).toBe(figures);
  },
);
