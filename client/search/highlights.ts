/** Where in a text the words of a query stand, to be set off when it is shown. */
import { type Phrase, runsOf } from './words.ts';

/** In UTF-16 code units; ascending, none overlaps another. Linear in the text for a query of bounded length. */
export function highlightsIn(
  text: string,
  phrases: readonly Phrase[],
): readonly { readonly start: number; readonly end: number }[] {
  const whole = new Set(phrases.flatMap((phrase) => phrase.words));
  const beginnings = phrases.flatMap(({ words, prefix }) => (prefix ? words.slice(-1) : []));
  return [...runsOf(text)].flatMap(({ start, end, words }) => {
    const isFound = words.some(
      (word) => whole.has(word) || beginnings.some((beginning) => word.startsWith(beginning)),
    );
    return isFound ? [{ start, end }] : [];
  });
}
