import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Days } from './days.ts';
import { isEmpty, MAX_QUERY_LENGTH, parseQuery, type Query } from './query.ts';

const DAY = 24 * 3600_000;
/** A calendar without time zones, on a Tuesday. */
const days: Days = {
  today: { year: 2026, month: 11, day: 24 },
  startOf: (year, month, day) => Date.UTC(year, month - 1, day),
};
const at = (text: string) => Date.parse(`${text}T00:00:00Z`);

const NOTHING: Query = {
  phrases: [],
  without: [],
  from: [],
  notFrom: [],
  in: [],
  notIn: [],
  has: [],
  hasNot: [],
  tags: [],
  notTags: [],
  hints: [],
};
const parse = (text: string) => parseQuery(text, days);
const about = (text: string) => parse(text).hints.map((hint) => hint.about);

test('words are looked for each by itself; the last may go on while it is typed', () => {
  expect(parse('Red beans')).toEqual({
    ...NOTHING,
    phrases: [
      { words: ['red'], prefix: false },
      { words: ['beans'], prefix: true },
    ],
  });
  expect(parse('red beans ').phrases.at(-1)?.prefix).toBe(false);
});

test('words in quotes follow each other; an open quote is still being typed', () => {
  expect(parse('"south wall"').phrases).toEqual([{ words: ['south', 'wall'], prefix: false }]);
  expect(parse('"south wa').phrases).toEqual([{ words: ['south', 'wa'], prefix: true }]);
  expect(parse('“south wall” „und so“ x').phrases).toHaveLength(3);
});

test('what is joined by signs is a phrase', () => {
  expect(parse('foo-bar ').phrases).toEqual([{ words: ['foo', 'bar'], prefix: false }]);
});

test('a minus leaves out whole words, phrases and filters', () => {
  expect(parse('beans -green -"south wall" -from:ben -has:link -in:kitchen -tag:done')).toEqual({
    ...NOTHING,
    phrases: [{ words: ['beans'], prefix: false }],
    without: [
      { words: ['green'], prefix: false },
      { words: ['south', 'wall'], prefix: false },
    ],
    notFrom: ['ben'],
    hasNot: ['link'],
    notIn: ['kitchen'],
    notTags: ['done'],
  });
  expect(parse('-gre').without).toEqual([{ words: ['gre'], prefix: false }]);
});

test('filters name people, channels, things and tags, in quotes where there are spaces', () => {
  expect(
    parse('from:"Ada Lovelace" From:me in:#general has:code has:photo tag:Night-Shift'),
  ).toEqual({
    ...NOTHING,
    from: ['Ada Lovelace', 'me'],
    in: ['#general'],
    has: ['code', 'picture'],
    tags: ['night_shift'],
  });
});

test.each([
  ['on:2026-03-01', '2026-03-01', '2026-03-02'],
  ['on:2026-3', '2026-03-01', '2026-04-01'],
  ['on:2024', '2024-01-01', '2025-01-01'],
  ['on:today', '2026-11-24', '2026-11-25'],
  ['on:yesterday', '2026-11-23', '2026-11-24'],
  ['on:7d', '2026-11-17', '2026-11-18'],
  ['on:2w', '2026-11-10', '2026-11-11'],
  ['on:9m', '2026-02-24', '2026-02-25'],
  ['on:1y', '2025-11-24', '2025-11-25'],
  ['after:2026-01 before:2026-03', '2026-02-01', '2026-03-01'],
  ['on:2026-12-31', '2026-12-31', '2027-01-01'],
])('%s is from %s until %s', (text, from, to) => {
  expect(parse(text)).toEqual({ ...NOTHING, since: at(from), until: at(to) });
});

test('a month too short for today’s day gives its last one', () => {
  const march = { ...days, today: { year: 2026, month: 3, day: 31 } };
  expect(parseQuery('on:1m', march).since).toBe(at('2026-02-28'));
});

test('a day that is no day is hinted at, and nothing is asked by it', () => {
  for (const text of ['on:2026-02-30', 'before:soon', 'after:2026-13', 'on:1969', 'on:2026-0'])
    expect(parse(text)).toMatchObject({ phrases: [], hints: [{ about: 'date', part: text }] });
  expect(about('-on:today')).toEqual(['date']);
});

test('what is no filter is searched for as words, and said to be none; addresses and times are none either', () => {
  expect(parse('form:ada')).toMatchObject({
    phrases: [{ words: ['form', 'ada'], prefix: true }],
    hints: [{ about: 'filter' }],
  });
  expect(parse('https://example.org 12:30 re:42').hints).toEqual([]);
});

test('half a filter is no mistake of anybody’s, but says what it waits for', () => {
  expect(parse('from:')).toMatchObject({ phrases: [], from: [], hints: [{ about: 'empty' }] });
  expect(about('has:sparkles')).toEqual(['thing']);
  expect(about('has:constructor')).toEqual(['thing']);
});

test('a part without a letter or digit is said to be nothing to search for', () => {
  expect(about('???')).toEqual(['nothing-searchable']);
});

test('too long a query is cut, and says so', () => {
  expect(about('word '.repeat(200))).toEqual(['too-long']);
  expect(parse('a '.repeat(60)).phrases).toHaveLength(32);
});

test('only what excludes asks for nothing', () => {
  expect(isEmpty(parse('-green -from:ben'))).toBe(true);
  expect(isEmpty(parse('  '))).toBe(true);
  expect(isEmpty(parse('has:link'))).toBe(false);
  expect(isEmpty(parse('on:today'))).toBe(false);
});

test('property: anything can be typed; it is read without an error and to a bounded size', () => {
  const anyUnit = fc.nat(0xffff).map((unit) => String.fromCharCode(unit));
  const fragment = fc.constantFrom('from:', 'has:', 'on:', '-', '"', '“', ':', ' ', '2026-0', 'a');
  const typed = fc.array(fc.oneof(fragment, fc.string({ unit: anyUnit, maxLength: 6 })), {
    maxLength: 200,
  });
  fc.assert(
    fc.property(typed, (parts) => {
      const query = parse(parts.join(''));
      const sizes = [query.phrases, query.without, query.from, query.tags, query.has];
      expect(sizes.reduce((sum, list) => sum + list.length, 0)).toBeLessThanOrEqual(32);
      const lengths = query.phrases.map(({ words }) => words.length);
      expect(lengths.filter((n) => n < 1 || n > MAX_QUERY_LENGTH)).toEqual([]);
      if (query.since !== undefined) expect(query.since % DAY).toBe(0);
    }),
  );
});
