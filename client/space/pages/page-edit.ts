/** What changes of a page are to say so that its text, as it was seen, becomes another. */
import { fromHex } from '@snug/shared/crypto/bytes.ts';
import type { Body } from '@snug/shared/entries/body.ts';
import {
  MAX_PAGE_INSERTS,
  MAX_PAGE_ORIGINS,
  MAX_PAGE_REMOVES,
  PAGE_START,
} from '@snug/shared/entries/kinds.ts';
import { type Place, START, type Stretch } from './page-change.ts';
import type { Piece } from './page-text.ts';

/** From `at` on (UTF-16 code units of the text as it was seen) so many are taken out, and this put in. */
export interface Splice {
  readonly at: number;
  readonly remove: number;
  readonly insert: string;
}

/** Most that one change puts in, UTF-16 code units: at most three times that in bytes. */
const CHANGE_CHARACTERS = 8_000;

/** One change's worth. */
export interface Edit {
  readonly inserts: readonly { readonly behind: Place | 'the one before'; readonly text: string }[];
  readonly removes: readonly Stretch[];
}

/**
 * In as many changes as their limits ask for, each to be written after the one before.
 *
 * @param pieces the text as it was seen
 * @param splices ascending, none of which begins before the end of another
 */
export function editsFor(pieces: readonly Piece[], splices: readonly Splice[]): Edit[] {
  const edits: { inserts: Edit['inserts'][number][]; removes: Stretch[] }[] = [];
  let room = { characters: 0, inserts: 0, removes: 0, origins: new Set<string>() };
  const current = (change: string, characters: number, kind: 'inserts' | 'removes') => {
    const last = edits.at(-1);
    const fits =
      room.characters >= characters &&
      room[kind] > 0 &&
      (room.origins.has(change) || room.origins.size < MAX_PAGE_ORIGINS);
    const edit = last && fits ? last : { inserts: [], removes: [] };
    if (edit !== last) {
      edits.push(edit);
      room = {
        characters: CHANGE_CHARACTERS,
        inserts: MAX_PAGE_INSERTS,
        removes: MAX_PAGE_REMOVES,
        origins: new Set(),
      };
    }
    if (change !== START) room.origins.add(change);
    room.characters -= characters;
    room[kind]--;
    return edit;
  };
  for (const { at, remove, insert } of splices) {
    for (const stretch of stretchesIn(pieces, at, at + remove))
      current(stretch.change, 0, 'removes').removes.push(stretch);
    const behind = placeAt(pieces, at);
    const [first, ...others] = cut(insert);
    if (first === undefined) continue;
    current(behind.change, first.length, 'inserts').inserts.push({ behind, text: first });
    for (const text of others) {
      // By itself: it stands behind all that the one before put in.
      edits.push({ inserts: [{ behind: 'the one before', text }], removes: [] });
      room.characters = 0;
    }
  }
  return edits;
}

/** Content of a `page change`. @param before the change that was written before it, for what stands behind that */
export function contentOf({ inserts, removes }: Edit, before: Place | undefined): Body['content'] {
  const of: string[] = [];
  const origin = (change: string) => {
    if (change === START) return PAGE_START;
    const known = of.indexOf(change);
    return known === -1 ? of.push(change) - 1 : known;
  };
  const insert = inserts.map(({ behind, text }) => {
    const place =
      behind === 'the one before' ? (before ?? { change: START, characters: 0 }) : behind;
    return [origin(place.change), place.characters, text];
  });
  const remove = removes.map(({ change, from, count }) => [origin(change), from, count]);
  return { of: of.map(fromHex), insert, remove };
}

/** Behind the last visible character before `at`. */
function placeAt(pieces: readonly Piece[], at: number): Place {
  let place: Place = { change: START, characters: 0 };
  let passed = 0;
  for (const { change, from, text } of pieces) {
    if (passed >= at) break;
    place = { change, characters: from + Math.min(text.length, at - passed) };
    passed += text.length;
  }
  return place;
}

function stretchesIn(pieces: readonly Piece[], begin: number, end: number): Stretch[] {
  const stretches: Stretch[] = [];
  let passed = 0;
  for (const { change, from, text } of pieces) {
    const a = Math.max(begin - passed, 0);
    const b = Math.min(end - passed, text.length);
    if (a < b) stretches.push({ change, from: from + a, count: b - a });
    passed += text.length;
    if (passed >= end) break;
  }
  return stretches;
}

/** No character is cut in two. */
function cut(text: string): string[] {
  const parts: string[] = [];
  for (let at = 0; at < text.length; ) {
    let end = Math.min(at + CHANGE_CHARACTERS, text.length);
    const last = text.charCodeAt(end - 1);
    if (end < text.length && last >= 0xd800 && last < 0xdc00) end--;
    parts.push(text.slice(at, end));
    at = end;
  }
  return parts;
}
