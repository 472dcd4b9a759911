/** Pages written by hand, each author with what has reached them, so that tests can bring it about in any order. */
import { fromBase64url, toHex, utf8 } from '@snug/shared/crypto/bytes.ts';
import type { Body } from '@snug/shared/entries/body.ts';
import { entryId } from '@snug/shared/entries/entry.ts';
import type { EntryId, PeerId } from '@snug/shared/protocol/ids.ts';
import { type Opened, tipOf } from '../../chain.ts';
import { GENERAL, judge } from '../../timeline/test/written-talk.ts';
import type { Place } from '../page-change.ts';
import { contentOf, editsFor, type Splice } from '../page-edit.ts';
import { textOf } from '../page-text.ts';
import { type Page, Pages } from '../pages.ts';

/** One number for all who write, so that no two entries have one id. */
let written = 0;

export function entryOf(
  author: PeerId,
  kind: string,
  content: Body['content'],
  refs: readonly EntryId[] = [],
): Opened {
  const id = entryId(utf8(`page entry ${written++}`));
  return {
    id,
    author,
    body: { kind, content, refs: refs.map(fromBase64url), n: 1, prev: [], hlc: 1000 },
  };
}

/** What one author holds. */
export class Desk {
  readonly author: PeerId;
  readonly entries = new Set<Opened>();

  constructor(author: PeerId) {
    this.author = author;
  }

  begin(title: string, sources: readonly EntryId[] = []): EntryId {
    const entry = entryOf(this.author, 'page', { title, sources: sources.map(fromBase64url) });
    this.entries.add(entry);
    return entry.id;
  }

  page(id: EntryId, by = judge): Page {
    const page = pagesOf(this.entries).page(id, by);
    if (!page) throw new Error('There is no such page.');
    return page;
  }

  text(id: EntryId): string {
    return textOf(this.page(id).pieces);
  }

  edit(id: EntryId, ...splices: Splice[]): Opened[] {
    const fresh: Opened[] = [];
    let before: Place | undefined;
    for (const edit of editsFor(this.page(id).pieces, splices)) {
      const entry = this.change(id, contentOf(edit, before));
      fresh.push(entry);
      const characters = edit.inserts.reduce((sum, { text }) => sum + text.length, 0);
      before = { change: toHex(tipOf(entry.id)), characters };
    }
    return fresh;
  }

  change(id: EntryId, content: Body['content']): Opened {
    const whole = { of: [], insert: [], remove: [], ...content };
    const refs = [id, ...this.page(id).heads.slice(0, 15)];
    const entry = entryOf(this.author, 'page change', whole, refs);
    this.entries.add(entry);
    return entry;
  }

  takes(from: Desk): void {
    for (const entry of from.entries) this.entries.add(entry);
  }
}

export function pagesOf(entries: Iterable<Opened>): Pages {
  const pages = new Pages();
  for (const entry of entries) pages.add(GENERAL, [entry]);
  return pages;
}
