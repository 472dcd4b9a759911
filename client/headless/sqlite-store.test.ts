import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { fileURLToPath } from 'node:url';
import { expect, onTestFinished, test } from 'vitest';
import { StoreError } from '../space/store.ts';
import {
  doc,
  entryNumber,
  failure,
  plain,
  storeConformance,
} from '../space/test/store-conformance.ts';
import { SqliteStore } from './sqlite-store.ts';

function place(): string {
  const directory = mkdtempSync(join(tmpdir(), 'snug-store-'));
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }));
  return directory;
}

function opened(directory: string): SqliteStore {
  const store = new SqliteStore(directory);
  onTestFinished(() => store.close());
  return store;
}

/** What opening a store there throws. */
function refusal(directory: string): string {
  try {
    void new SqliteStore(directory).close();
    return 'none';
  } catch (error) {
    return error instanceof StoreError ? error.failure : `no StoreError: ${error}`;
  }
}

storeConformance('SqliteStore', () => {
  const directory = mkdtempSync(join(tmpdir(), 'snug-store-'));
  return {
    open: async () => new SqliteStore(directory),
    outlives: true,
    remove: () => rmSync(directory, { recursive: true, force: true }),
  };
});

test('one process holds a store at a time: another is refused, and let in once the first has closed', async () => {
  const directory = place();
  const store = opened(directory);
  await store.append(doc, [entryNumber(1)]);
  const module = fileURLToPath(new URL('./sqlite-store.ts', import.meta.url));
  const program = `
    import { SqliteStore } from ${JSON.stringify(module)};
    try {
      const store = new SqliteStore(${JSON.stringify(directory)});
      console.log('opened', (await store.entries(${JSON.stringify(doc)})).length);
    } catch (error) { console.log(error.failure); }`;
  const other = () =>
    spawnSync(process.execPath, ['--no-warnings', '--input-type=module', '-e', program], {
      encoding: 'utf8',
      cwd: fileURLToPath(new URL('../..', import.meta.url)),
    }).stdout.trim();
  expect(other()).toBe('refused');
  await store.append(doc, [entryNumber(2)]);
  await store.close();
  expect(other()).toBe('opened 2');
});

test('all its files are readable by their owner only, also in a directory that others may enter', async () => {
  const directory = join(place(), 'open');
  mkdirSync(directory);
  chmodSync(directory, 0o755);
  const store = opened(directory);
  await store.put('device', 'key');
  const modes = readdirSync(directory).map((f) => [f, statSync(join(directory, f)).mode & 0o777]);
  expect(modes).toContainEqual(['snug.sqlite-wal', 0o600]);
  expect(modes.filter(([, mode]) => mode !== 0o600)).toEqual([]);
});

test('a full disk is said to be full, nothing of the write is kept, and smaller ones go on', async () => {
  const directory = place();
  await new SqliteStore(directory).close();
  // As full as it will get: SQLite keeps the limit for the connection that sets it.
  const store = new SqliteStore(directory, { maxPages: 12 });
  onTestFinished(() => store.close());
  await store.append(doc, [entryNumber(1)]);
  const large = { ...entryNumber(2), bytes: new Uint8Array(60_000) };
  expect(await failure(store.append(doc, [large], [{ key: 'k', value: 1 }]))).toBe('full');
  expect(await failure(store.put('large', new Uint8Array(80_000)))).toBe('full');
  expect(plain(await store.entries(doc))).toEqual(plain([entryNumber(1)]));
  expect(await store.get('k')).toBeUndefined();
  await store.append(doc, [entryNumber(3)]);
  expect(await store.entries(doc)).toHaveLength(2);
});

test('damaged rows are left out, what is whole is given', async () => {
  const directory = place();
  const store = new SqliteStore(directory);
  await store.append(doc, [1, 2, 3, 4].map(entryNumber), [{ key: 'k', value: 1 }]);
  await store.close();
  const db = new DatabaseSync(join(directory, 'snug.sqlite'));
  db.exec(`UPDATE entries SET hash = x'0102' WHERE number = 2;
    UPDATE entries SET deps = x'01' WHERE number = 3;
    UPDATE kept SET value = x'ff';`);
  db.close();
  const again = opened(directory);
  expect(plain(await again.entries(doc))).toEqual(plain([1, 4].map(entryNumber)));
  // Something is there that is no value; who asks parses it. It is not `undefined`, which means nothing was put.
  expect(await again.get('k')).toBeNull();
});

test('a file that is no database is `failed`, a place that cannot be made is `refused`, and neither is touched', () => {
  const directory = place();
  writeFileSync(join(directory, 'snug.sqlite'), 'this is a diary, not a database. '.repeat(100));
  const before = statSync(join(directory, 'snug.sqlite')).size;
  expect(refusal(directory)).toBe('failed');
  expect(statSync(join(directory, 'snug.sqlite')).size).toBe(before);
  writeFileSync(join(directory, 'file'), '');
  expect(refusal(join(directory, 'file', 'below'))).toMatch(/refused|failed/);
});
