import {
  generateDeviceKey,
  openDeviceKey,
  parseStoredDeviceKey,
} from '@snug/shared/crypto/device-key.ts';
import {
  IDBFactory,
  IDBObjectStore,
  IDBTransaction,
  IDBKeyRange as KeyRange,
} from 'fake-indexeddb';
import { afterAll, beforeAll, expect, onTestFinished, test, vi } from 'vitest';
import type { Store } from '../space/store.ts';
import {
  doc,
  entryNumber,
  failure,
  plain,
  storeConformance,
} from '../space/test/store-conformance.ts';
import { IndexedDbStore } from './indexeddb-store.ts';

beforeAll(() => void vi.stubGlobal('IDBKeyRange', KeyRange));
afterAll(() => void vi.unstubAllGlobals());

storeConformance('IndexedDbStore', () => {
  const factory = new IDBFactory();
  return { open: () => IndexedDbStore.lead(factory), outlives: true };
});

async function leading(factory: IDBFactory): Promise<IndexedDbStore> {
  const store = await IndexedDbStore.lead(factory);
  onTestFinished(() => store.close());
  return store;
}

async function writes(store: Store): Promise<readonly string[]> {
  return [
    await failure(store.append(doc, [entryNumber(9)], [{ key: 'k', value: 9 }])),
    await failure(store.put('k', 9)),
    await failure(store.remove('k')),
    await failure(store.drop(doc)),
  ];
}

test('a second leader takes the lease: the first writes nothing more, whatever it believes', async () => {
  const factory = new IDBFactory();
  const first = await leading(factory);
  await first.append(doc, [entryNumber(1)], [{ key: 'k', value: 1 }]);
  const second = await leading(factory);
  expect(await writes(first)).toEqual(Array(4).fill('lease-lost'));
  expect(plain(await second.entries(doc))).toEqual(plain([entryNumber(1)]));
  expect(await second.get('k')).toBe(1);
  await second.append(doc, [entryNumber(2)]);
  expect(await first.entries(doc)).toHaveLength(2);
});

test('a write under way when the lease changes is kept whole or not at all', async () => {
  const factory = new IDBFactory();
  const first = await leading(factory);
  const writes = Array.from({ length: 20 }, (_, n) =>
    failure(first.append(doc, [entryNumber(n)], [{ key: `k${n}`, value: n }])),
  );
  const second = await leading(factory);
  const outcomes = await Promise.all(writes);
  const kept = await second.entries(doc);
  expect(kept).toHaveLength(outcomes.filter((outcome) => outcome === 'none').length);
  for (const [n, outcome] of outcomes.entries())
    expect(await second.get(`k${n}`)).toBe(outcome === 'none' ? n : undefined);
});

test('a reader sees what the leader keeps and cannot write', async () => {
  const factory = new IDBFactory();
  const leader = await leading(factory);
  await leader.append(doc, [entryNumber(1)], [{ key: 'k', value: 1 }]);
  const reader = await IndexedDbStore.follow(factory);
  onTestFinished(() => reader.close());
  expect(plain(await reader.entries(doc))).toEqual(plain([entryNumber(1)]));
  expect(await reader.get('k')).toBe(1);
  expect(await writes(reader)).toEqual(Array(4).fill('lease-lost'));
  expect(await failure(leader.put('k', 2))).toBe('none');
});

test('over quota is said to be full and nothing of it is kept', async () => {
  const factory = new IDBFactory();
  const store = await leading(factory);
  await store.append(doc, [entryNumber(1)]);
  const quota = new DOMException('no room', 'QuotaExceededError');
  const add = vi.spyOn(IDBObjectStore.prototype, 'add').mockImplementationOnce(() => {
    throw quota;
  });
  expect(await failure(store.append(doc, [entryNumber(2)], [{ key: 'k', value: 2 }]))).toBe('full');
  add.mockRestore();
  // Later, as browsers do: the requests were taken, the transaction is aborted when it comes to be written.
  const later = vi.spyOn(IDBTransaction.prototype, 'commit').mockImplementationOnce(function (
    this: InstanceType<typeof IDBTransaction>,
  ) {
    Object.defineProperty(this, 'error', { get: () => quota });
    this.abort();
  });
  expect(await failure(store.append(doc, [entryNumber(3)], [{ key: 'k', value: 3 }]))).toBe('full');
  later.mockRestore();
  expect(plain(await store.entries(doc))).toEqual(plain([entryNumber(1)]));
  expect(await store.get('k')).toBeUndefined();
  await store.append(doc, [entryNumber(4)]);
  expect(await store.entries(doc)).toHaveLength(2);
});

test('damaged rows are left out, what is whole is given', async () => {
  const factory = new IDBFactory();
  const store = await leading(factory);
  await store.append(doc, [entryNumber(1)]);
  const db = await new Promise<IDBDatabase>((resolve) => {
    const request = factory.open('snug');
    request.onsuccess = () => resolve(request.result);
  });
  await new Promise<void>((resolve) => {
    const transaction = db.transaction('entries', 'readwrite');
    const rows = transaction.objectStore('entries');
    for (const damage of [
      { hash: 'short' },
      { deps: 'none' },
      { startOp: null },
      { bytes: 'text' },
    ])
      rows.add({ document: doc, ...entryNumber(2), ...damage });
    rows.add({ document: doc, entries: [{ ...entryNumber(2), hash: 'short' }, entryNumber(3)] });
    rows.add({ document: doc, entries: 'none' });
    transaction.oncomplete = () => resolve();
  });
  db.close();
  await store.append(doc, [entryNumber(4)]);
  expect(plain(await store.entries(doc))).toEqual(plain([1, 3, 4].map(entryNumber)));
});

test('what a database of version 1 holds, an entry a row, is there after it has been taken over', async () => {
  const factory = new IDBFactory();
  const old = await new Promise<IDBDatabase>((resolve) => {
    const request = factory.open('snug', 1);
    request.onupgradeneeded = () => {
      const entries = request.result.createObjectStore('entries', { autoIncrement: true });
      entries.createIndex('document', 'document');
      request.result.createObjectStore('kept');
    };
    request.onsuccess = () => resolve(request.result);
  });
  await new Promise<void>((resolve) => {
    const transaction = old.transaction(['entries', 'kept'], 'readwrite');
    for (const n of [0, 1, 2])
      transaction.objectStore('entries').add({ document: doc, ...entryNumber(n) });
    transaction.objectStore('kept').put('value', 'k');
    transaction.oncomplete = () => resolve();
  });
  old.close();
  const store = await leading(factory);
  await store.append(doc, [3, 4].map(entryNumber));
  expect(plain(await store.entries(doc))).toEqual(plain([0, 1, 2, 3, 4].map(entryNumber)));
  expect(await store.get('k')).toBe('value');
  await store.drop(doc);
  expect(await store.entries(doc)).toEqual([]);
});

test("a device's key comes back usable, though it cannot be exported", async () => {
  const factory = new IDBFactory();
  const store = await leading(factory);
  const made = await generateDeviceKey();
  await store.put('device', made);
  const back = parseStoredDeviceKey(await store.get('device'));
  if (!back) throw new Error('no key came back');
  expect((await openDeviceKey(back)).peerId).toBe((await openDeviceKey(made)).peerId);
  expect((await (await openDeviceKey(back)).sign(new Uint8Array(3))).length).toBe(64);
});

test('a browser that refuses to open a database is refused, not crashed into', async () => {
  const refusing = {
    open: () => {
      throw new DOMException('not here', 'SecurityError');
    },
  } as unknown as IDBFactory;
  expect(await failure(IndexedDbStore.lead(refusing))).toBe('refused');
});

test('a closed store fails, it does not hang', async () => {
  const store = await leading(new IDBFactory());
  await store.close();
  expect(await failure(store.put('k', 1))).toBe('failed');
  expect(await failure(store.entries(doc))).toBe('failed');
});
