/** Commands that tend a conversation: moving, growing a thread into a channel, and undoing. */
import { fromBase64url, randomBytes } from '@snug/shared/crypto/bytes.ts';
import { ChannelName } from '@snug/shared/entries/text.ts';
import type { ChannelId, EntryId } from '@snug/shared/protocol/ids.ts';
import * as v from 'valibot';
import { isDirect } from '../people/parties.ts';
import { openChannel } from '../space/founding.ts';
import { roleOf } from '../space/membership/membership.ts';
import type { Space } from '../space/space.ts';
import { type ChangeItem, type Item, isChange } from '../space/timeline/entry-index.ts';
import { isTending } from '../space/timeline/judge.ts';
import type { CommandContext } from './command-context.ts';
import { conversationOf } from './conversation.ts';
import { badText, notFound, troubled } from './trouble.ts';
import type { Commands, Done, Result } from './view.ts';

/** Most messages that are moved, and entries that are undone, in one act. */
const MAX_AT_ONCE = 256;
/** Entries that one entry names. */
const MAX_REFS = 16;

export class GardeningCommands {
  readonly #context: CommandContext;

  constructor(context: CommandContext) {
    this.#context = context;
  }

  async move(input: Parameters<Commands['move']>[0]): Promise<Result<Done>> {
    const space = this.#context.open(input.space);
    if (!space) return notFound();
    const reading = conversationOf(space, this.#context.o.now());
    const { to } = input;
    const root = 'thread' in to ? to.thread : undefined;
    const known =
      'channel' in to ? space.membership.channels.has(to.channel) : reading.item(to.thread);
    const items = [...new Set(input.messages)].flatMap((id) =>
      id === root ? [] : (reading.item(id) ?? []),
    );
    const [first] = items;
    if (!known || !first) return notFound();
    if (items.length > MAX_AT_ONCE) return tooMany();
    if (!items.every((item) => this.#mayTend(space, item))) return notTheirs();
    return this.#context.attempt(async () => {
      const batches = inParts(items, root === undefined ? MAX_REFS : MAX_REFS - 1);
      const content = {
        ...('channel' in to
          ? { to: 'channel', channel: fromBase64url(to.channel) }
          : { to: 'thread' }),
        ...(batches.length > 1 ? { act: randomBytes(8) } : {}),
      };
      const entries: EntryId[] = [];
      for (const batch of batches) {
        const refs = [...(root === undefined ? [] : [root]), ...batch.map(({ id }) => id)];
        const entry = { kind: 'move', content, refs: refs.map(fromBase64url) };
        entries.push(await this.#context.writes(space, first.channel, entry));
      }
      return { entries };
    });
  }

  async promote(
    input: Parameters<Commands['promote']>[0],
  ): Promise<Result<Done & { channel: ChannelId }>> {
    const space = this.#context.open(input.space);
    const item = space && conversationOf(space, this.#context.o.now()).item(input.message);
    if (!space || !item) return notFound();
    const name = v.safeParse(ChannelName, input.name);
    if (!name.success) return badText("A channel's name", name.issues[0].message);
    if (isDirect(space, this.#context.o.now()))
      return troubled('not-allowed', 'Direct messages have no channels.');
    if (!this.#mayTend(space, item)) return notTheirs();
    return this.#context.attempt(async () => {
      const now = this.#context.o.now();
      const channel = await this.#context.seals(space, () => openChannel(space, name.output, now));
      const entry = await this.#context.writes(space, item.channel, {
        kind: 'promote',
        content: { channel: fromBase64url(channel) },
        refs: [fromBase64url(item.id)],
      });
      return { channel, entries: [entry] };
    });
  }

  async undo(input: Parameters<Commands['undo']>[0]): Promise<Result<Done>> {
    const space = this.#context.open(input.space);
    if (!space) return notFound();
    const { index } = conversationOf(space, this.#context.o.now());
    const changes = [...new Set(input.entries)].flatMap((id) => {
      const item = index.item(id);
      return isChange(item) ? [item] : [];
    });
    const [first] = changes;
    if (!first) return notFound();
    if (changes.length > MAX_AT_ONCE) return tooMany();
    if (!changes.every((change) => this.#mayUndo(space, change))) return notTheirs();
    return this.#context.attempt(async () => {
      const entries: EntryId[] = [];
      for (const batch of inParts(changes, MAX_REFS)) {
        const refs = batch.map(({ id }) => fromBase64url(id));
        const entry = { kind: 'undo', content: {}, refs };
        entries.push(await this.#context.writes(space, first.channel, entry));
      }
      return { entries };
    });
  }

  /** Whether all of what these entries did may be undone by this person. */
  mayUndoAll(space: Space, entries: readonly EntryId[]): boolean {
    const { index } = conversationOf(space, this.#context.o.now());
    return entries.every((id) => {
      const item = index.item(id);
      return isChange(item) && this.#mayUndo(space, item);
    });
  }

  #mayTend(space: Space, item: Item): boolean {
    const role = roleOf(space.membership, this.#context.o.device.peerId);
    return role !== undefined && (role !== 'member' || this.#isOwn(space, item));
  }

  #mayUndo(space: Space, change: ChangeItem): boolean {
    return this.#isOwn(space, change) || (isTending(change) && this.#mayTend(space, change));
  }

  #isOwn(space: Space, item: Item): boolean {
    const { device, now } = this.#context.o;
    const mine = space.membership.devices.get(device.peerId)?.account;
    return mine !== undefined && conversationOf(space, now()).rights.accountOf(item) === mine;
  }
}

function inParts<T>(list: readonly T[], most: number): T[][] {
  const parts: T[][] = [];
  for (let at = 0; at < list.length; at += most) parts.push(list.slice(at, at + most));
  return parts;
}

function tooMany() {
  return troubled('too-long', `That is more than ${MAX_AT_ONCE} at once.`);
}

function notTheirs() {
  return troubled(
    'not-allowed',
    'That is for whoever wrote the messages, for admins and for gardeners.',
  );
}
