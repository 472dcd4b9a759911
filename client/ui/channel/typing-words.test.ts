import { expect, test } from 'vitest';
import { typingWords } from './typing-words.ts';

test('it is told who is typing, of more than three only that several are', () => {
  expect(typingWords([])).toBe('');
  expect(typingWords(['Ada'])).toBe('Ada is typing…');
  expect(typingWords(['Ada', 'Ben'])).toBe('Ada and Ben are typing…');
  expect(typingWords(['Ada', 'Ben', 'Cy'])).toBe('Ada, Ben and Cy are typing…');
  expect(typingWords(['Ada', 'Ben', 'Cy', 'Dee'])).toBe('Several people are typing…');
});

test('somebody whose name has not arrived is called as everywhere else', () => {
  expect(typingWords([''])).toBe('Someone new is typing…');
});
