/** What a person can ask their device to do. Every failure becomes a `Trouble` with a sentence for them. */
import { fromHex } from '@snug/shared/crypto/bytes.ts';
import type { DeviceKey } from '@snug/shared/crypto/device-key.ts';
import { inviteLink, parseInviteLink } from '@snug/shared/entries/invite.ts';
import { MAX_SPACE_SERVERS, normalServer } from '@snug/shared/entries/server-url.ts';
import { ChannelName, DisplayName, MessageText, SpaceName } from '@snug/shared/entries/text.ts';
import type { ChannelId, EntryId, PeerId, SpaceId } from '@snug/shared/protocol/ids.ts';
import * as v from 'valibot';
import {
  conceive,
  found,
  openChannel,
  ownInvite,
  writeProfile,
  writeServers,
} from '../space/founding.ts';
import { mayInvite, roleOf } from '../space/membership.ts';
import { settingsOf } from '../space/settings.ts';
import type { Space } from '../space/space.ts';
import type { SpaceRecord } from '../space/space-record.ts';
import { type Store, StoreError } from '../space/store.ts';
import { NAME_KEY, readName } from './display-name.ts';
import type { Meetings } from './meetings.ts';
import type { Shelf } from './shelf.ts';
import type { Commands, Result, Trouble } from './view.ts';
import { type Watched, watch } from './watched.ts';
import { DRAFTS_KEY, WrittenDrafts } from './written-drafts.ts';

export interface CommandsOptions {
  readonly store: Store;
  readonly device: DeviceKey;
  /** The signaling server of this page or program. */
  readonly server: string;
  /** Where invite links lead. */
  readonly page: string;
  readonly shelf: Shelf;
  readonly meetings: Meetings;
  readonly now: () => number;
  /** Neighbours just now. */
  readonly linked: () => Iterable<PeerId>;
  /** A key was touched in a channel's field. */
  readonly typing: (space: Space, channel: ChannelId) => void;
  /** Others are told, as far as they are reached, before the space is forgotten. */
  readonly leaving: (space: Space) => Promise<void>;
  /** Something is to be seen: at once, or soon. */
  readonly show: (when: 'now' | 'soon') => void;
  readonly onStored: () => void;
  readonly onStoreError: (error: StoreError) => void;
  readonly onProblem: (problem: unknown) => void;
}

export class EngineCommands implements Commands {
  readonly #o: CommandsOptions;
  readonly #drafts = new WrittenDrafts();
  name: string | undefined;
  watched: Watched | undefined;

  constructor(options: CommandsOptions) {
    this.#o = options;
  }

  async load(): Promise<void> {
    this.#drafts.load(await this.#o.store.get(DRAFTS_KEY));
    this.name = await readName(this.#o.store);
  }

  async setName(input: { name: string }): Promise<Result<null>> {
    const name = v.safeParse(DisplayName, input.name);
    if (!name.success) return badText('A name', name.issues[0].message);
    return this.#attempt(async () => {
      await this.#o.store.put(NAME_KEY, name.output);
      this.name = name.output;
      for (const space of this.#o.shelf)
        if (space.record.state === 'open')
          await space.exclusively(() => writeProfile(space, name.output, this.#o.now()));
      this.#o.show('now');
      return null;
    });
  }

  async createSpace(input: {
    name: string;
  }): Promise<Result<{ space: SpaceId; channel: ChannelId }>> {
    const name = v.safeParse(SpaceName, input.name);
    if (!name.success) return badText("A space's name", name.issues[0].message);
    const person = this.name;
    if (person === undefined) return troubled('not-allowed', 'Choose a display name first.');
    return this.#attempt(async () => {
      const { device, server, shelf, meetings, now } = this.#o;
      const { genesis, record } = await conceive(device, name.output, [server]);
      const names = { space: name.output, person };
      const channel = await shelf.add(record, (space) =>
        found(space, device, genesis, names, now()),
      );
      const space = shelf.get(record.id);
      if (space) await meetings.join(space);
      await meetings.refocus(shelf);
      this.#o.show('now');
      return { space: record.id, channel };
    });
  }

  async joinSpace(input: { invite: string }): Promise<Result<{ space: SpaceId }>> {
    const parsed = parseInviteLink(input.invite);
    if (!parsed.ok)
      return troubled(parsed.reason === 'version' ? 'other-version' : 'bad-invite', parsed.message);
    const { invite, origin } = parsed;
    return this.#attempt(async () => {
      const { shelf, meetings, server } = this.#o;
      const held = shelf.get(invite.space);
      if (held?.record.state === 'open') return { space: invite.space };
      const record: SpaceRecord = {
        id: invite.space,
        name: invite.name,
        lobby: invite.lobbySecret,
        servers: invite.servers.length > 0 ? [...invite.servers] : [origin ?? server],
        state: 'joining',
        invite: {
          secret: invite.inviteSecret,
          heads: [...invite.heads],
          peers: [...invite.peers],
        },
        epochs: [],
        read: {},
        unheld: [],
      };
      if (held) meetings.leave(held);
      const space = await shelf.add(record, async (space) => space);
      await meetings.join(space);
      await meetings.refocus(shelf);
      this.#o.show('now');
      return { space: invite.space };
    });
  }

  async invite(input: { space: SpaceId }): Promise<Result<{ link: string; expires: number }>> {
    const space = this.#open(input.space);
    if (!space) return notFound();
    const { device, page, now } = this.#o;
    if (!mayInvite(space.membership, device.peerId))
      return troubled('not-allowed', 'In this space only admins invite.');
    return this.#attempt(async () => {
      const { secret, expires } = await ownInvite(space, now());
      const { name } = settingsOf(space.settings, space.membership, now());
      const others = [...this.#o.linked()].filter((peer) => space.serves(peer));
      const { record } = space;
      // A link that names no server means the one that its page comes from.
      const itself = record.servers.some((s) => new URL(s).origin === new URL(page).origin);
      const link = inviteLink(page, {
        space: record.id,
        name: name ?? record.name,
        lobbySecret: record.lobby,
        inviteSecret: secret,
        heads: space.spaceLog.heads.slice(0, 2).map((hash) => fromHex(hash).slice(0, 8)),
        servers: itself && record.servers.length === 1 ? [] : record.servers.slice(0, 3),
        peers: [device.peerId, ...others].slice(0, 3),
      });
      return { link, expires };
    });
  }

  async leaveSpace(input: { space: SpaceId }): Promise<Result<null>> {
    const space = this.#o.shelf.get(input.space);
    if (!space) return notFound();
    return this.#attempt(async () => {
      await this.#o.leaving(space);
      this.#o.meetings.leave(space);
      if (this.watched?.space === input.space) this.watched = undefined;
      await this.#o.shelf.remove(space);
      this.#o.show('now');
      return null;
    });
  }

  async setServers(input: { space: SpaceId; servers: readonly string[] }): Promise<Result<null>> {
    const space = this.#open(input.space);
    if (!space) return notFound();
    if (roleOf(space.membership, this.#o.device.peerId) !== 'admin')
      return troubled('not-allowed', 'Only admins say where this space meets.');
    const servers = [...new Set(input.servers.map(normalServer))];
    if (servers.length === 0)
      return troubled('not-allowed', 'A space meets at one server at least.');
    if (servers.length > MAX_SPACE_SERVERS)
      return troubled('too-long', `A space meets at ${MAX_SPACE_SERVERS} servers at most.`);
    const named = servers.filter((server) => server !== undefined);
    if (named.length < servers.length)
      return troubled(
        'not-found',
        'That is no address of a server, such as https://snug.example.org.',
      );
    return this.#attempt(async () => {
      await space.exclusively(() => writeServers(space, named, this.#o.now()));
      return null;
    });
  }

  async createChannel(input: {
    space: SpaceId;
    name: string;
  }): Promise<Result<{ channel: ChannelId }>> {
    const space = this.#open(input.space);
    if (!space) return notFound();
    const name = v.safeParse(ChannelName, input.name);
    if (!name.success) return badText("A channel's name", name.issues[0].message);
    return this.#attempt(async () => {
      const now = this.#o.now();
      const channel = await space.exclusively(() => openChannel(space, name.output, now));
      this.#o.show('now');
      return { channel };
    });
  }

  async watch(
    input: { space: SpaceId; channel: ChannelId; newest: number } | null,
  ): Promise<Result<null>> {
    const before = this.watched?.space;
    if (input === null) this.watched = undefined;
    else {
      const space = this.#o.shelf.get(input.space);
      if (!space) return notFound();
      this.watched = watch(this.watched, input, space.record, this.#o.now());
    }
    this.#o.show('now');
    if (before !== input?.space) await this.#o.meetings.refocus(this.#o.shelf);
    return { ok: true, value: null };
  }

  async say(input: {
    space: SpaceId;
    channel: ChannelId;
    text: string;
    /** Names the draft: handed over twice, it is written once. */
    draft?: string;
  }): Promise<Result<{ id: EntryId }>> {
    const space = this.#open(input.space);
    if (!space?.membership.channels.has(input.channel)) return notFound();
    const text = v.safeParse(MessageText, input.text);
    if (!text.success) return badText('A message', text.issues[0].message);
    return this.#attempt(async () => {
      const id = await space.exclusively(() =>
        this.#write(space, input.channel, text.output, input.draft),
      );
      this.#o.show('soon');
      return { id };
    });
  }

  async #write(
    space: Space,
    channel: ChannelId,
    text: string,
    draft: string | undefined,
  ): Promise<EntryId> {
    const written = draft === undefined ? undefined : this.#drafts.get(draft);
    if (written !== undefined) return written;
    const { id } = await space.writeSealed(
      await space.writingSegment(channel),
      space.channel(channel),
      { kind: 'message', content: { text } },
      this.#o.now(),
      draft === undefined ? {} : { beside: (entry) => [this.#drafts.with(draft, entry)] },
    );
    if (draft !== undefined) this.#drafts.add(draft, id);
    return id;
  }

  async typing(input: { space: SpaceId; channel: ChannelId }): Promise<Result<null>> {
    const space = this.#open(input.space);
    if (!space?.membership.channels.has(input.channel)) return notFound();
    this.#o.typing(space, input.channel);
    return { ok: true, value: null };
  }

  async markRead(input: { space: SpaceId; channel: ChannelId }): Promise<Result<null>> {
    const space = this.#open(input.space);
    if (!space) return notFound();
    const newest = space.channel(input.channel).placed(this.#o.now()).at(-1);
    if (newest && newest.id !== space.record.read[input.channel]?.id) {
      space.record.read[input.channel] = { order: newest.order, id: newest.id };
      this.#o.shelf.saveSoon(space);
      this.#o.show('soon');
    }
    return { ok: true, value: null };
  }

  #open(id: SpaceId): Space | undefined {
    const space = this.#o.shelf.get(id);
    return space?.record.state === 'open' ? space : undefined;
  }

  async #attempt<T>(work: () => Promise<T>): Promise<Result<T>> {
    try {
      const value = await work();
      this.#o.onStored();
      return { ok: true, value };
    } catch (error) {
      if (!(error instanceof StoreError)) {
        this.#o.onProblem(error);
        return troubled('internal', 'Something went wrong here. Nothing was lost; try again.');
      }
      this.#o.onStoreError(error);
      switch (error.failure) {
        case 'full':
          return troubled(
            'storage-full',
            'This device is full. Nothing was sent. Make room and try again.',
          );
        case 'refused':
          return troubled('storage-refused', 'This browser refused to store it. Nothing was sent.');
        case 'lease-lost':
          return troubled('internal', 'Another tab took over. Nothing was sent; try again.');
        case 'failed':
          return troubled('internal', 'It could not be stored. Nothing was sent; try again.');
      }
    }
  }
}

function troubled(code: Trouble['code'], message: string): { ok: false; trouble: Trouble } {
  return { ok: false, trouble: { code, message } };
}

function badText(what: string, why: string): { ok: false; trouble: Trouble } {
  return troubled('too-long', `${what} ${why}.`);
}

function notFound(): { ok: false; trouble: Trouble } {
  return troubled('not-found', 'There is no such space or channel on this device.');
}
