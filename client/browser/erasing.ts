/**
 * Everything that Snug keeps in a browser, erased: its database with the device's key, what the page remembers, and what was put by
 * for when there is no network. An origin may hold others' things, too: those are left alone.
 */
import type { Result } from '../engine/view.ts';
import { DATABASE } from './indexeddb-store.ts';

/** The names of all that Snug keeps in the page's storages and caches begin so. */
const OURS = /^snug[ .:_-]/;
/** How long other tabs may take to let go of the database, ms. */
const PATIENCE_MS = 10_000;

export interface BrowserStorages {
  readonly databases: () => Pick<IDBFactory, 'deleteDatabase'>;
  /** `localStorage` and `sessionStorage`; asking for one may throw. */
  readonly texts: readonly (() => Storage)[];
  /** Absent on pages without https. */
  readonly caches: Pick<CacheStorage, 'keys' | 'delete'> | undefined;
  readonly patienceMs?: number;
}

/** Of this page. */
export const storagesHere: BrowserStorages = {
  databases: () => indexedDB,
  texts: [() => localStorage, () => sessionStorage],
  caches: globalThis.caches,
};

/** Erases as much as it can: what fails does not keep the rest from going. Never rejects. */
export async function erase(storages: BrowserStorages): Promise<Result<null>> {
  const left: string[] = [];
  const attempt = async (what: string, work: () => Promise<unknown> | undefined) => {
    try {
      await work();
    } catch (error) {
      left.push(`${what} (${error instanceof Error ? error.message : error})`);
    }
  };
  const patience = storages.patienceMs ?? PATIENCE_MS;
  await attempt('messages and keys', () => deleted(storages.databases(), patience));
  for (const open of storages.texts) await attempt('drafts', async () => clear(open));
  await attempt('the page kept for offline', () => dropped(storages.caches));
  if (left.length === 0) return { ok: true, value: null };
  const message = `Not everything could be erased: ${[...new Set(left)].join(', ')}. Close all other tabs of this page and wipe again, or clear the data of this site in the browser's settings.`;
  return { ok: false, trouble: { code: 'not-erased', message } };
}

/** Rejects where another tab holds on to it; the browser then deletes it as soon as that one closes. */
function deleted(factory: Pick<IDBFactory, 'deleteDatabase'>, patienceMs: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const request = factory.deleteDatabase(DATABASE);
    const timer = setTimeout(() => reject(new Error('still open in another tab')), patienceMs);
    request.onsuccess = () => {
      clearTimeout(timer);
      resolve();
    };
    request.onerror = () => {
      clearTimeout(timer);
      reject(request.error ?? new Error('refused'));
    };
  });
}

/** What a page remembers by itself: a tab that has heard of the wipe late may have written some of it again. */
export function forgetTexts({ texts }: Pick<BrowserStorages, 'texts'>): void {
  for (const open of texts) clear(open);
}

/** What is refused holds nothing. */
function clear(open: () => Storage): void {
  let storage: Storage;
  try {
    storage = open();
  } catch {
    return;
  }
  const keys = Array.from({ length: storage.length }, (_, i) => storage.key(i) ?? '');
  for (const key of keys) if (OURS.test(key)) storage.removeItem(key);
}

async function dropped(caches: BrowserStorages['caches']): Promise<void> {
  for (const name of (await caches?.keys()) ?? []) if (OURS.test(name)) await caches?.delete(name);
}
