/** Digests page by page: what to tell of a tree, and what a page says beside one's own. */

import { DIGEST_LINES } from '../frames/frames.ts';
import type { DigestMessage, DigestPage } from './digest-message.ts';
import type { DigestLine, DigestTree } from './digest-tree.ts';

/** What stands for a hash on the link in question. */
type Tag = (hash: string) => string;

/** Most pages that one digest is answered by. */
const PAGES = 8;

/** All that is held below a prefix, in pages; from somewhere in the middle where it is too much for once. */
export function pagesOf(
  level: DigestPage['level'],
  within: string,
  all: readonly DigestLine[],
  random: () => number,
): readonly DigestPage[] {
  const pages: DigestPage[] = [];
  let at = all.length > PAGES * DIGEST_LINES ? Math.floor(random() * all.length) : 0;
  do {
    const after = at > 0 ? (all[at - 1]?.key ?? '') : '';
    const lines = all.slice(at, at + DIGEST_LINES);
    at += DIGEST_LINES;
    pages.push({ level, within, after, lines, last: at >= all.length, asks: true });
  } while (at < all.length && pages.length < PAGES);
  return pages;
}

/** Tells what is held of one document, and asks the same. */
export function questionAbout(document: string, line: DigestLine | undefined): DigestPage {
  const lines = line ? [line] : [];
  return { level: 'documents', within: document, after: '', lines, last: true, asks: true };
}

/** The message with its hashes as the link names them. */
export function tagged(message: DigestMessage, tag: Tag): DigestMessage {
  if (message.level === 'space') return { ...message, hash: tag(message.hash) };
  return { ...message, lines: message.lines.map((l) => ({ ...l, hash: tag(l.hash) })) };
}

/** Whether a page says something of a key, if only that nothing is held. */
function covers(page: DigestPage, key: string): boolean {
  if (!page.asks || !key.startsWith(page.within) || key <= page.after) return false;
  return page.last || key <= (page.lines.at(-1)?.key ?? '');
}

/** Groups that differ, or that only one of the two holds anything of. */
export function unlikeGroups(page: DigestPage, tree: DigestTree, tag: Tag): readonly string[] {
  const theirs = new Map(page.lines.map((line) => [line.key, line.hash]));
  const ours = tree.groups().filter(({ key }) => theirs.has(key) || covers(page, key));
  const unlike = ours.filter(({ key, hash }) => theirs.get(key) !== tag(hash));
  for (const { key } of ours) theirs.delete(key);
  return [...unlike.map(({ key }) => key), ...theirs.keys()];
}

export interface ReadDocuments {
  readonly equal: readonly string[];
  /** Their lines of documents that are not equal. */
  readonly unlike: readonly DigestLine[];
  /** Where the page asks: our lines of documents that are not equal, or that it does not name. */
  readonly answer: readonly DigestLine[];
}

export function readDocuments(page: DigestPage, tree: DigestTree, tag: Tag): ReadDocuments {
  const lines = new Map(page.lines.map((line) => [line.key, line]));
  const [equal, unlike]: [string[], DigestLine[]] = [[], []];
  for (const line of lines.values()) {
    const ours = tree.get(line.key);
    if (ours && tag(ours.heads) === line.hash) equal.push(line.key);
    else unlike.push(line);
  }
  if (!page.asks) return { equal, unlike, answer: [] };
  const unnamed = tree
    .documents(page.within)
    .filter(({ key }) => !lines.has(key) && covers(page, key));
  const differing = unlike.flatMap(({ key }) => tree.line(key) ?? []);
  return { equal, unlike, answer: [...differing, ...unnamed] };
}
