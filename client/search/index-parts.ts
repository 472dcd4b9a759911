/** What an index consists of, and how words that are tags are told from words that are said. */
import { MessageTable } from './message-table.ts';
import { Numbered } from './numbered.ts';
import { Postings } from './postings.ts';
import type { Place } from './searched-message.ts';
import { Vocabulary } from './vocabulary.ts';
import { placeKey } from './wanted.ts';

export interface IndexParts {
  readonly table: MessageTable;
  readonly vocabulary: Vocabulary;
  /** By the numbers of the vocabulary. */
  readonly postings: Postings;
  readonly authors: Numbered<string>;
  readonly places: Numbered<Place>;
}

/** @param seed of the table */
export function emptyParts(seed: number): IndexParts {
  return {
    table: new MessageTable(seed),
    vocabulary: new Vocabulary(),
    postings: new Postings(),
    authors: new Numbered((author) => author),
    places: new Numbered(placeKey),
  };
}

/** The word that stands for a tag: no other word holds its sign. None for an empty tag. */
export function tagWord(tag: string): readonly string[] {
  return tag === '' ? [] : [`#${tag}`];
}
