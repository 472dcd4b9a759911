import { expect, it } from 'vitest';
import type { ImportView } from '../../engine/archive-view.ts';
import { spaceNamed } from '../test/names.ts';
import { importedWords } from './imported-words.ts';

const all: ImportView = {
  space: spaceNamed('Nine Wells'),
  name: 'Nine Wells',
  fresh: 1204,
  known: 0,
  unplaced: 0,
  refused: 0,
  passedOver: 0,
  whole: true,
  listed: true,
};

it('says what came in, and that nothing did where all was here', () => {
  expect(importedWords(all)).toBe('Nine Wells is here, with 1,204 new entries.');
  expect(importedWords({ ...all, fresh: 0, known: 9 })).toBe(
    'Everything of Nine Wells in this file was here already.',
  );
});

it('says what cannot be done with it, and what is missing', () => {
  const said = importedWords({ ...all, fresh: 1, listed: false, whole: false, refused: 1 });
  expect(said).toBe(
    'Nine Wells is here, with 1 new entry. This device is no member of it, so it can be read only. The file is damaged further on: what came before that is in. 1 entry could not be taken in.',
  );
});
