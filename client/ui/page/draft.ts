/** A page's text while somebody writes in it and others do too. */
import type { Splice } from '../../engine/page-view.ts';

export function spliced(text: string, { at, remove, insert }: Splice): string {
  return text.slice(0, at) + insert + text.slice(at + remove);
}

/** The least single splice that makes one text the other. No character is cut in two. */
export function spliceBetween(before: string, after: string): Splice | undefined {
  if (before === after) return undefined;
  const most = Math.min(before.length, after.length);
  let start = 0;
  while (start < most && before[start] === after[start]) start++;
  if (start > 0 && isHigh(before, start - 1)) start--;
  let end = 0;
  while (end < most - start && before[before.length - 1 - end] === after[after.length - 1 - end])
    end++;
  if (end > 0 && isLow(before, before.length - end)) end--;
  const remove = before.length - end - start;
  return { at: start, remove, insert: after.slice(start, after.length - end) };
}

/** Where a place in a text is once it is changed; `stays`: on which side of what is put in right there. */
export function placeAfter(at: number, change: Splice, stays: 'before' | 'behind'): number {
  const end = change.at + change.remove;
  if (at < change.at || (at === change.at && stays === 'before')) return at;
  if (at >= end) return at + change.insert.length - change.remove;
  return change.at + (stays === 'before' ? 0 : change.insert.length);
}

/**
 * What is written here, made from `base`, and what others made of `base`, together: what either took out is out, what either put in is
 * in, also where the other took out.
 */
export function merged(base: string, mine: string, theirs: string): string {
  const own = spliceBetween(base, mine);
  const change = spliceBetween(base, theirs);
  if (!own || mine === theirs) return theirs;
  if (!change) return mine;
  const from = placeAfter(own.at, change, 'behind');
  const to = Math.max(from, placeAfter(own.at + own.remove, change, 'before'));
  const isAround = own.at < change.at && own.at + own.remove > change.at;
  const kept = isAround ? change.insert : '';
  const rest = isAround ? placeAfter(own.at + own.remove, change, 'behind') : to;
  return theirs.slice(0, from) + own.insert + kept + theirs.slice(rest);
}

function isHigh(text: string, at: number): boolean {
  const code = text.charCodeAt(at);
  return code >= 0xd800 && code < 0xdc00;
}

function isLow(text: string, at: number): boolean {
  const code = text.charCodeAt(at);
  return code >= 0xdc00 && code < 0xe000;
}
