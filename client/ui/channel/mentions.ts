/** Whom a text names: `@name` waits for them, `@@name` asks for their attention now. */

export interface Nameable {
  readonly account: string;
  /** As it is written behind the `@`; told from namesakes by the beginning of a key. */
  readonly label: string;
}

export interface Mention {
  readonly account: string;
  readonly label: string;
  readonly urgent: boolean;
}

/** Where a name is being written, and who may be meant. */
export interface Completion {
  /** Of the first `@`, and of what stands behind the caret. */
  readonly from: number;
  readonly to: number;
  readonly marks: '@' | '@@';
  readonly offers: readonly Nameable[];
}

/** Most that are offered at once. */
const OFFERED = 6;
/** Longest beginning of a name that is looked for, UTF-16 code units. */
const LONGEST = 64;

/** The people of a space as they can be named: whoever has a name, but for oneself. */
export function nameable(
  people: readonly { readonly account: string; readonly name: string; readonly you: boolean }[],
  marks: ReadonlyMap<string, string>,
): readonly Nameable[] {
  return people.flatMap(({ account, name, you }) => {
    const mark = marks.get(account);
    const label = name.trim();
    return you || !label ? [] : [{ account, label: mark ? `${label}·${mark}` : label }];
  });
}

const isWord = (character: string | undefined) =>
  character !== undefined && /[\p{L}\p{N}_@]/u.test(character);

/** Code names nobody: it is blanked, so that places stay the same. */
const withoutCode = (text: string) =>
  text.replace(/```[\s\S]*?(?:```|$)|`[^`\n]*`/g, (code) => ' '.repeat(code.length));

/** Everybody whom a text names, once each; urgently if anywhere. The longest name that fits counts. */
export function mentionsIn(text: string, people: readonly Nameable[]): readonly Mention[] {
  if (!text.includes('@') || people.length === 0) return [];
  const byFirst = Map.groupBy(
    people.map((person) => ({ ...person, low: person.label.toLowerCase() })),
    ({ low }) => low[0],
  );
  for (const list of byFirst.values()) list.sort((a, b) => b.low.length - a.low.length);
  const low = withoutCode(text).toLowerCase();
  const found = new Map<string, Mention>();
  for (const { index, 0: marks } of low.matchAll(/@+/g)) {
    if (marks.length > 2 || isWord(low[index - 1])) continue;
    const begin = index + marks.length;
    const named = byFirst
      .get(low[begin])
      ?.find((one) => low.startsWith(one.low, begin) && !isWord(low[begin + one.low.length]));
    if (!named) continue;
    const { account, label } = named;
    const urgent = marks === '@@' || found.get(account)?.urgent === true;
    found.set(account, { account, label, urgent });
  }
  return [...found.values()];
}

/** What is being named at the caret, if anything is. */
export function completionAt(
  text: string,
  caret: number,
  people: readonly Nameable[],
): Completion | undefined {
  const before = text.slice(Math.max(0, caret - LONGEST), caret);
  const [, marks, begun] = /(?:^|[^\p{L}\p{N}_@])(@@?)([^@\n]*)$/u.exec(before) ?? [];
  if (marks === undefined || begun === undefined || begun.startsWith(' ')) return undefined;
  const low = begun.toLowerCase();
  const fits = (person: Nameable) => {
    const name = person.label.toLowerCase();
    return name.startsWith(low) || (low !== '' && name.includes(` ${low}`));
  };
  const offers = people.filter(fits).slice(0, OFFERED);
  // Who is named already, with nothing to choose from, is not offered again.
  const whole = offers.length === 1 && offers[0]?.label.toLowerCase() === low;
  if (offers.length === 0 || whole) return undefined;
  const from = caret - begun.length - marks.length;
  return { from, to: caret, marks: marks === '@@' ? '@@' : '@', offers };
}

/** The text with the name in it, and where the caret then stands. */
export function completed(
  text: string,
  { from, to, marks }: Completion,
  { label }: Nameable,
): { readonly text: string; readonly caret: number } {
  const rest = text.slice(to);
  const named = `${marks}${label}${/^\s/.test(rest) ? '' : ' '}`;
  return { text: `${text.slice(0, from)}${named}${rest}`, caret: from + named.length };
}
