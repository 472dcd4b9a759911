/** A query with its names looked up: what an index is asked. */
import type { ChannelId, SpaceId } from '@snug/shared/protocol/ids.ts';
import type { Hint, Query } from './query.ts';
import type { Place, Thing } from './searched-message.ts';
import { type Phrase, phraseOf, wordsOf } from './words.ts';

/** Who writes here and where, by the names that the person who searches knows. */
export interface Directory {
  /** The account of whoever searches, whom `me` stands for. */
  readonly me?: string;
  readonly people: readonly { readonly account: string; readonly names: readonly string[] }[];
  readonly channels: readonly {
    readonly space: SpaceId;
    readonly channel: ChannelId;
    readonly name: string;
    readonly spaceName: string;
  }[];
}

export interface Wanted {
  readonly phrases: readonly Phrase[];
  readonly without: readonly Phrase[];
  readonly tags: readonly string[];
  readonly notTags: readonly string[];
  /** Absent: by anybody, anywhere. */
  readonly authors?: ReadonlySet<string>;
  readonly notAuthors: ReadonlySet<string>;
  readonly places?: ReadonlySet<string>;
  readonly notPlaces: ReadonlySet<string>;
  readonly since?: number;
  readonly until?: number;
  readonly has: readonly Thing[];
  readonly hasNot: readonly Thing[];
}

/** What a place is called within an index. */
export function placeKey({ space, channel }: Place): string {
  return `${space} ${channel}`;
}

/**
 * Looks up the names of a query. A name means everybody of whose names a word, and those after it, begin so: `from:love` is
 * Ada Lovelace, and every other Love. Who or what is not found is hinted at, and nothing is found by it.
 *
 * @param within search this space only
 */
export function wantedOf(
  query: Query,
  directory: Directory,
  within?: SpaceId,
): { readonly wanted: Wanted; readonly hints: readonly Hint[] } {
  const hints: Hint[] = [...query.hints];
  const people = (names: readonly string[]) =>
    found(names, (name) => accountsNamed(directory, name), 'person', hints);
  const channels = (names: readonly string[]) =>
    found(names, (name) => placesNamed(directory, name), 'channel', hints);
  const { phrases, without, tags, notTags, has, hasNot, since, until } = query;
  const named = query.in.length > 0 ? channels(query.in) : undefined;
  const places = within === undefined ? named : inSpace(directory, within, named);
  return {
    hints,
    wanted: {
      phrases,
      without,
      tags,
      notTags,
      has,
      hasNot,
      ...(query.from.length > 0 ? { authors: people(query.from) } : {}),
      notAuthors: people(query.notFrom),
      ...(places ? { places } : {}),
      notPlaces: channels(query.notIn),
      ...(since === undefined ? {} : { since }),
      ...(until === undefined ? {} : { until }),
    },
  };
}

function found(
  names: readonly string[],
  look: (name: string) => readonly string[],
  about: 'person' | 'channel',
  hints: Hint[],
): ReadonlySet<string> {
  const all = new Set<string>();
  for (const name of names) {
    const those = look(name);
    for (const one of those) all.add(one);
    const what = about === 'person' ? 'Nobody' : 'No channel or space';
    if (those.length === 0)
      hints.push({ about, part: name, message: `${what} here is called “${name}”.` });
  }
  return all;
}

function accountsNamed({ me, people }: Directory, typed: string): string[] {
  const name = typed.replace(/^@/, '');
  const own = me !== undefined && name.toLowerCase() === 'me' ? [me] : [];
  const accounts = people
    .filter(({ account, names }) => account === name || names.some((one) => isNamed(one, name)))
    .map(({ account }) => account);
  return [...own, ...accounts];
}

function placesNamed({ channels }: Directory, typed: string): string[] {
  const name = typed.replace(/^#/, '');
  return channels
    .filter((one) => isNamed(one.name, name) || isNamed(one.spaceName, name))
    .map(placeKey);
}

function inSpace(
  { channels }: Directory,
  space: SpaceId,
  named: ReadonlySet<string> | undefined,
): ReadonlySet<string> {
  const all = channels.filter((one) => one.space === space).map(placeKey);
  return new Set(named ? all.filter((key) => named.has(key)) : all);
}

function isNamed(name: string, typed: string): boolean {
  const { words } = phraseOf(typed, true);
  const of = wordsOf(name);
  if (words.length === 0) return false;
  return of.some((_, start) =>
    words.every((word, i) =>
      i === words.length - 1 ? of[start + i]?.startsWith(word) : of[start + i] === word,
    ),
  );
}
