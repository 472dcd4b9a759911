/**
 * Text as words that can be compared: without case, accents and widths, so that "Café", "CAFE" and "ｃａｆé" are one
 * word. Scripts that put no spaces between words (Chinese, Japanese, Thai and their neighbours) are cut into pairs of
 * characters, which find any word in them without a dictionary.
 */

/** Longest word that is told from a longer one, in UTF-16 code units: beyond it stand addresses and noise. */
const LONGEST_WORD = 40;
/** Longest run that is folded whole: folding may lengthen it eighteenfold. */
const LONGEST_RUN = 64;

/**
 * A run of an unspaced script (the group), of any other letters and digits with what joins them unseen, or one pictograph.
 * Linear: no alternative overlaps another.
 */
const RUN =
  /((?:(?=[\p{L}\p{N}\p{M}])[\p{scx=Han}\p{scx=Hira}\p{scx=Kana}\p{sc=Thai}\p{sc=Lao}\p{sc=Khmr}\p{sc=Mymr}])+)|(?:(?![\p{scx=Han}\p{scx=Hira}\p{scx=Kana}\p{sc=Thai}\p{sc=Lao}\p{sc=Khmr}\p{sc=Mymr}])[\p{L}\p{N}\p{M}](?:\u00ad|\u200c|\u200d|\u2060)*)+|\p{Extended_Pictographic}/gu;
const ASCII = /^[\0-\x7f]*$/;
/** Accents and points, but not kana's voicing marks: か and が are two letters; nor what shows nothing at all. */
const ACCENTS =
  /(?:(?![\u3099\u309a])(?=\p{Mn})\p{sc=Zinh})|[\u0591-\u05c7]|\p{Default_Ignorable_Code_Point}/gu;

/**
 * Folds case, accents and compatibility forms (NFKD, marks dropped, upper and lower case made one, composed again): of Unicode's
 * full case folding only what depends on a language is missing.
 */
export function fold(text: string): string {
  if (ASCII.test(text)) return text.toLowerCase();
  return text
    .normalize('NFKD')
    .replace(ACCENTS, '')
    .toUpperCase()
    .toLowerCase()
    .replaceAll('ς', 'σ')
    .normalize('NFC');
}

/** A run of a text and the words that it gives. */
export interface Run {
  /** Where it stands in the text, in UTF-16 code units. */
  readonly start: number;
  readonly end: number;
  /** Of an unspaced script every pair of characters, then the last one alone. */
  readonly words: readonly string[];
  readonly unspaced: boolean;
}

/** The runs of a text in their order. Time and memory are linear in its length. */
export function* runsOf(text: string): Generator<Run> {
  for (const match of text.matchAll(RUN)) {
    const start = match.index;
    const end = start + match[0].length;
    const unspaced = match[1] !== undefined;
    const words = unspaced ? pairsOf(fold(match[0])) : [shortened(match[0])];
    if (words[0] !== undefined && words[0] !== '') yield { start, end, words, unspaced };
  }
}

/** All words of a text; a word's position is its index. */
export function wordsOf(text: string): string[] {
  const words: string[] = [];
  for (const run of runsOf(text)) for (const word of run.words) words.push(word);
  return words;
}

function pairsOf(run: string): string[] {
  const characters = Array.from(run);
  return characters.map((character, i) => character + (characters[i + 1] ?? ''));
}

function shortened(run: string): string {
  const word = fold(run.length > LONGEST_RUN ? run.slice(0, LONGEST_RUN) : run);
  return word.length > LONGEST_WORD ? word.slice(0, LONGEST_WORD).toWellFormed() : word;
}

/** Words that follow each other; of the last perhaps only the beginning. */
export interface Phrase {
  readonly words: readonly string[];
  readonly prefix: boolean;
}

/**
 * What finds this text within others: `prefix` where its last word may go on. A single character of an unspaced script
 * stands for every word that begins with it.
 */
export function phraseOf(text: string, prefix: boolean): Phrase {
  const runs = [...runsOf(text)];
  const words = runs.flatMap((run) => run.words);
  const last = runs.at(-1);
  if (!last?.unspaced) return { words, prefix };
  // What stands alone at the end of a run there may be followed by more elsewhere.
  if (last.words.length > 1) return { words: words.slice(0, -1), prefix: false };
  return { words, prefix: true };
}
