import { nameOf } from '../pieces/names.ts';

/** "Ada and Ben are typing…"; empty when nobody is. Of more than three it is not told who. */
export function typingWords(names: readonly string[]): string {
  const [first, second, third] = names.map(nameOf);
  if (first === undefined) return '';
  if (names.length > 3) return 'Several people are typing…';
  if (second === undefined) return `${first} is typing…`;
  if (third === undefined) return `${first} and ${second} are typing…`;
  return `${first}, ${second} and ${third} are typing…`;
}
