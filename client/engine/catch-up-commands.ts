/** Commands about what waits for this person. */
import { EntryId } from '@snug/shared/protocol/ids.ts';
import * as v from 'valibot';
import type { Space } from '../space/space.ts';
import type { WaitsBecause } from './catch-up-view.ts';
import type { ChannelCommands } from './channel-commands.ts';
import type { CommandContext } from './command-context.ts';
import { notFound } from './trouble.ts';
import type { Commands } from './view.ts';
import { dealWith, waitingIn } from './waiting.ts';

/** Most that is told. */
const MOST = 100;

const FIRST: readonly WaitsBecause[] = ['asked', 'named', 'answered', 'thread'];

const Messages = v.pipe(v.array(EntryId), v.maxLength(1000));

export class CatchUpCommands {
  readonly #context: CommandContext;
  readonly #channels: ChannelCommands;

  constructor(context: CommandContext, channels: ChannelCommands) {
    this.#context = context;
    this.#channels = channels;
  }

  async catchUp(): ReturnType<Commands['catchUp']> {
    const waiting = this.#spaces()
      .flatMap((space) => this.#waitingIn(space, MOST + 1))
      .sort(
        (a, b) =>
          FIRST.indexOf(a.because) - FIRST.indexOf(b.because) || b.message.at - a.message.at,
      );
    return {
      ok: true,
      value: { waiting: waiting.slice(0, MOST), more: waiting.length > MOST },
    };
  }

  async caughtUp(input: Parameters<Commands['caughtUp']>[0]): ReturnType<Commands['caughtUp']> {
    if ('everything' in input) {
      for (const space of this.#spaces()) {
        this.#deal(
          space,
          this.#waitingIn(space, Number.POSITIVE_INFINITY).flatMap(({ messages }) => messages),
        );
        for (const channel of space.membership.channels)
          await this.#channels.markRead({ space: space.record.id, channel });
      }
      return { ok: true, value: null };
    }
    const space = this.#context.open(input.space);
    const messages = v.safeParse(Messages, input.messages);
    if (!space || !messages.success) return notFound();
    this.#deal(space, messages.output);
    return { ok: true, value: null };
  }

  #deal(space: Space, messages: readonly EntryId[]): void {
    if (messages.length === 0) return;
    dealWith(space, messages, this.#context.o.now());
    this.#context.o.shelf.saveSoon(space);
    this.#context.o.show('soon');
  }

  #waitingIn(space: Space, threads: number) {
    const { device, now } = this.#context.o;
    return waitingIn(space, device.peerId, now(), threads);
  }

  #spaces(): readonly Space[] {
    return this.#context.o.shelf.shown.filter(({ record }) => this.#context.open(record.id));
  }
}
