/** What every store keeps to, whatever it keeps things in. Each implementation's test runs this. */

import { toHex } from '@snug/shared/crypto/bytes.ts';
import { documentNumber, seeded } from '@snug/shared/entries/test/data.ts';
import type { ChangeHash } from '@snug/shared/protocol/ids.ts';
import { describe, expect, onTestFinished, test } from 'vitest';
import { type Store, type StoredEntry, StoreError } from '../store.ts';

export const doc = documentNumber(1);
export const otherDoc = documentNumber(2);

export function entryNumber(n: number): StoredEntry {
  return {
    hash: toHex(seeded(n, 32)) as ChangeHash,
    deps: n === 0 ? [] : [toHex(seeded(n - 1, 32)) as ChangeHash],
    startOp: n + 1,
    bytes: seeded(n + 7, 150),
  };
}

/** Why a promise was rejected. */
export async function failure(work: Promise<unknown>): Promise<string> {
  try {
    await work;
  } catch (error) {
    return error instanceof StoreError ? error.failure : `no StoreError: ${error}`;
  }
  return 'none';
}

/** @param make a new place to keep things; `open` opens it, again and again where it outlives the program */
export function storeConformance(
  what: string,
  make: () => { open: () => Promise<Store>; outlives: boolean; remove?: () => void },
): void {
  describe(`${what} keeps to what a store is`, () => {
    const place = () => {
      const made = make();
      const opened: Store[] = [];
      onTestFinished(async () => {
        for (const store of opened) await store.close();
        made.remove?.();
      });
      const open = async () => {
        const store = await made.open();
        opened.push(store);
        return store;
      };
      return { ...made, open };
    };

    test('entries come back as they were, in the order in which they were appended, per document', async () => {
      const store = await place().open();
      const entries = [5, 3, 0, 4].map(entryNumber);
      await store.append(doc, entries.slice(0, 1));
      await store.append(otherDoc, [entryNumber(9)]);
      await store.append(doc, entries.slice(1));
      expect(plain(await store.entries(doc))).toEqual(plain(entries));
      expect(plain(await store.entries(otherDoc))).toEqual(plain([entryNumber(9)]));
      expect(await store.entries(documentNumber(3))).toEqual([]);
    });

    test('it tells which documents it holds anything of', async () => {
      const store = await place().open();
      expect(await store.has(doc)).toBe(false);
      await store.append(doc, [entryNumber(1)]);
      await store.append(otherDoc, []);
      expect([await store.has(doc), await store.has(otherDoc)]).toEqual([true, false]);
      await store.drop(doc);
      expect(await store.has(doc)).toBe(false);
    });

    test('an entry without deps, as a genesis is, is kept like any other', async () => {
      const store = await place().open();
      await store.append(doc, [entryNumber(0)]);
      expect(plain(await store.entries(doc))).toEqual(plain([entryNumber(0)]));
    });

    test('values beside entries are kept with them', async () => {
      const store = await place().open();
      await store.append(
        doc,
        [entryNumber(1)],
        [
          { key: 'a', value: { secret: seeded(1, 32), list: [1, 'two'] } },
          { key: 'b', value: 'b' },
        ],
      );
      expect(await store.get('a')).toEqual({ secret: seeded(1, 32), list: [1, 'two'] });
      expect(await store.get('b')).toBe('b');
    });

    test('an append is kept whole or not at all: a value that cannot be kept leaves no entry behind', async () => {
      const store = await place().open();
      await store.put('good', 'before');
      const beside = [
        { key: 'good', value: 'after' },
        { key: 'bad', value: () => {} },
      ];
      expect(await failure(store.append(doc, [entryNumber(1), entryNumber(2)], beside))).toBe(
        'failed',
      );
      expect(await store.entries(doc)).toEqual([]);
      expect(await store.get('good')).toBe('before');
      await store.append(doc, [entryNumber(1)]);
      expect(await store.entries(doc)).toHaveLength(1);
    });

    test('values are put, replaced and removed; what was never put is undefined', async () => {
      const store = await place().open();
      expect(await store.get('k')).toBeUndefined();
      await store.put('k', 1);
      await store.put('k', { two: [2] });
      expect(await store.get('k')).toEqual({ two: [2] });
      await store.remove('k');
      await store.remove('k');
      expect(await store.get('k')).toBeUndefined();
    });

    test('what is kept is a copy: changing what was put, or what came back, changes nothing', async () => {
      const store = await place().open();
      const value = { list: [1] };
      await store.put('k', value);
      value.list.push(2);
      const back = await store.get('k');
      if (typeof back === 'object' && back && 'list' in back && Array.isArray(back.list))
        back.list.push(3);
      expect(await store.get('k')).toEqual({ list: [1] });
    });

    test('a document that is dropped is gone, others stay', async () => {
      const store = await place().open();
      await store.append(doc, [entryNumber(1)]);
      await store.append(otherDoc, [entryNumber(2)]);
      await store.drop(doc);
      await store.drop(documentNumber(3));
      expect(await store.entries(doc)).toEqual([]);
      expect(await store.entries(otherDoc)).toHaveLength(1);
    });

    test('many appends at once are all kept', async () => {
      const store = await place().open();
      await Promise.all(Array.from({ length: 40 }, (_, n) => store.append(doc, [entryNumber(n)])));
      expect(await store.entries(doc)).toHaveLength(40);
    });

    test('what was kept is there when it is opened again', async (context) => {
      const at = place();
      context.skip(!at.outlives, 'it forgets everything when the program ends, as it says');
      const first = await at.open();
      await first.append(doc, [entryNumber(1)], [{ key: 'k', value: seeded(4, 32) }]);
      await first.close();
      await first.close();
      const again = await at.open();
      expect(plain(await again.entries(doc))).toEqual(plain([entryNumber(1)]));
      expect(await again.get('k')).toEqual(seeded(4, 32));
    });
  });
}

/** An entry's fields and nothing that a store adds. */
export const plain = (entries: readonly StoredEntry[]) =>
  entries.map(({ hash, deps, startOp, bytes }) => ({
    hash,
    deps: [...deps],
    startOp,
    bytes: toHex(bytes),
  }));
