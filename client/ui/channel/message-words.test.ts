import { describe, expect, it } from 'vitest';
import { channelNamed, entryNamed } from '../test/names.ts';
import { deletedWords, namesInWords, pointerWords, repliesWords } from './message-words.ts';

describe('names in words', () => {
  it('joins them, and counts those beyond the fifth', () => {
    expect(namesInWords(['Ada'])).toBe('Ada');
    expect(namesInWords(['Ada', 'Ben'])).toBe('Ada and Ben');
    expect(namesInWords(['Ada', 'Ben', 'Cy'])).toBe('Ada, Ben and Cy');
    expect(namesInWords(['A', 'B', 'C', 'D', 'E', 'F', 'G'])).toBe('A, B, C, D, E and 2 more');
  });
});

it('counts replies', () => {
  expect([1, 2].map(repliesWords)).toEqual(['1 reply', '2 replies']);
});

describe('a message that is no longer shown', () => {
  it('says whether its author took it away, or who else did', () => {
    expect(deletedWords({ byName: 'Ada', byAuthor: true })).toBe('Deleted by its author');
    expect(deletedWords({ byName: 'Gil', byAuthor: false })).toBe('Removed by Gil');
  });
});

describe('a pointer', () => {
  const pointer = {
    messages: [entryNamed('one'), entryNamed('two')],
    byName: 'Gil',
    at: 0,
    channel: channelNamed('garden'),
    channelName: 'garden',
  };

  it('says how many went where, and by whose hand', () => {
    expect(pointerWords(pointer, 'here')).toBe('2 messages moved to #garden by Gil');
    const under = { ...pointer, messages: [entryNamed('one')], thread: entryNamed('root') };
    expect(pointerWords(under, pointer.channel)).toBe('1 message moved into a thread by Gil');
    expect(pointerWords(under, 'here')).toBe('1 message moved into a thread in #garden by Gil');
  });
});
