/** Which rows of an index are what is wanted. */
import { Bits } from './bits.ts';
import { type IndexParts, tagWord } from './index-parts.ts';
import type { Numbered } from './numbered.ts';
import { bitsOf } from './searched-message.ts';
import type { Wanted } from './wanted.ts';
import type { Phrase } from './words.ts';

/** Time is linear in the messages, and in how often the words stand in them. */
export function matchingRows(parts: IndexParts, wanted: Wanted): Bits {
  const matching = passing(parts, wanted);
  const asPhrase = (tag: string): Phrase => ({ words: tagWord(tag), prefix: false });
  for (const phrase of [...wanted.tags.map(asPhrase), ...wanted.phrases])
    matching.intersect(rowsWith(parts, phrase));
  for (const phrase of [...wanted.notTags.map(asPhrase), ...wanted.without])
    matching.subtract(rowsWith(parts, phrase));
  return matching;
}

/** What passes all that is no word. */
function passing({ table, authors, places }: IndexParts, wanted: Wanted): Bits {
  const by = allowed(authors, wanted.authors, wanted.notAuthors);
  const where = allowed(places, wanted.places, wanted.notPlaces);
  const { since = Number.NEGATIVE_INFINITY, until = Number.POSITIVE_INFINITY } = wanted;
  const has = bitsOf(wanted.has);
  const hasNot = bitsOf(wanted.hasNot);
  const rows = new Bits(table.rows);
  for (let row = 0; row < table.rows; row++) {
    const things = table.things(row);
    const at = table.at(row);
    if (
      table.isLive(row) &&
      by[table.author(row)] === 1 &&
      where[table.place(row)] === 1 &&
      at >= since &&
      at < until &&
      (things & has) === has &&
      (things & hasNot) === 0
    )
      rows.add(row);
  }
  return rows;
}

/** 1 for each number whose key is in the one set, if there is one, and not in the other. */
function allowed<T>(
  numbered: Numbered<T>,
  only: ReadonlySet<string> | undefined,
  not: ReadonlySet<string>,
): Uint8Array {
  return Uint8Array.from(numbered.keys(), (key) =>
    (only === undefined || only.has(key)) && !not.has(key) ? 1 : 0,
  );
}

function rowsWith(parts: IndexParts, { words, prefix }: Phrase): Bits {
  const { table, postings } = parts;
  const rows = new Bits(table.rows);
  /** Places at which the next word would go on with all those before it. */
  let due: Bits | undefined;
  words.forEach((word, i) => {
    const isLast = i === words.length - 1;
    const before = due;
    const next = isLast ? undefined : new Bits(table.places + 1);
    for (const number of numbersOf(parts, word, isLast && prefix))
      postings.each(number, (place) => {
        if (before && !before.has(place)) return;
        if (next) next.add(place + 1);
        else rows.add(table.rowAt(place));
      });
    due = next;
  });
  return rows;
}

function numbersOf({ vocabulary }: IndexParts, word: string, prefix: boolean): readonly number[] {
  if (prefix) return vocabulary.beginning(word);
  const number = vocabulary.number(word);
  return number === undefined ? [] : [number];
}
