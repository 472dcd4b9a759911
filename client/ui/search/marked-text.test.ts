import { describe, expect, it } from 'vitest';
import { piecesOf } from './marked-text.ts';

const shown = (text: string, ...marks: (readonly [number, number])[]) =>
  piecesOf(
    text,
    marks.map(([start, end]) => ({ start, end })),
  ).map(({ text: piece, found }) => (found ? `[${piece}]` : piece));

describe('a text that was searched', () => {
  it('is cut where what was found begins and ends', () => {
    expect(shown('the blue shed', [4, 8])).toEqual(['the ', '[blue]', ' shed']);
    expect(shown('blue blue', [0, 4], [5, 9])).toEqual(['[blue]', ' ', '[blue]']);
  });

  it('is whole where nothing was found in it, or marks do not fit', () => {
    expect(shown('shed')).toEqual(['shed']);
    expect(shown('shed', [2, 90], [3, 3])).toEqual(['shed']);
    expect(shown('')).toEqual([]);
  });
});
