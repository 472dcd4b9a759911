import { toBase64url } from '@snug/shared/crypto/bytes.ts';
import { seeded } from '@snug/shared/entries/test/data.ts';
import { EntryId } from '@snug/shared/protocol/ids.ts';
import * as v from 'valibot';
import { expect, test } from 'vitest';
import { DRAFTS_KEY, WrittenDrafts } from './written-drafts.ts';

const id = (n: number) => v.parse(EntryId, toBase64url(seeded(n, 32)));

test('what is kept with the entry says, after a restart, that the draft has become it', () => {
  const drafts = new WrittenDrafts();
  drafts.add('a', id(1));
  const kept = drafts.with('b', id(2));
  // Not before the entry is stored.
  expect(drafts.get('b')).toBeUndefined();
  expect(kept.key).toBe(DRAFTS_KEY);
  const again = new WrittenDrafts();
  again.load(structuredClone(kept.value));
  expect([again.get('a'), again.get('b'), again.get('c')]).toEqual([id(1), id(2), undefined]);
});

test('the newest 200 are remembered, in memory and in what is kept', () => {
  const drafts = new WrittenDrafts();
  for (let n = 0; n < 250; n++) drafts.add(`d${n}`, id(n));
  expect(drafts.get('d49')).toBeUndefined();
  expect(drafts.get('d50')).toBe(id(50));
  const again = new WrittenDrafts();
  again.load(drafts.with('new', id(250)).value);
  expect(again.get('d50')).toBeUndefined();
  expect([again.get('d51'), again.get('new')]).toEqual([id(51), id(250)]);
});

test('what was kept and is damaged counts as nothing', () => {
  const drafts = new WrittenDrafts();
  drafts.add('a', id(1));
  for (const damaged of [undefined, null, [['b', 'no id']], 'x', [[1, id(1)]]])
    drafts.load(damaged);
  expect(drafts.get('a')).toBe(id(1));
});
