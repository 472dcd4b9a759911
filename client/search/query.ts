/**
 * What a person types into the field, read: words, "phrases in quotes", -what should not be there, and filters such as
 * `from:ada`. Anything can be read; what was not understood is searched for as words, and a hint says so.
 */
import { type DayRange, type Days, daysNamed } from './days.ts';
import { THINGS, type Thing } from './searched-message.ts';
import { type Phrase, phraseOf, wordsOf } from './words.ts';

/** Longest query that is read, UTF-16 code units, and most parts of it. */
export const MAX_QUERY_LENGTH = 500;
export const MAX_QUERY_PARTS = 32;

/** Something that the person may want to know about their query. */
export interface Hint {
  readonly about:
    | 'filter'
    | 'date'
    | 'thing'
    | 'empty'
    | 'nothing-searchable'
    | 'too-long'
    | 'person'
    | 'channel';
  /** The part of the query that it is about. */
  readonly part: string;
  readonly message: string;
}

export interface Query {
  /** All of these, and none of those. */
  readonly phrases: readonly Phrase[];
  readonly without: readonly Phrase[];
  /** Names as typed: by any of these, by none of those; `in` alike. */
  readonly from: readonly string[];
  readonly notFrom: readonly string[];
  readonly in: readonly string[];
  readonly notIn: readonly string[];
  /** ms since 1970: at or after, and before. */
  readonly since?: number;
  readonly until?: number;
  readonly has: readonly Thing[];
  readonly hasNot: readonly Thing[];
  readonly tags: readonly string[];
  readonly notTags: readonly string[];
  readonly hints: readonly Hint[];
}

type Draft = {
  -readonly [K in keyof Omit<Query, 'since' | 'until'>]: Query[K] extends readonly (infer T)[]
    ? T[]
    : never;
} & { since: number; until: number };

const FILTERS = ['from', 'in', 'before', 'after', 'on', 'has', 'tag'] as const;
type Filter = (typeof FILTERS)[number];

/** Other names of things. */
const ALSO: Readonly<Record<string, Thing>> = {
  links: 'link',
  url: 'link',
  files: 'file',
  image: 'picture',
  images: 'picture',
  pictures: 'picture',
  photo: 'picture',
  reactions: 'reaction',
  mentions: 'mention',
  replies: 'reply',
  threads: 'thread',
  pins: 'pin',
  pinned: 'pin',
  edited: 'edit',
};

/**
 * A minus, then a filter's name with nothing after it, or perhaps a filter's name and a value: quoted (the quote may still be
 * open), or up to white space. The scheme of an address is no filter. Linear.
 */
const PART =
  /(?<minus>-(?=[^\s-]))?(?:(?<lone>[a-z]+):(?=\s|$)|(?:(?<name>[a-z]+):(?![/\\]))?(?:["“”„](?<quoted>[^"“”]*)(?<closed>["“”])?|(?<bare>[^\s"“”„]+)))/giu;

/** Reads a query. Never throws. Time is linear in its length, of which only the first 500 characters count. */
export function parseQuery(text: string, days: Days): Query {
  const draft: Draft = {
    phrases: [],
    without: [],
    from: [],
    notFrom: [],
    in: [],
    notIn: [],
    has: [],
    hasNot: [],
    tags: [],
    notTags: [],
    hints: [],
    since: Number.NEGATIVE_INFINITY,
    until: Number.POSITIVE_INFINITY,
  };
  const read = text.slice(0, MAX_QUERY_LENGTH);
  const parts = [...read.matchAll(PART)];
  if (read.length < text.length || parts.length > MAX_QUERY_PARTS)
    draft.hints.push({
      about: 'too-long',
      part: '',
      message: `Only the first ${MAX_QUERY_PARTS} words and ${MAX_QUERY_LENGTH} characters are searched for.`,
    });
  for (const part of parts.slice(0, MAX_QUERY_PARTS))
    take(draft, part, part.index + part[0].length === text.length, days);
  const { since, until, ...rest } = draft;
  return {
    ...rest,
    ...(since === Number.NEGATIVE_INFINITY ? {} : { since }),
    ...(until === Number.POSITIVE_INFINITY ? {} : { until }),
  };
}

/** Whether anything is asked for at all: what should not be there is not enough. */
export function isEmpty(query: Query): boolean {
  const { phrases, from, in: places, has, tags, since, until } = query;
  const asked = phrases.length + from.length + places.length + has.length + tags.length;
  return asked === 0 && since === undefined && until === undefined;
}

function take(draft: Draft, part: RegExpExecArray, isLast: boolean, days: Days): void {
  const { minus, quoted, closed, bare, lone } = part.groups ?? {};
  const not = minus !== undefined;
  const name = (part.groups?.name ?? lone)?.toLowerCase();
  const value = quoted ?? bare ?? '';
  const filter = FILTERS.find((one) => one === name);
  if (filter !== undefined && value.trim() !== '') {
    if (takeFilter(draft, filter, value, not, part[0], days)) return;
  } else if (filter !== undefined) {
    draft.hints.push({
      about: 'empty',
      part: part[0],
      message: `Say ${WANTED[filter]} after “${filter}:”, without a space between.`,
    });
    return;
  } else if (name !== undefined && bare !== undefined && !/^\d/.test(bare)) {
    draft.hints.push({
      about: 'filter',
      part: part[0],
      message: `There is no filter “${name}:”; this was searched for as words. There are ${list(FILTERS)}.`,
    });
  }
  takeWords(draft, name === undefined ? value : `${name} ${value}`, {
    not,
    // Of what is excluded a beginning would exclude far too much; of what is closed nothing is missing.
    prefix: isLast && closed === undefined && !not,
    part: part[0],
  });
}

function takeWords(
  draft: Draft,
  value: string,
  { not, prefix, part }: { not: boolean; prefix: boolean; part: string },
): void {
  const phrase = phraseOf(value, prefix);
  if (phrase.words.length > 0) (not ? draft.without : draft.phrases).push(phrase);
  else if (value.trim() !== '')
    draft.hints.push({
      about: 'nothing-searchable',
      part,
      message: `“${part}” has no letters or digits to search for.`,
    });
}

const WANTED: Readonly<Record<Filter, string>> = {
  from: 'whose messages',
  in: 'which channel',
  before: 'a day, such as 2026-03-01,',
  after: 'a day, such as 2026-03-01,',
  on: 'a day, such as 2026-03-01,',
  has: `what (${list(THINGS)})`,
  tag: 'which tag',
};

/** False where the value is none of the filter's. */
function takeFilter(
  draft: Draft,
  filter: Filter,
  value: string,
  not: boolean,
  part: string,
  days: Days,
): boolean {
  switch (filter) {
    case 'from':
      (not ? draft.notFrom : draft.from).push(value);
      return true;
    case 'in':
      (not ? draft.notIn : draft.in).push(value);
      return true;
    case 'tag': {
      const tag = tagOf(value);
      if (tag !== '') (not ? draft.notTags : draft.tags).push(tag);
      return tag !== '';
    }
    case 'has': {
      const asked = value.toLowerCase();
      const thing =
        THINGS.find((one) => one === asked) ??
        (Object.hasOwn(ALSO, asked) ? ALSO[asked] : undefined);
      if (thing) (not ? draft.hasNot : draft.has).push(thing);
      else
        draft.hints.push({
          about: 'thing',
          part,
          message: `A message can have a ${list(THINGS)}; “${value}” was left out.`,
        });
      return true;
    }
    default: {
      const range = not ? undefined : daysNamed(value, days);
      if (range) narrow(draft, filter, range);
      else
        draft.hints.push({
          about: 'date',
          part,
          message: not
            ? `“${filter}:” cannot be turned round; use “before:” or “after:”.`
            : `“${value}” is no day; write 2026-03-01, 2026-03, 2026, today, yesterday or 7d.`,
        });
      return true;
    }
  }
}

function narrow(draft: Draft, filter: 'before' | 'after' | 'on', range: DayRange): void {
  if (filter === 'before') draft.until = Math.min(draft.until, range.from);
  if (filter === 'after') draft.since = Math.max(draft.since, range.to);
  if (filter === 'on') {
    draft.since = Math.max(draft.since, range.from);
    draft.until = Math.min(draft.until, range.to);
  }
}

/** Tags are compared as words are: #Night-Shift and #night shift are one. */
export function tagOf(text: string): string {
  return wordsOf(text).join('_');
}

function list(words: readonly string[]): string {
  return `${words.slice(0, -1).join(', ')} or ${words.at(-1)}`;
}
