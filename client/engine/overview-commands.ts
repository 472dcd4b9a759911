/** Commands that only look: who did what, a space's threads, what is pinned and tagged, where a message stands. */
import { type ChannelId, EntryId } from '@snug/shared/protocol/ids.ts';
import * as v from 'valibot';
import { settingsOf } from '../space/settings.ts';
import type { Space } from '../space/space.ts';
import { historyOf, historyOfSpace } from '../space/timeline/history.ts';
import type { CommandContext } from './command-context.ts';
import { conversationOf } from './conversation.ts';
import type { GardeningCommands } from './gardening-commands.ts';
import {
  actViews,
  deedView,
  type Looking,
  placeOfMessage,
  placeOfTime,
  tendedIn,
  threadIndex,
} from './overview.ts';
import { notFound, troubled } from './trouble.ts';
import type { Commands, Result } from './view.ts';

/** Most that is told of a history. */
const MOST_TOLD = 500;
/** What `watch` takes. */
const MOST_WATCHED = 5000;

export class OverviewCommands {
  readonly #context: CommandContext;
  readonly #gardening: GardeningCommands;

  constructor(context: CommandContext, gardening: GardeningCommands) {
    this.#context = context;
    this.#gardening = gardening;
  }

  async spaceHistory(
    input: Parameters<Commands['spaceHistory']>[0],
  ): ReturnType<Commands['spaceHistory']> {
    const by = this.#looking(input.space);
    if (!by) return notFound();
    const newest = Math.min(MOST_TOLD, Math.max(1, Math.trunc(input.newest)));
    const deeds = historyOfSpace(by.reading, newest).map((deed) => this.#deed(by, deed));
    return { ok: true, value: { deeds, acts: actViews(by, by.space.spaceLog, newest) } };
  }

  async messageHistory(
    input: Parameters<Commands['messageHistory']>[0],
  ): ReturnType<Commands['messageHistory']> {
    const by = this.#looking(input.space);
    if (!by?.reading.item(input.message)) return notFound();
    const versions = by.reading.versions(input.message).map(({ text, at }) => ({ text, at }));
    const deeds = historyOf(by.reading, input.message).slice(-MOST_TOLD);
    return { ok: true, value: { versions, deeds: deeds.map((deed) => this.#deed(by, deed)) } };
  }

  async threads(input: Parameters<Commands['threads']>[0]): ReturnType<Commands['threads']> {
    const by = this.#looking(input.space);
    return by ? { ok: true, value: threadIndex(by) } : notFound();
  }

  async tended(input: Parameters<Commands['tended']>[0]): ReturnType<Commands['tended']> {
    const by = this.#looking(input.space);
    return by && has(by.space, input.channel)
      ? { ok: true, value: tendedIn(by, input.channel) }
      : notFound();
  }

  async locate(input: Parameters<Commands['locate']>[0]): ReturnType<Commands['locate']> {
    const by = this.#looking(input.space);
    if (!by) return notFound();
    const named = 'message' in input ? v.safeParse(EntryId, input.message) : undefined;
    const place =
      'message' in input
        ? named?.success && placeOfMessage(by, named.output, MOST_WATCHED)
        : has(by.space, input.channel)
          ? placeOfTime(by, input.channel, input.at, MOST_WATCHED)
          : undefined;
    return place ? { ok: true, value: place } : notHere('message' in input);
  }

  #deed(by: Looking, deed: Parameters<typeof deedView>[1]) {
    return deedView(by, deed, this.#gardening.mayUndoAll(by.space, deed.entries));
  }

  #looking(id: Space['record']['id']): Looking | undefined {
    const space = this.#context.open(id);
    if (!space) return undefined;
    const { device, now } = this.#context.o;
    return {
      space,
      settings: settingsOf(space.settings, space.membership, now()),
      reading: conversationOf(space, now()),
      me: device.peerId,
    };
  }
}

function has(space: Space, channel: ChannelId): boolean {
  return space.membership.channels.has(channel);
}

function notHere(named: boolean): Result<never> {
  return troubled(
    'not-found',
    named
      ? 'That message is not on this device, or further back than this page can show. Search finds what is held.'
      : 'Nothing has been said here yet.',
  );
}
