/** Whether everybody sees the same, once everything is mended: what is compared at the end of a run. Pure. */

export interface Written {
  readonly author: string;
  /** Ascending for each author. */
  readonly number: number;
  readonly text: string;
  /** Whether the author's device said that it is stored. Else it crashed meanwhile, and either may be. */
  readonly stored: boolean;
}

export interface Seen {
  readonly who: string;
  /** Texts in the order in which they are shown. */
  readonly texts: readonly string[];
}

export interface Verdict {
  /** Stored messages that somebody does not show, once for each who does not. */
  readonly lost: number;
  /** Messages shown more than once, once for each time too many. */
  readonly repeated: number;
  /** Who shows something else than the first, or in another order. */
  readonly differing: number;
  /** Messages of an author shown after a later one of theirs, over all views. */
  readonly misordered: number;
  /** Shown and never written. */
  readonly strange: number;
  /** The first few of what is wrong, for a person. */
  readonly examples: readonly string[];
}

const EXAMPLES = 10;

export function judge(written: readonly Written[], views: readonly Seen[]): Verdict {
  const byText = new Map(written.map((message) => [message.text, message]));
  const examples: string[] = [];
  const note = (example: string) => {
    if (examples.length < EXAMPLES) examples.push(example);
    return 1;
  };
  let [lost, repeated, differing, misordered, strange] = [0, 0, 0, 0, 0];
  const first = views[0];
  for (const { who, texts } of views) {
    const shown = new Set<string>();
    const latest = new Map<string, number>();
    for (const text of texts) {
      const message = byText.get(text);
      if (message === undefined) strange += note(`${who} shows "${text}", which nobody wrote`);
      else if (shown.has(text)) repeated += note(`${who} shows "${text}" twice`);
      else {
        const before = latest.get(message.author) ?? Number.NEGATIVE_INFINITY;
        if (message.number < before)
          misordered += note(`${who} shows "${text}" after number ${before} of the same author`);
        latest.set(message.author, Math.max(before, message.number));
      }
      shown.add(text);
    }
    for (const { text, stored } of written)
      if (stored && !shown.has(text)) lost += note(`${who} does not show "${text}"`);
    const at = first === undefined ? -1 : difference(first.texts, texts);
    if (first !== undefined && at >= 0)
      differing += note(
        `${who} shows "${texts[at] ?? 'nothing'}" at ${at}, ${first.who} "${first.texts[at] ?? 'nothing'}"`,
      );
  }
  return { lost, repeated, differing, misordered, strange, examples };
}

/** Where two rows differ first, or −1. */
function difference(a: readonly string[], b: readonly string[]): number {
  const length = Math.max(a.length, b.length);
  for (let i = 0; i < length; i++) if (a[i] !== b[i]) return i;
  return -1;
}

/** Nothing is wrong. */
export function isGood(verdict: Verdict): boolean {
  const { lost, repeated, differing, misordered, strange } = verdict;
  return lost + repeated + differing + misordered + strange === 0;
}
