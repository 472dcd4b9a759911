import type { EntryId } from '@snug/shared/protocol/ids.ts';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { localDays } from './days.ts';
import { chunksOf, indexFrom } from './kept-index.ts';
import { parseQuery } from './query.ts';
import { type Cursor, SearchIndex } from './search-index.ts';
import { bitsOf, type SearchedMessage, THINGS } from './searched-message.ts';
import { channelNumber, messageNumber, said, spaceNumber } from './test/said.ts';
import { type Directory, placeKey, type Wanted, wantedOf } from './wanted.ts';
import { type Phrase, wordsOf } from './words.ts';

const directory: Directory = {
  me: 'did:key:ada',
  people: [
    { account: 'did:key:ada', names: ['Ada Lovelace'] },
    { account: 'did:key:ben', names: ['Ben'] },
  ],
  channels: [
    { space: spaceNumber(0), channel: channelNumber(0), name: 'general', spaceName: 'Lyre Street' },
    { space: spaceNumber(0), channel: channelNumber(1), name: 'kitchen', spaceName: 'Lyre Street' },
  ],
};

function indexOf(...messages: readonly SearchedMessage[]): SearchIndex {
  const index = new SearchIndex({ seed: 5 });
  for (const message of messages) index.put(message);
  return index;
}

function find(index: SearchIndex, typed: string): readonly EntryId[] {
  const { wanted } = wantedOf(parseQuery(typed, localDays(0)), directory);
  return index.search(wanted, { limit: 50 }).messages.map(({ id }) => id);
}
const ids = (...numbers: readonly number[]) => numbers.map(messageNumber);

test('a message is found by its words, in any order and without case or accents, newest first', () => {
  const index = indexOf(
    said(1, 'The beans by the south wall are done'),
    said(3, 'More BEANS, please'),
    said(2, 'Café tomorrow?'),
  );
  expect(find(index, 'beans ')).toEqual(ids(3, 1));
  expect(find(index, 'wall beans ')).toEqual(ids(1));
  expect(find(index, 'CAFE')).toEqual(ids(2));
  expect(find(index, 'peas ')).toEqual([]);
});

test('while one types, the last word’s beginning finds it', () => {
  const index = indexOf(said(1, 'tomatoes'), said(2, 'a tomato'), said(3, 'potato'));
  expect(find(index, 'tom')).toEqual(ids(2, 1));
  expect(find(index, 'tomato ')).toEqual(ids(2));
});

test('a phrase is found where its words follow each other, and never across two messages', () => {
  const index = indexOf(
    said(1, 'south wall'),
    said(2, 'wall in the south'),
    said(3, 'ends in south'),
    said(4, 'wall begins'),
  );
  expect(find(index, '"south wall"')).toEqual(ids(1));
  expect(find(index, '"wall in th')).toEqual(ids(2));
  expect(find(index, '"in in"')).toEqual([]);
});

test('words of scripts without spaces are found anywhere within', () => {
  const index = indexOf(said(1, '日本語を勉強する'), said(2, '日本の語'), said(3, 'ภาษาไทย'));
  expect(find(index, '日本語')).toEqual(ids(1));
  expect(find(index, '語')).toEqual(ids(2, 1));
  expect(find(index, '勉強')).toEqual(ids(1));
  expect(find(index, 'ไทย')).toEqual(ids(3));
});

test('what should not be there is left out', () => {
  const index = indexOf(said(1, 'red beans'), said(2, 'green beans'), said(3, 'beans'));
  expect(find(index, 'beans -green')).toEqual(ids(3, 1));
  expect(find(index, 'beans -gree')).toEqual(ids(3, 2, 1));
});

test('from, in, on, has and tag narrow what is found', () => {
  const index = indexOf(
    said(1, 'one', { at: Date.UTC(2026, 2, 1, 12), has: ['link'], tags: ['Night-Shift'] }),
    said(2, 'two', { author: 'did:key:ben', at: Date.UTC(2026, 2, 3, 12), has: ['link', 'code'] }),
    said(3, 'three', { channel: channelNumber(1), at: Date.UTC(2026, 2, 5, 12) }),
  );
  expect(find(index, 'from:ben')).toEqual(ids(2));
  expect(find(index, 'from:me')).toEqual(ids(3, 1));
  expect(find(index, '-from:love')).toEqual(ids(2));
  expect(find(index, 'from:ada from:ben')).toEqual(ids(3, 2, 1));
  expect(find(index, 'from:nobody')).toEqual([]);
  expect(find(index, 'in:#kitchen')).toEqual(ids(3));
  expect(find(index, '-in:general')).toEqual(ids(3));
  expect(find(index, 'after:2026-03-01 before:2026-03-05')).toEqual(ids(2));
  expect(find(index, 'has:link')).toEqual(ids(2, 1));
  expect(find(index, 'has:link -has:code')).toEqual(ids(1));
  expect(find(index, 'tag:"night shift"')).toEqual(ids(1));
  expect(find(index, '-tag:night-shift')).toEqual(ids(3, 2));
  expect(find(index, 'night')).toEqual([]);
});

test('an edited message is found by what it says now, a deleted one not at all', () => {
  const index = indexOf(said(1, 'the first try'), said(2, 'another'));
  index.put(said(1, 'the second attempt'));
  expect(find(index, 'first ')).toEqual([]);
  expect(find(index, 'second ')).toEqual(ids(1));
  expect(index.size).toBe(2);
  expect(index.remove(messageNumber(1))).toBe(true);
  expect(index.remove(messageNumber(1))).toBe(false);
  expect(find(index, 'second ')).toEqual([]);
  expect(index.has(messageNumber(1))).toBe(false);
  index.put(said(1, 'back again'));
  expect(find(index, 'again')).toEqual(ids(1));
});

test('a reaction that comes, or a place in the order that changes, needs no text', () => {
  const index = indexOf(said(1, 'a'), said(2, 'a'));
  expect(index.mark(messageNumber(1), { has: ['reaction'], order: 9 })).toBe(true);
  expect(index.mark(messageNumber(3), { has: ['reaction'] })).toBe(false);
  expect(find(index, 'has:reaction')).toEqual(ids(1));
  expect(find(index, 'a ')).toEqual(ids(1, 2));
});

test('pages follow each other without a gap or a repetition, also when newer messages come in between', () => {
  const index = indexOf(
    ...Array.from({ length: 25 }, (_, n) => said(n, 'same', { order: n >> 2 })),
  );
  const { wanted } = wantedOf(parseQuery('same', localDays(0)), directory);
  const seen: EntryId[] = [];
  let before: Cursor | undefined;
  for (let page = 0; page < 10; page++) {
    const found = index.search(wanted, { limit: 10, ...(before ? { before } : {}) });
    seen.push(...found.messages.map(({ id }) => id));
    index.put(said(100 + page, 'same', { order: 100 + page }));
    before = found.next;
    if (!before) break;
  }
  expect(seen).toHaveLength(25);
  expect(new Set(seen)).toEqual(new Set(Array.from({ length: 25 }, (_, n) => messageNumber(n))));
});

test('a search within one space finds nothing of others', () => {
  const elsewhere = { space: spaceNumber(1), channel: channelNumber(5) };
  const index = indexOf(said(1, 'here'), said(2, 'here too', elsewhere));
  const { wanted } = wantedOf(parseQuery('here', localDays(0)), directory, spaceNumber(0));
  expect(index.search(wanted, { limit: 5 })).toMatchObject({
    total: 1,
    messages: [{ id: messageNumber(1), space: spaceNumber(0), channel: channelNumber(0) }],
  });
});

test('who or what is not found is hinted at', () => {
  const { hints } = wantedOf(parseQuery('from:zoe in:attic', localDays(0)), directory);
  expect(hints.map(({ about, part }) => [about, part])).toEqual([
    ['channel', 'attic'],
    ['person', 'zoe'],
  ]);
});

test('what has been removed is packed away, and its memory given back', () => {
  const index = indexOf();
  for (let n = 0; n < 3000; n++) index.put(said(n, `word${n} common`));
  for (let n = 0; n < 2000; n++) index.remove(messageNumber(n));
  const before = index.bytes;
  index.pack();
  expect(index.bytes).toBeLessThan(before);
  expect(index.size).toBe(1000);
  expect(find(index, 'word2500 ')).toEqual(ids(2500));
  expect(find(index, 'word25 ')).toEqual([]);
  expect(find(index, 'common ')).toHaveLength(50);
});

test('an index holds so many different words and no more: what was left out is counted, also in one that was kept', () => {
  const index = new SearchIndex({ seed: 5, maxWords: 3 });
  index.put(said(1, 'one two three'));
  index.put(said(2, 'three four five'));
  expect(find(index, 'three ')).toEqual(ids(2, 1));
  expect(find(index, 'four ')).toEqual([]);
  expect(index.leftOut).toBe(2);
  expect(indexFrom(chunksOf(index), 5)?.leftOut).toBe(2);
});

/** What the index has to find, by looking at every message. */
function foundByLooking(messages: Iterable<SearchedMessage>, wanted: Wanted): EntryId[] {
  const holds = (message: SearchedMessage, { words, prefix }: Phrase) => {
    const of = wordsOf(message.text);
    return of.some((_, start) =>
      words.every((word, i) =>
        prefix && i === words.length - 1 ? of[start + i]?.startsWith(word) : of[start + i] === word,
      ),
    );
  };
  return [...messages]
    .filter(
      (message) =>
        wanted.phrases.every((phrase) => holds(message, phrase)) &&
        !wanted.without.some((phrase) => holds(message, phrase)) &&
        (wanted.authors?.has(message.author) ?? true) &&
        (wanted.places?.has(placeKey(message)) ?? true) &&
        (bitsOf(message.has ?? []) & bitsOf(wanted.has)) === bitsOf(wanted.has),
    )
    .sort((a, b) => b.order - a.order || (a.id < b.id ? 1 : -1))
    .map(({ id }) => id);
}

const word = fc.constantFrom('a', 'ab', 'abc', 'b', 'ba', 'é', '語', '日本', 'x-a');
const message = fc
  .record({
    n: fc.nat(12),
    words: fc.array(word, { maxLength: 6 }),
    author: fc.constantFrom('did:key:ada', 'did:key:ben'),
    channel: fc.nat(1).map(channelNumber),
    order: fc.nat(5),
    has: fc.subarray([...THINGS]),
  })
  .map(({ n, words, ...more }) => said(n, words.join(' '), more));
const step = fc.oneof(
  { weight: 5, arbitrary: message.map((put) => ({ put })) },
  { weight: 2, arbitrary: fc.nat(12).map((n) => ({ remove: messageNumber(n) })) },
  { weight: 1, arbitrary: fc.constantFrom({ does: 'pack' as const }, { does: 'keep' as const }) },
);
const typed = fc
  .array(fc.oneof(word, fc.constantFrom('"a ab"', '-b', 'from:ben', 'has:link', 'in:kit', 'a')), {
    minLength: 1,
    maxLength: 4,
  })
  .map((parts) => parts.join(' '));

test('property: after any puts, changes, removals, packing and keeping, it finds what looking at every message finds', () => {
  fc.assert(
    fc.property(
      fc.array(step, { maxLength: 40 }),
      fc.array(typed, { maxLength: 5 }),
      (steps, queries) => {
        const model = new Map<EntryId, SearchedMessage>();
        let index = indexOf();
        for (const one of steps) {
          if ('put' in one) {
            model.set(one.put.id, one.put);
            index.put(one.put);
          } else if ('remove' in one) {
            expect(index.remove(one.remove)).toBe(model.delete(one.remove));
          } else if (one.does === 'pack') index.pack();
          else index = indexFrom(chunksOf(index), 6) ?? indexOf();
          expect(index.size).toBe(model.size);
        }
        for (const query of queries) {
          const { wanted } = wantedOf(parseQuery(query, localDays(0)), directory);
          expect(find(index, query)).toEqual(foundByLooking(model.values(), wanted));
        }
      },
    ),
    { numRuns: 400 },
  );
});
