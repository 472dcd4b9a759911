import { expect, it } from 'vitest';
import { movedWords } from './moved-words.ts';

it('what was moved is told with how many and where to', () => {
  expect(movedWords(3, 'thread')).toBe('Moved 3 messages into a thread.');
  expect(movedWords(1, { channel: 'tools' })).toBe('Moved 1 message to #tools.');
  expect(movedWords(2, { channel: '' })).toBe('Moved 2 messages to another channel.');
});
