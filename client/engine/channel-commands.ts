/** Commands about channels. */
import { fromBase64url } from '@snug/shared/crypto/bytes.ts';
import { ChannelName, ChannelTopic } from '@snug/shared/entries/text.ts';
import type { ChannelId, SpaceId } from '@snug/shared/protocol/ids.ts';
import * as v from 'valibot';
import { isDirect } from '../people/parties.ts';
import { openChannel } from '../space/founding.ts';
import { roleOf } from '../space/membership/membership.ts';
import { settingsOf } from '../space/settings.ts';
import type { Space } from '../space/space.ts';
import type { CommandContext } from './command-context.ts';
import { conversationOf } from './conversation.ts';
import { badText, notFound, troubled } from './trouble.ts';
import type { Result } from './view.ts';
import { watch } from './watched.ts';

export class ChannelCommands {
  readonly #context: CommandContext;

  constructor(context: CommandContext) {
    this.#context = context;
  }

  async createChannel(input: {
    space: SpaceId;
    name: string;
  }): Promise<Result<{ channel: ChannelId }>> {
    const space = this.#context.open(input.space);
    if (!space) return notFound();
    if (isDirect(space, this.#context.o.now()))
      return troubled('not-allowed', 'Direct messages have no channels.');
    const name = v.safeParse(ChannelName, input.name);
    if (!name.success) return badText("A channel's name", name.issues[0].message);
    return this.#context.attempt(async () => {
      const now = this.#context.o.now();
      const channel = await this.#context.seals(space, () => openChannel(space, name.output, now));
      this.#context.o.show('now');
      return { channel };
    });
  }

  async watch(
    input: { space: SpaceId; channel: ChannelId; newest: number } | null,
  ): Promise<Result<null>> {
    const before = this.#context.watched?.space;
    if (input === null) this.#context.watched = undefined;
    else {
      const space = this.#context.o.shelf.get(input.space);
      if (!space) return notFound();
      this.#context.watched = watch(
        this.#context.watched,
        input,
        space.record,
        this.#context.o.now(),
      );
    }
    this.#context.o.show('now');
    if (before !== input?.space) await this.#context.o.meetings.refocus(this.#context.o.shelf);
    return { ok: true, value: null };
  }

  async typing(input: { space: SpaceId; channel: ChannelId }): Promise<Result<null>> {
    const space = this.#context.open(input.space);
    if (!space?.membership.channels.has(input.channel)) return notFound();
    this.#context.o.typing(space, input.channel);
    return { ok: true, value: null };
  }

  async markRead(input: { space: SpaceId; channel: ChannelId }): Promise<Result<null>> {
    const space = this.#context.open(input.space);
    if (!space) return notFound();
    const newest = conversationOf(space, this.#context.o.now()).newest(input.channel, () => true);
    if (newest && newest.id !== space.record.read[input.channel]?.id) {
      space.record.read[input.channel] = { order: newest.standing.order, id: newest.id };
      this.#context.o.shelf.saveSoon(space);
      this.#context.onRead();
      this.#context.o.show('soon');
    }
    return { ok: true, value: null };
  }

  async setChannel(input: {
    space: SpaceId;
    channel: ChannelId;
    name?: string;
    topic?: string;
    archived?: boolean;
  }): Promise<Result<null>> {
    const space = this.#context.open(input.space);
    if (!space?.membership.channels.has(input.channel)) return notFound();
    const name = v.safeParse(v.optional(ChannelName), input.name);
    if (!name.success) return badText("A channel's name", name.issues[0].message);
    const topic = v.safeParse(v.optional(v.union([v.literal(''), ChannelTopic])), input.topic);
    if (!topic.success) return badText("A channel's topic", topic.issues[0].message);
    if (!this.#mayChange(space, input))
      return troubled('not-allowed', 'In this channel that is for admins and gardeners.');
    const content = {
      channel: fromBase64url(input.channel),
      ...(name.output === undefined ? {} : { name: name.output }),
      ...(topic.output === undefined ? {} : { topic: topic.output }),
      ...(input.archived === undefined ? {} : { archived: input.archived }),
    };
    return this.#context.attempt(async () => {
      await this.#context.seals(space, () =>
        space.writeSealed(
          space.spaceLog,
          space.settings,
          { kind: 'channel', content },
          this.#context.o.now(),
        ),
      );
      this.#context.o.show('now');
      return null;
    });
  }

  /** What would not count is not written. */
  #mayChange(
    space: Space,
    { channel, name, topic, archived }: Parameters<ChannelCommands['setChannel']>[0],
  ): boolean {
    const { device, now } = this.#context.o;
    const role = roleOf(space.membership, device.peerId);
    if (role !== 'member') return role !== undefined;
    const settings = settingsOf(space.settings, space.membership, now());
    const settled = settings.channels.get(channel)?.settled;
    if (archived !== undefined || (name !== undefined && settled?.has('name'))) return false;
    return !(topic !== undefined && settled?.has('topic'));
  }
}
