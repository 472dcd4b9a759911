/** What an opened entry says of a page, with the entries that it speaks of by their ids or the first halves of these. */
import { toBase64url, toHex } from '@snug/shared/crypto/bytes.ts';
import { PAGE_START, parseContent } from '@snug/shared/entries/kinds.ts';
import { EntryId } from '@snug/shared/protocol/ids.ts';
import * as v from 'valibot';
import type { Opened } from '../chain.ts';

/** Where a page begins, as {@link Place.change}. */
export const START = 'start';

/** Right behind the first `characters` (UTF-16 code units) of what a change has put in, all its insertions one after another. */
export interface Place {
  /** First half of the change's id, in hex; or {@link START}, with no characters. */
  readonly change: string;
  readonly characters: number;
}

/** Characters of what a change has put in: from which on, and how many. */
export interface Stretch {
  readonly change: string;
  readonly from: number;
  readonly count: number;
}

export interface PageBegun {
  readonly is: 'page';
  readonly title: string;
  readonly thread: EntryId | undefined;
  readonly sources: readonly EntryId[];
}

export interface PageChange {
  readonly is: 'change';
  readonly page: EntryId;
  readonly title: string | undefined;
  readonly away: boolean | undefined;
  /** First halves of the ids, in hex, of the changes that its author had before them. */
  readonly after: readonly string[];
  readonly inserts: readonly { readonly behind: Place; readonly text: string }[];
  readonly removes: readonly Stretch[];
}

/** `undefined`: it is not of a page, or does not fit its kind. Never throws. */
export function pageOperationOf({ body }: Opened): PageBegun | PageChange | undefined {
  if (body.kind !== 'page' && body.kind !== 'page change') return undefined;
  const content = parseContent(body.kind, body.content);
  const [first, ...others] = body.refs;
  if (content.kind === 'page') {
    const { title } = content;
    return {
      is: 'page',
      title,
      thread: first && entryNamed(first),
      sources: [...new Set(content.sources.map(entryNamed))],
    };
  }
  if (content.kind !== 'page change' || first === undefined) return undefined;
  const of = content.of.map(toHex);
  const inserts = content.insert.map(([origin, characters, text]) => {
    const behind = placeNamed(of, origin, characters);
    return behind && { behind, text };
  });
  const removes = content.remove.map(([origin, from, count]) => {
    const change = of[origin];
    return change === undefined ? undefined : { change, from, count };
  });
  if (!isWhole(inserts) || !isWhole(removes)) return undefined;
  const after = [...others.map((ref) => toHex(ref.subarray(0, 16))), ...of];
  const { title, away } = content;
  return { is: 'change', page: entryNamed(first), title, away, after, inserts, removes };
}

function placeNamed(of: readonly string[], origin: number, characters: number): Place | undefined {
  if (origin === PAGE_START) return characters === 0 ? { change: START, characters } : undefined;
  const change = of[origin];
  return change === undefined || characters === 0 ? undefined : { change, characters };
}

function isWhole<T>(list: readonly (T | undefined)[]): list is readonly T[] {
  return !list.includes(undefined);
}

/** Refs have their length from the schema, so their spellings are ids. */
function entryNamed(ref: Uint8Array): EntryId {
  return v.parse(EntryId, toBase64url(ref));
}
