/** Commands about messages: saying, and what is done to one of them. */
import { fromBase64url } from '@snug/shared/crypto/bytes.ts';
import type { Body } from '@snug/shared/entries/body.ts';
import { parseContent } from '@snug/shared/entries/kinds.ts';
import { Emoji, MessageText, Tag } from '@snug/shared/entries/text.ts';
import type { ChannelId, EntryId } from '@snug/shared/protocol/ids.ts';
import * as v from 'valibot';
import { roleOf } from '../space/membership/membership.ts';
import type { Space } from '../space/space.ts';
import type { MessageItem } from '../space/timeline/entry-index.ts';
import type { CommandContext } from './command-context.ts';
import { conversationOf } from './conversation.ts';
import { badText, notFound, troubled } from './trouble.ts';
import type { Commands, Done, MessagePlace, Result } from './view.ts';
import { DRAFTS_KEY, WrittenDrafts } from './written-drafts.ts';

type Mentions = readonly { account: string; urgent?: boolean }[] | undefined;
/** `own`: whoever wrote it. `tending`: they, admins and gardeners. */
type Who = 'anybody' | 'own' | 'tending';

export class MessageCommands {
  readonly #context: CommandContext;
  readonly #drafts = new WrittenDrafts();

  constructor(context: CommandContext) {
    this.#context = context;
  }

  async load(): Promise<void> {
    this.#drafts.load(await this.#context.o.store.get(DRAFTS_KEY));
  }

  /** `draft` names the draft: handed over twice, it is written once. */
  async say(
    input: Parameters<Commands['say']>[0] & { draft?: string },
  ): Promise<Result<{ id: EntryId }>> {
    const space = this.#context.open(input.space);
    if (!space?.membership.channels.has(input.channel)) return notFound();
    const text = v.safeParse(MessageText, input.text);
    if (!text.success) return badText('A message', text.issues[0].message);
    const named = [input.thread, input.reply].flatMap((id) => id ?? []);
    const reading = conversationOf(space, this.#context.o.now());
    if (named.some((id) => !reading.item(id))) return notFound();
    const content = {
      text: text.output,
      ...(input.thread === undefined ? {} : { thread: 0 }),
      ...(input.reply === undefined ? {} : { reply: named.length - 1 }),
      ...mentioning(input.mentions),
    };
    if (!fits('message', content)) return badMentions();
    return this.#context.attempt(async () => {
      const { channel } = input;
      const at = this.#context.o.now();
      const draft = input.draft ?? `${at} ${text.output}`;
      const write = () =>
        this.#context.seals(space, () => this.#write(space, channel, content, named, input.draft));
      const id = await (space.writingEpoch
        ? write()
        : this.#context.unsaid({ draft, channel, text: text.output, at }, write));
      this.#context.o.show('soon');
      return { id };
    });
  }

  async #write(
    space: Space,
    channel: ChannelId,
    content: Body['content'],
    named: readonly EntryId[],
    draft: string | undefined,
  ): Promise<EntryId> {
    const written = draft === undefined ? undefined : this.#drafts.get(draft);
    if (written !== undefined) return written;
    const { id } = await space.writeSealed(
      await space.writingSegment(channel),
      space.channel(channel),
      { kind: 'message', content, refs: named.map(fromBase64url) },
      this.#context.o.now(),
      draft === undefined ? {} : { beside: (entry) => [this.#drafts.with(draft, entry)] },
    );
    if (draft !== undefined) this.#drafts.add(draft, id);
    return id;
  }

  async edit(input: Parameters<Commands['edit']>[0]): Promise<Result<Done>> {
    const text = v.safeParse(MessageText, input.text);
    if (!text.success) return badText('A message', text.issues[0].message);
    const content = { text: text.output, ...mentioning(input.mentions) };
    if (!fits('edit', content)) return badMentions();
    return this.#does(input, 'own', 'edit', content);
  }

  delete(input: MessagePlace): Promise<Result<Done>> {
    return this.#does(input, 'tending', 'delete', {});
  }

  async react(input: Parameters<Commands['react']>[0]): Promise<Result<Done>> {
    const { emoji, on } = input;
    if (!v.is(Emoji, emoji)) return troubled('not-allowed', 'A reaction is one emoji.');
    return this.#does(input, 'anybody', 'reaction', { emoji, on });
  }

  markSeen(input: Parameters<Commands['markSeen']>[0]): Promise<Result<Done>> {
    return this.#does(input, 'anybody', 'seen', { level: input.level });
  }

  pin(input: Parameters<Commands['pin']>[0]): Promise<Result<Done>> {
    return this.#does(input, 'tending', 'pin', { on: input.on });
  }

  async tag(input: Parameters<Commands['tag']>[0]): Promise<Result<Done>> {
    for (const text of [...(input.on ?? []), ...(input.off ?? [])]) {
      const tag = v.safeParse(Tag, text);
      if (!tag.success) return badText('A tag', tag.issues[0].message);
    }
    const content = { on: [...(input.on ?? [])], off: [...(input.off ?? [])] };
    if (!fits('tag', content)) return troubled('too-long', 'So many tags at once are too many.');
    return this.#does(input, 'tending', 'tag', content);
  }

  async #does(
    { space: id, message }: MessagePlace,
    who: Who,
    kind: string,
    content: Body['content'],
  ): Promise<Result<Done>> {
    const space = this.#context.open(id);
    const item = space && conversationOf(space, this.#context.o.now()).item(message);
    if (!space || !item) return notFound();
    if (!this.#may(space, item, who))
      return troubled(
        'not-allowed',
        who === 'own'
          ? 'Only whoever wrote a message changes what it says.'
          : 'That is for whoever wrote the message, for admins and for gardeners.',
      );
    return this.#context.attempt(async () => {
      const refs = [fromBase64url(message)];
      const entry = await this.#context.writes(space, item.channel, { kind, content, refs });
      return { entries: [entry] };
    });
  }

  #may(space: Space, item: MessageItem, who: Who): boolean {
    const { device, now } = this.#context.o;
    const role = roleOf(space.membership, device.peerId);
    if (role === undefined) return false;
    if (who === 'anybody' || (who === 'tending' && role !== 'member')) return true;
    const { rights } = conversationOf(space, now());
    return rights.accountOf(item) === space.membership.devices.get(device.peerId)?.account;
  }
}

function mentioning(mentions: Mentions): { mentions?: Body['content'][] } {
  if (mentions === undefined || mentions.length === 0) return {};
  return {
    mentions: mentions.map(({ account, urgent }) =>
      urgent ? { account, urgent: true } : { account },
    ),
  };
}

function fits(kind: string, content: Body['content']): boolean {
  return parseContent(kind, content).kind === kind;
}

function badMentions() {
  return troubled('too-long', 'A message names at most 32 people, each by their account.');
}
