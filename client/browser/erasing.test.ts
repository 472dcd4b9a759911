import { IDBFactory } from 'fake-indexeddb';
import { expect, test } from 'vitest';
import { loadDevice } from '../identity/device.ts';
import { type BrowserStorages, erase } from './erasing.ts';
import { IndexedDbStore } from './indexeddb-store.ts';

/** As much of `localStorage` as is used. */
function texts(kept: Record<string, string>): Storage {
  const map = new Map(Object.entries(kept));
  return {
    get length() {
      return map.size;
    },
    key: (n) => [...map.keys()][n] ?? null,
    getItem: (key) => map.get(key) ?? null,
    setItem: (key, value) => void map.set(key, value),
    removeItem: (key) => void map.delete(key),
    clear: () => map.clear(),
  };
}

function cachesNamed(...names: string[]) {
  const left = new Set(names);
  const storage = {
    keys: async () => [...left],
    delete: async (name: string) => left.delete(name),
  };
  return { left, storage };
}

async function aBrowser() {
  const factory = new IDBFactory();
  const store = await IndexedDbStore.lead(factory);
  const loaded = await loadDevice(store, { extractable: true });
  await store.put('name', 'Ada');
  const local = texts({ 'snug.ui.draft.a.b': 'half a thought', 'another.app': 'its own' });
  const { left, storage } = cachesNamed('snug-page-1', 'another-app');
  const storages: BrowserStorages = {
    databases: () => factory,
    texts: [() => local],
    caches: storage,
    patienceMs: 200,
  };
  return { factory, store, loaded, local, left, storages };
}

test('after a wipe the next start is the first: another key, no name, no draft, no cache', async () => {
  const { factory, store, loaded, local, left, storages } = await aBrowser();
  await store.close();
  expect(await erase(storages)).toEqual({ ok: true, value: null });
  const again = await IndexedDbStore.lead(factory);
  expect(await again.get('name')).toBeUndefined();
  const next = await loadDevice(again, { extractable: true });
  expect(next.ok && loaded.ok && next.device.peerId !== loaded.device.peerId).toBe(true);
  expect(local.getItem('snug.ui.draft.a.b')).toBeNull();
  expect([...left]).toEqual(['another-app']);
  await again.close();
});

test('what others keep at the same address is left alone', async () => {
  const { store, local, left, storages } = await aBrowser();
  await store.close();
  await erase(storages);
  expect(local.getItem('another.app')).toBe('its own');
  expect(left.has('another-app')).toBe(true);
});

test('a tab that has the database open lets go of it', async () => {
  const { factory, storages } = await aBrowser();
  await IndexedDbStore.follow(factory);
  expect(await erase(storages)).toEqual({ ok: true, value: null });
});

test('a wipe that fails half-way says what is left, and erases the rest all the same', async () => {
  const { factory, store, local, left, storages } = await aBrowser();
  await store.close();
  const held = factory.open('snug');
  const database = await new Promise<IDBDatabase>((resolve) => {
    held.onsuccess = () => resolve(held.result);
  });
  const result = await erase(storages);
  expect(result).toMatchObject({ ok: false, trouble: { code: 'not-erased' } });
  expect(!result.ok && result.trouble.message).toContain(
    'messages and keys (still open in another tab)',
  );
  expect(local.getItem('snug.ui.draft.a.b')).toBeNull();
  expect(left.has('snug-page-1')).toBe(false);
  database.close();
});

test('a browser that refuses storage has nothing to be erased', async () => {
  const { store, storages } = await aBrowser();
  await store.close();
  const refusing = {
    ...storages,
    texts: [
      () => {
        throw new DOMException('refused', 'SecurityError');
      },
    ],
    caches: undefined,
  };
  expect(await erase(refusing)).toEqual({ ok: true, value: null });
});
