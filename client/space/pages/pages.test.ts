import { PAGE_START } from '@snug/shared/entries/kinds.ts';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { tipOf } from '../chain.ts';
import { judge, never, people } from '../timeline/test/written-talk.ts';
import type { Splice } from './page-edit.ts';
import { textOf } from './page-text.ts';
import { Desk, entryOf, pagesOf } from './test/written-pages.ts';

const applied = (text: string, { at, remove, insert }: Splice) =>
  text.slice(0, at) + insert + text.slice(at + remove);

/** Ada began a page and Ben has it. */
function shared(text = '') {
  const ada = new Desk(people.ada);
  const ben = new Desk(people.ben);
  const page = ada.begin('Plan');
  if (text !== '') ada.edit(page, { at: 0, remove: 0, insert: text });
  ben.takes(ada);
  return { ada, ben, page };
}

function meet(...desks: Desk[]): void {
  for (const a of desks) for (const b of desks) a.takes(b);
}

describe('a page', () => {
  test('begins empty, with its title and the messages from which it starts', () => {
    const ada = new Desk(people.ada);
    const [one, two] = [never('one'), never('two')];
    const page = ada.page(ada.begin('  Harvest plan ', [one, two, one]));
    expect(page.title).toBe('Harvest plan');
    expect(page.begun.operation.sources).toEqual([one, two]);
    expect(textOf(page.pieces)).toBe('');
  });

  test('what two write at once is all there, each in one piece', () => {
    const { ada, ben, page } = shared('Bread. Salt.');
    ada.edit(page, { at: 6, remove: 0, insert: ' Two loaves.' });
    ben.edit(page, { at: 6, remove: 0, insert: ' Fresh.' });
    meet(ada, ben);
    expect(ada.text(page)).toBe(ben.text(page));
    expect(ada.text(page)).toContain(' Two loaves.');
    expect(ada.text(page)).toContain(' Fresh.');
    expect(ada.text(page)).toHaveLength('Bread. Salt. Two loaves. Fresh.'.length);
  });

  test('what one puts into a passage that another takes out stays', () => {
    const { ada, ben, page } = shared('one two three');
    ada.edit(page, { at: 3, remove: 4, insert: '' });
    ben.edit(page, { at: 5, remove: 0, insert: 'XX' });
    meet(ada, ben);
    expect(ada.text(page)).toBe('oneXX three');
    expect(ben.text(page)).toBe('oneXX three');
  });

  test('what both take out is out once', () => {
    const { ada, ben, page } = shared('one two three');
    ada.edit(page, { at: 0, remove: 8, insert: '' });
    ben.edit(page, { at: 4, remove: 9, insert: '' });
    meet(ada, ben);
    expect(ada.text(page)).toBe('');
  });

  test('a text longer than one change holds is written in several, no character cut in two', () => {
    const { ada, ben, page } = shared('ab');
    const long = '🌱'.repeat(10_001);
    const entries = ada.edit(page, { at: 1, remove: 0, insert: `x${long}` });
    expect(entries.length).toBeGreaterThan(2);
    ben.takes(ada);
    expect(ben.text(page)).toBe(`ax${long}b`);
  });

  test('its title is the last that was given, by what knew of what', () => {
    const { ada, ben, page } = shared();
    ada.change(page, { title: 'Plan A' });
    ben.takes(ada);
    ben.change(page, { title: 'Plan B' });
    ada.takes(ben);
    expect(ada.page(page).title).toBe('Plan B');
  });

  test('is put away and brought back by whoever began it, admins and gardeners, by no other member', () => {
    const ben = new Desk(people.ben);
    const cy = new Desk(people.cy);
    const gil = new Desk(people.gil);
    const page = ben.begin('Plan');
    cy.takes(ben);
    cy.change(page, { away: true });
    expect(cy.page(page).away).toBe(false);
    gil.takes(cy);
    gil.change(page, { away: true });
    expect(gil.page(page).away).toBe(true);
    const phone = new Desk(people.phone);
    phone.takes(gil);
    phone.change(page, { away: false });
    expect(phone.page(page).away).toBe(false);
  });

  test('each change shows the page as its author saw it then', () => {
    const { ada, ben, page } = shared('one');
    const [second] = ada.edit(page, { at: 3, remove: 0, insert: ' two' });
    ben.takes(ada);
    ben.edit(page, { at: 0, remove: 3, insert: 'ONE' });
    ada.takes(ben);
    expect(ada.text(page)).toBe('ONE two');
    expect(second && textOf(ada.page(page).piecesAt(second.id))).toBe('one two');
  });

  test('whose word does not count writes and takes out nothing, and what others built on theirs stays', () => {
    const { ada, ben, page } = shared('one three');
    const mallory = new Desk(people.mallory);
    mallory.takes(ada);
    mallory.edit(page, { at: 3, remove: 6, insert: ' spam' });
    ben.takes(mallory);
    expect(ben.text(page)).toBe('one three');
    // Ben still counted Mallory when he wrote this.
    const everybody = { ...judge, rankOf: () => 'member' as const };
    const spam = ben.page(page, everybody).pieces.find(({ text }) => text === ' spam');
    if (!spam) throw new Error('It is there for whoever counts everybody.');
    ben.change(page, {
      of: [Uint8Array.from(Buffer.from(spam.change, 'hex'))],
      insert: [[0, 5, ' two']],
    });
    expect(ben.text(page)).toBe('one two three');
    const cut = { ...judge, rankOf: () => undefined };
    expect(pagesOf(ben.entries).page(page, cut)).toBeUndefined();
  });

  test('what stands behind a change that has not arrived waits for it', () => {
    const { ada, ben, page } = shared('one');
    const [first] = ada.edit(page, { at: 3, remove: 0, insert: ' two' });
    ada.edit(page, { at: 7, remove: 0, insert: ' three' });
    const missing = [...ada.entries].filter((entry) => entry !== first);
    for (const entry of missing) ben.entries.add(entry);
    expect(ben.text(page)).toBe('one');
    if (first) ben.entries.add(first);
    expect(ben.text(page)).toBe('one two three');
  });
});

describe('what a hostile member sends', () => {
  test('a change of no page, of another page’s text, beyond any text, or of no place shows nothing', () => {
    const { ada, page } = shared('one');
    const other = ada.begin('Other');
    const [elsewhere] = ada.edit(other, { at: 0, remove: 0, insert: 'else' });
    if (!elsewhere) throw new Error('written');
    const [own] = ada.page(page).revisions;
    if (!own) throw new Error('written');
    const of = [tipOf(elsewhere.id), tipOf(own.entry.id)];
    const mallory = new Desk(people.cy);
    mallory.takes(ada);
    mallory.change(page, { of, insert: [[0, 2, 'a']] });
    mallory.change(page, { of, insert: [[1, 2 ** 20, 'b']] });
    mallory.change(page, { of, insert: [[1, 0, 'c']] });
    mallory.change(page, { of, insert: [[7, 1, 'd']] });
    mallory.change(page, { insert: [[PAGE_START, 1, 'e']] });
    mallory.change(page, { insert: [[PAGE_START, 0, '\u0007']] });
    mallory.change(page, {
      of,
      remove: [
        [0, 0, 2 ** 20],
        [7, 0, 1],
      ],
    });
    mallory.entries.add(
      entryOf(people.cy, 'page change', { of, insert: [[1, 1, 'f']], remove: [] }),
    );
    expect(mallory.text(page)).toBe('one');
    expect(mallory.text(other)).toBe('else');
  });

  test('half a character is shown as one that is none', () => {
    const { ada, page } = shared('a🌱b');
    const [own] = ada.page(page).revisions;
    if (!own) throw new Error('written');
    const cy = new Desk(people.cy);
    cy.takes(ada);
    cy.change(page, { of: [tipOf(own.entry.id)], remove: [[0, 1, 1]] });
    expect(cy.text(page)).toBe('a\ufffdb');
  });

  test('a row of twenty thousand changes, each behind the one before, is read without running out of stack', () => {
    const { ada, page } = shared('x');
    let last = [...ada.entries].at(-1);
    for (let i = 0; i < 20_000; i++) {
      if (!last) throw new Error('written');
      const content = { of: [tipOf(last.id)], insert: [[0, 1, 'y']], remove: [] };
      last = entryOf(people.cy, 'page change', content, [page, last.id]);
      ada.entries.add(last);
    }
    expect(ada.text(page)).toHaveLength(20_001);
  });
});

const act = fc.record({
  who: fc.nat(2),
  meets: fc.option(fc.nat(2)),
  at: fc.nat(40),
  remove: fc.nat(6),
  insert: fc.string({ unit: fc.constantFrom('a', 'b', '\n', '🌱'), maxLength: 6 }),
});

test('property: an edit makes exactly the text that its author meant, and all who hold the same see the same', () => {
  fc.assert(
    fc.property(fc.array(act, { maxLength: 25 }), fc.infiniteStream(fc.nat(1000)), (acts, keys) => {
      const desks = [people.ada, people.ben, people.cy].map((author) => new Desk(author));
      const [first, ...others] = desks;
      if (!first) return;
      const page = first.begin('Page');
      for (const other of others) other.takes(first);
      for (const { who, meets, at, remove, insert } of acts) {
        const desk = desks[who];
        const met = meets === null ? undefined : desks[meets];
        if (!desk) continue;
        if (met) desk.takes(met);
        const before = desk.text(page);
        // Whole characters only, as the page's field has it.
        const begin = whole(before, Math.min(at, before.length));
        const end = whole(before, Math.min(begin + remove, before.length));
        const splice = { at: begin, remove: end - begin, insert };
        desk.edit(page, splice);
        expect(desk.text(page)).toBe(applied(before, splice));
      }
      meet(...desks);
      const texts = desks.map((desk) => desk.text(page));
      expect(new Set(texts).size).toBe(1);
      const shuffled = [...first.entries]
        .map((entry) => ({ entry, key: keys.next().value }))
        .sort((a, b) => a.key - b.key);
      const pages = pagesOf([]);
      for (const { entry } of shuffled) {
        pages.add('AAAAAAAAAAAAAAAAAAAAAA' as never, [entry, entry]);
        pages.read(judge);
      }
      const read = pages.page(page, judge);
      expect(read && textOf(read.pieces)).toBe(texts[0]);
    }),
    { numRuns: 200 },
  );
}, 60_000);

/** The last place at or before `at` that cuts no character in two. */
function whole(text: string, at: number): number {
  const code = text.charCodeAt(at - 1);
  return code >= 0xd800 && code < 0xdc00 ? at - 1 : at;
}
