/** Commands about oneself and about whole spaces. */
import { fromHex } from '@snug/shared/crypto/bytes.ts';
import { inviteLink, parseInviteLink } from '@snug/shared/entries/invite.ts';
import { MAX_SPACE_SERVERS, normalServer } from '@snug/shared/entries/server-url.ts';
import { DisplayName, SpaceName } from '@snug/shared/entries/text.ts';
import type { ChannelId, SpaceId } from '@snug/shared/protocol/ids.ts';
import * as v from 'valibot';
import { SETTING, SPACE } from '../own/fact-kinds.ts';
import {
  conceive,
  found,
  ownInvite,
  writeProfile,
  writeServers,
  writeSpaceName,
} from '../space/founding.ts';
import { roleOf } from '../space/membership/membership.ts';
import { leave } from '../space/membership-acts.ts';
import { settingsOf } from '../space/settings.ts';
import type { Space } from '../space/space.ts';
import type { SpaceRecord } from '../space/space-record.ts';
import { StoreError } from '../space/store.ts';
import type { CommandContext } from './command-context.ts';
import { DISPLAY_NAME, NAME_KEY } from './display-name.ts';
import type { MembershipCommands } from './membership-commands.ts';
import { badText, notFound, troubled } from './trouble.ts';
import type { Commands, Result } from './view.ts';

export class SpaceCommands {
  readonly #context: CommandContext;
  readonly #membership: MembershipCommands;

  constructor(context: CommandContext, membership: MembershipCommands) {
    this.#context = context;
    this.#membership = membership;
  }

  async setName(input: { name: string }): Promise<Result<null>> {
    const name = v.safeParse(DisplayName, input.name);
    if (!name.success) return badText('A name', name.issues[0].message);
    return this.#context.attempt(async () => {
      const { facts } = this.#context;
      // First: what this person's devices say last is taken for their name.
      if (facts.exists) await facts.put(SETTING, DISPLAY_NAME, name.output);
      await this.#context.o.store.put(NAME_KEY, name.output);
      this.#context.name = name.output;
      for (const space of this.#context.o.shelf)
        if (space.record.state === 'open' && !space.isOut) {
          const introduced = this.introduce(space);
          // Where the keys are just being changed, nobody has to wait for it.
          if (space.writingEpoch) await introduced;
          else void introduced.catch(this.#context.o.onProblem);
        }
      this.#context.o.show('now');
      return null;
    });
  }

  /** Rejects as `CommandContext.seals`. */
  async introduce(space: Space): Promise<void> {
    const { name } = this.#context;
    if (name === undefined) return;
    await this.#context.seals(space, () => writeProfile(space, name, this.#context.o.now()));
  }

  async createSpace(input: {
    name: string;
  }): Promise<Result<{ space: SpaceId; channel: ChannelId }>> {
    const name = v.safeParse(SpaceName, input.name);
    if (!name.success) return badText("A space's name", name.issues[0].message);
    const person = this.#context.name;
    if (person === undefined) return troubled('not-allowed', 'Choose a display name first.');
    return this.#context.attempt(async () => {
      const { device, server, shelf, meetings, now } = this.#context.o;
      const { genesis, record } = await conceive(device, name.output, [server]);
      const names = { space: name.output, person };
      const channel = await shelf.add(record, (space) =>
        found(space, device, genesis, names, now()),
      );
      const space = shelf.get(record.id);
      if (space) await meetings.join(space);
      await meetings.refocus(shelf);
      this.#context.o.show('now');
      return { space: record.id, channel };
    });
  }

  async joinSpace(input: { invite: string }): Promise<Result<{ space: SpaceId }>> {
    const parsed = parseInviteLink(input.invite);
    if (!parsed.ok)
      return troubled(parsed.reason === 'version' ? 'other-version' : 'bad-invite', parsed.message);
    const { invite, origin } = parsed;
    return this.#context.attempt(async () => {
      const { shelf, server } = this.#context.o;
      const held = shelf.get(invite.space);
      if (held?.record.state === 'open' && !held.isOut) return { space: invite.space };
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
        // Who was removed and comes back goes on reading what they held.
        epochs: held?.record.epochs ?? [],
        read: held?.record.read ?? {},
        unheld: held?.record.unheld ?? [],
      };
      await this.askIn(record);
      this.#context.o.show('now');
      return { space: invite.space };
    });
  }

  /**
   * Keeps the space, and asks to be let in meanwhile: whoever is let in and forgets it asks again by the same link. Rejects with
   * `StoreError`.
   */
  async askIn(record: SpaceRecord): Promise<void> {
    const { shelf, meetings } = this.#context.o;
    const held = shelf.get(record.id);
    if (held) meetings.leave(held);
    let asking: Space | undefined;
    try {
      await shelf.add(record, (space) => {
        asking = space;
        return meetings.join(space);
      });
    } catch (error) {
      if (asking) meetings.leave(asking);
      throw error;
    }
    await meetings.refocus(shelf);
  }

  async invite(
    input: Parameters<Commands['invite']>[0],
  ): Promise<Result<{ link: string; expires: number }>> {
    const space = this.#context.open(input.space);
    if (!space) return notFound();
    const { device, page, now } = this.#context.o;
    const objection = this.#membership.objectionToInvite(space);
    if (objection) return objection;
    const special = input.uses !== undefined || input.expiresIn !== undefined;
    return this.#context.attempt(async () => {
      const { secret, expires } = special
        ? await this.#membership.makeInvite(space, input)
        : await ownInvite(space, now());
      const { name } = settingsOf(space.settings, space.membership, now());
      const others = [...this.#context.o.linked()].filter((peer) => space.serves(peer));
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
    const space = this.#context.o.shelf.get(input.space);
    if (!space) return notFound();
    return this.#context.attempt(async () => {
      // Else the other devices of this person would bring it back.
      await this.#context.facts.remove(SPACE, input.space);
      await this.#context.o.leaving(space);
      await this.#saysGoodbye(space);
      this.#context.o.meetings.leave(space);
      if (this.#context.watched?.space === input.space) this.#context.watched = undefined;
      await this.#context.o.shelf.remove(space);
      this.#context.o.show('now');
      return null;
    });
  }

  /** Whoever is linked hears it before the space is forgotten. What cannot be stored is no reason to stay. */
  async #saysGoodbye(space: Space): Promise<void> {
    const { record, membership } = space;
    if (record.state !== 'open' || space.isOut || membership.accounts.size < 2) return;
    await space
      .exclusively(() => leave(space, this.#context.o.device.peerId))
      .catch((error: unknown) => {
        if (!(error instanceof StoreError)) throw error;
      });
  }

  async renameSpace(input: { space: SpaceId; name: string }): Promise<Result<null>> {
    const space = this.#context.open(input.space);
    if (!space) return notFound();
    const name = v.safeParse(SpaceName, input.name);
    if (!name.success) return badText("A space's name", name.issues[0].message);
    if (roleOf(space.membership, this.#context.o.device.peerId) !== 'admin')
      return troubled('not-allowed', 'Only admins name the space.');
    return this.#context.attempt(async () => {
      await this.#context.seals(space, () =>
        writeSpaceName(space, name.output, this.#context.o.now()),
      );
      this.#context.o.show('now');
      return null;
    });
  }

  async setServers(input: { space: SpaceId; servers: readonly string[] }): Promise<Result<null>> {
    const space = this.#context.open(input.space);
    if (!space) return notFound();
    if (roleOf(space.membership, this.#context.o.device.peerId) !== 'admin')
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
    return this.#context.attempt(async () => {
      await this.#context.seals(space, () => writeServers(space, named, this.#context.o.now()));
      return null;
    });
  }
}
