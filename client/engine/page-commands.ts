/** Commands about pages: texts that many write together, grown from messages or begun by themselves. */
import { fromBase64url, toHex } from '@snug/shared/crypto/bytes.ts';
import { MAX_PAGE_SOURCES } from '@snug/shared/entries/kinds.ts';
import { asPageText, PageTitle } from '@snug/shared/entries/text.ts';
import type { ChannelId, EntryId, SpaceId } from '@snug/shared/protocol/ids.ts';
import * as v from 'valibot';
import { tipOf } from '../space/chain.ts';
import { roleOf } from '../space/membership/membership.ts';
import type { Place } from '../space/pages/page-change.ts';
import { contentOf, editsFor, type Splice } from '../space/pages/page-edit.ts';
import { type Piece, textOf } from '../space/pages/page-text.ts';
import type { Page } from '../space/pages/pages.ts';
import { nameOf, settingsOf } from '../space/settings.ts';
import type { Space } from '../space/space.ts';
import type { Reading } from '../space/timeline/reading.ts';
import type { CommandContext } from './command-context.ts';
import { conversationOf, pagesOf } from './conversation.ts';
import type { PageSummary, PageView, RevisionView, SourceView } from './page-view.ts';
import { badText, notFound, troubled } from './trouble.ts';
import type { Commands, Result } from './view.ts';

/** What a change comes after: as many as its refs hold beside the page. */
const MAX_AFTER = 15;
/** Most that one edit puts in, UTF-16 code units, and most places that it touches. */
const MAX_EDIT_CHARACTERS = 200_000;
const MAX_SPLICES = 64;
/** Of a source, UTF-16 code units. */
const EXCERPT = 240;
/** How many texts of a page that were shown are kept, for edits that were made to them. */
const VERSIONS = 32;
const MOST_REVISIONS = 500;

interface Version {
  readonly number: number;
  readonly page: Page;
  readonly pieces: readonly Piece[];
}

export class PageCommands {
  readonly #context: CommandContext;
  /** By space and page, what was shown lately, newest last. */
  readonly #shown = new Map<string, Version[]>();
  #versions = 0;
  /** One edit after another, so that each finds what the one before wrote. */
  #editing: Promise<unknown> = Promise.resolve();

  constructor(context: CommandContext) {
    this.#context = context;
  }

  async createPage(
    input: Parameters<Commands['createPage']>[0],
  ): ReturnType<Commands['createPage']> {
    const space = this.#context.open(input.space);
    if (!space?.membership.channels.has(input.channel)) return notFound();
    const title = v.safeParse(PageTitle, input.title);
    if (!title.success) return badText("A page's title", title.issues[0].message);
    const reading = conversationOf(space, this.#context.o.now());
    if (input.thread !== undefined && !reading.item(input.thread)) return notFound();
    const sources =
      input.sources === undefined && input.thread !== undefined
        ? messagesUnder(reading, input.thread)
        : [...new Set(input.sources ?? [])];
    const texts = sources.map((id) => reading.message(id)?.text);
    if (texts.includes(undefined)) return notFound();
    if (sources.length > MAX_PAGE_SOURCES)
      return troubled('too-long', `A page starts from ${MAX_PAGE_SOURCES} messages at most.`);
    return this.#context.attempt(async () => {
      const refs = input.thread === undefined ? [] : [fromBase64url(input.thread)];
      const content = { title: title.output, sources: sources.map(fromBase64url) };
      const page = await this.#context.writes(space, input.channel, {
        kind: 'page',
        content,
        refs,
      });
      const insert = texts.filter((text) => text !== '').join('\n\n');
      if (insert !== '')
        await this.#write(space, page, input.channel, [], [{ at: 0, remove: 0, insert }]);
      return { page };
    });
  }

  async pages(input: { space: SpaceId }): Promise<Result<readonly PageSummary[]>> {
    const space = this.#context.open(input.space);
    if (!space) return notFound();
    const { pages, judge } = pagesOf(space);
    const all = pages.read(judge).map((page) => this.#summary(space, page));
    return { ok: true, value: all.sort((a, b) => b.at - a.at) };
  }

  async readPage(input: { space: SpaceId; page: EntryId }): Promise<Result<PageView>> {
    const space = this.#context.open(input.space);
    const page = space && pageIn(space, input.page);
    return space && page ? { ok: true, value: this.#view(space, page) } : noPage();
  }

  editPage(input: Parameters<Commands['editPage']>[0]): Promise<Result<PageView>> {
    const edit = this.#editing.then(() => this.#edit(input));
    this.#editing = edit.catch(() => {});
    return edit;
  }

  async #edit(input: Parameters<Commands['editPage']>[0]): Promise<Result<PageView>> {
    const space = this.#context.open(input.space);
    const page = space && pageIn(space, input.page);
    if (!space || !page) return noPage();
    const seen = this.#shown
      .get(nameOfPage(space, page.id))
      ?.find(({ number }) => number === input.version);
    if (!seen)
      return troubled(
        'not-yet',
        'The page has been read anew since. Nothing was written; try again.',
      );
    const length = textOf(seen.pieces).length;
    if (!areSplices(input.splices, length))
      return troubled('not-allowed', 'That is no change of this text.');
    const title = input.title === undefined ? undefined : v.safeParse(PageTitle, input.title);
    if (title?.success === false) return badText("A page's title", title.issues[0].message);
    return this.#context.attempt(async () => {
      const { channel } = page.begun;
      if (title) await this.#change(space, page.id, channel, { title: title.output });
      await this.#write(space, page.id, channel, seen.pieces, input.splices);
      return this.#view(space, pageIn(space, page.id) ?? page);
    });
  }

  async putAwayPage(input: Parameters<Commands['putAwayPage']>[0]): Promise<Result<null>> {
    const space = this.#context.open(input.space);
    const page = space && pageIn(space, input.page);
    if (!space || !page) return noPage();
    if (!this.#mayPutAway(space, page))
      return troubled(
        'not-allowed',
        'That is for whoever began the page, for admins and for gardeners.',
      );
    return this.#context.attempt(async () => {
      await this.#change(space, page.id, page.begun.channel, { away: input.away });
      return null;
    });
  }

  async pageHistory(input: {
    space: SpaceId;
    page: EntryId;
  }): Promise<Result<readonly RevisionView[]>> {
    const space = this.#context.open(input.space);
    const page = space && pageIn(space, input.page);
    if (!space || !page) return noPage();
    const settings = settingsOf(space.settings, space.membership, this.#context.o.now());
    const newest = page.revisions.slice(-MOST_REVISIONS).reverse();
    const value = newest.map(({ entry, change }) => ({
      id: entry.id,
      byName: nameOf(settings, space.membership, entry.author),
      at: entry.body.hlc,
      added: change.inserts.reduce((sum, { text }) => sum + text.length, 0),
      removed: change.removes.reduce((sum, { count }) => sum + count, 0),
      ...(change.title === undefined ? {} : { title: change.title }),
      ...(change.away === undefined ? {} : { away: change.away }),
    }));
    return { ok: true, value };
  }

  async pageAt(input: Parameters<Commands['pageAt']>[0]): Promise<Result<{ text: string }>> {
    const space = this.#context.open(input.space);
    const page = space && pageIn(space, input.page);
    if (!page?.revisions.some(({ entry }) => entry.id === input.change)) return noPage();
    return { ok: true, value: { text: textOf(page.piecesAt(input.change)) } };
  }

  /** In as many entries as it takes. */
  async #write(
    space: Space,
    page: EntryId,
    channel: ChannelId,
    pieces: readonly Piece[],
    splices: readonly Splice[],
  ): Promise<void> {
    let before: Place | undefined;
    const clean = splices.map((splice) => ({ ...splice, insert: asPageText(splice.insert) }));
    for (const edit of editsFor(pieces, clean)) {
      const id = await this.#change(space, page, channel, contentOf(edit, before));
      const characters = edit.inserts.reduce((sum, { text }) => sum + text.length, 0);
      before = { change: toHex(tipOf(id)), characters };
    }
  }

  #change(space: Space, page: EntryId, channel: ChannelId, content: object): Promise<EntryId> {
    const after = pageIn(space, page)?.heads.slice(0, MAX_AFTER) ?? [];
    return this.#context.writes(space, channel, {
      kind: 'page change',
      content: { of: [], insert: [], remove: [], ...content },
      refs: [page, ...after].map(fromBase64url),
    });
  }

  #view(space: Space, page: Page): PageView {
    const { pieces } = page;
    const text = textOf(pieces);
    return {
      ...this.#summary(space, page),
      text,
      version: this.#version(space, page),
      from: page.begun.operation.sources.map((id) => this.#source(space, id)),
      mayPutAway: this.#mayPutAway(space, page),
    };
  }

  #version(space: Space, page: Page): number {
    const name = nameOfPage(space, page.id);
    const shown = this.#shown.get(name) ?? [];
    this.#shown.set(name, shown);
    const last = shown.at(-1);
    if (last?.page === page) return last.number;
    const number = ++this.#versions;
    shown.push({ number, page, pieces: page.pieces });
    if (shown.length > VERSIONS) shown.shift();
    return number;
  }

  #summary(space: Space, page: Page): PageSummary {
    const { membership } = space;
    const settings = settingsOf(space.settings, membership, this.#context.o.now());
    const { entry, channel, operation } = page.begun;
    const last = page.revisions.at(-1)?.entry ?? entry;
    return {
      id: page.id,
      title: page.title,
      channel,
      ...(operation.thread === undefined ? {} : { thread: operation.thread }),
      sources: operation.sources,
      at: last.body.hlc,
      byName: nameOf(settings, membership, last.author),
      away: page.away,
    };
  }

  #source(space: Space, id: EntryId): SourceView {
    const message = conversationOf(space, this.#context.o.now()).message(id);
    const settings = settingsOf(space.settings, space.membership, this.#context.o.now());
    return {
      id,
      authorName: message ? nameOf(settings, space.membership, message.author) : '',
      text: (message?.text ?? '').slice(0, EXCERPT).toWellFormed(),
      at: message?.at ?? 0,
    };
  }

  #mayPutAway(space: Space, page: Page): boolean {
    const { device } = this.#context.o;
    const role = roleOf(space.membership, device.peerId);
    if (role === undefined) return false;
    const { devices, everListed } = space.membership;
    const mine = devices.get(device.peerId)?.account;
    return role !== 'member' || everListed.get(page.begun.entry.author)?.account === mine;
  }
}

function pageIn(space: Space, id: EntryId): Page | undefined {
  const { pages, judge } = pagesOf(space);
  return pages.page(id, judge);
}

const nameOfPage = (space: Space, page: EntryId) => `${space.record.id} ${page}`;

/** The first message of a thread and what stands under it, oldest first; of a long one the newest. */
function messagesUnder(reading: Reading, thread: EntryId): EntryId[] {
  const { shown } = reading.thread(thread, MAX_PAGE_SOURCES - 1);
  return shown.flatMap((line) => (line.is === 'message' ? [line.message.id] : []));
}

/** Ascending, apart, within the text, not too much. */
function areSplices(splices: readonly Splice[], length: number): boolean {
  let end = 0;
  let inserted = 0;
  for (const { at, remove, insert } of splices) {
    const isWithin = Number.isSafeInteger(at) && Number.isSafeInteger(remove) && remove >= 0;
    if (!isWithin || at < end || at + remove > length) return false;
    end = at + remove;
    inserted += insert.length;
  }
  return splices.length <= MAX_SPLICES && inserted <= MAX_EDIT_CHARACTERS;
}

function noPage() {
  return troubled('not-found', 'There is no such page on this device, or it has not arrived yet.');
}
