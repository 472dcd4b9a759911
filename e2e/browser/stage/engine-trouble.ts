/**
 * Troubles of the machine beneath the engine: storage that refuses or is full, a clock that runs ahead. The engine is in
 * a worker, where Playwright's init scripts do not run: it is reached as a developer would reach it, from outside.
 */
import type { BrowserContext, Page, Worker } from 'playwright-core';

/** The browser refuses storage, as some do in private windows. Before the first page. */
export async function refuseStorage(context: BrowserContext): Promise<void> {
  await context.route(/engine-worker-.*\.js$/, async (route) => {
    const response = await route.fetch();
    const refusal = `
      IDBFactory.prototype.open = () => {
        throw new DOMException('Access is denied.', 'SecurityError');
      };`;
    await route.fulfill({ response, body: `${refusal}\n${await response.text()}` });
  });
}

function engineOf(page: Page): Worker {
  const [engine] = page.workers();
  if (engine === undefined) throw new Error('This page has no engine.');
  return engine;
}

/** Every further write fails for want of room. @returns what makes room again */
export async function fillStorage(page: Page): Promise<() => Promise<void>> {
  const engine = engineOf(page);
  await engine.evaluate(() => {
    const { add, put } = IDBObjectStore.prototype;
    const full = () => {
      throw new DOMException('The quota has been exceeded.', 'QuotaExceededError');
    };
    Object.assign(IDBObjectStore.prototype, { add: full, put: full });
    addEventListener('room', () => Object.assign(IDBObjectStore.prototype, { add, put }));
  });
  return () => engine.evaluate(() => void dispatchEvent(new Event('room')));
}

/** The device's clock stands so many days later from now on. */
export async function turnClockAhead(page: Page, days: number): Promise<void> {
  await engineOf(page).evaluate(
    (ms) => {
      const now = Date.now.bind(Date);
      Date.now = () => now() + ms;
    },
    days * 24 * 3600_000,
  );
}
