/** Ada and Ben talk in a space that Eve was let into; what they may see of it is known exactly. */
import { loadRepo } from '@snug/client/engine/automerge-node.ts';
import { must, type Resident, TestRoom } from '@snug/client/engine/test/room.ts';
import { Stranger } from '@snug/client/engine/test/stranger.ts';
import type { EngineView } from '@snug/client/engine/view.ts';
import { encodeAddress } from '@snug/client/space/address.ts';
import { joinHashes, type LoggedEntry } from '@snug/client/space/document-log.ts';
import { fromBase64url } from '@snug/shared/crypto/bytes.ts';
import type { ChannelId, SpaceId } from '@snug/shared/protocol/ids.ts';
import type { Tally } from './tally.ts';

interface Place {
  readonly space: SpaceId;
  readonly channel: ChannelId;
}

/** What is shown of a channel at most: more than a run writes. */
const NEWEST = 5_000;

export class Conversation {
  readonly room: TestRoom;
  readonly ada: Resident;
  readonly ben: Resident;
  /** Linked to Ada, and holds what members hold. */
  readonly eve: Stranger;
  /** A member who is never here and never says anything. */
  readonly dora: Stranger;
  /** Was not let in. */
  readonly mallory: Stranger;
  readonly shared: Place;
  /** Ada's own. */
  readonly secret: Place;
  /** Holders of the link may be let in. */
  readonly invite: string;
  readonly #honest: LoggedEntry[] = [];
  readonly #said = new Map<string, string>();
  #turns = 0;

  private constructor(
    parts: Pick<
      Conversation,
      'room' | 'ada' | 'ben' | 'eve' | 'dora' | 'mallory' | 'shared' | 'secret' | 'invite'
    >,
  ) {
    this.room = parts.room;
    this.ada = parts.ada;
    this.ben = parts.ben;
    this.eve = parts.eve;
    this.dora = parts.dora;
    this.mallory = parts.mallory;
    this.shared = parts.shared;
    this.secret = parts.secret;
    this.invite = parts.invite;
  }

  static async begin(): Promise<Conversation> {
    await loadRepo();
    const room = new TestRoom();
    const ada = await room.enter('Ada');
    const ben = await room.enter('Ben');
    const shared = must(await ada.engine.commands.createSpace({ name: 'Lyre Street' }));
    const secret = must(await ada.engine.commands.createSpace({ name: 'Secret' }));
    const invite = must(await ada.engine.commands.invite({ space: shared.space })).link;
    must(await ben.engine.commands.joinSpace({ invite }));
    await ben.until(
      'open',
      ({ spaces: [space] }) => space?.state === 'open' && space.channels.length === 1,
    );
    for (const who of [ada, ben]) await who.engine.commands.watch({ ...shared, newest: NEWEST });
    const [eve, dora, mallory] = await Promise.all([
      Stranger.with(invite, room, ada),
      Stranger.with(invite, room, ada),
      Stranger.with(invite, room, ada),
    ]);
    for (const stranger of [eve, dora]) await stranger.join();
    await ben.until('both were let in', (view) =>
      view.spaces.some((s) => s.id === shared.space && s.members.length === 4),
    );
    eve.link();
    await eve.takeAll();
    return new Conversation({ room, ada, ben, eve, dora, mallory, shared, secret, invite });
  }

  /** Ada says something and Ben sees it, and back; and what Eve says honestly is shown. */
  async goesOn(tally: Tally): Promise<void> {
    const turn = ++this.#turns;
    const { ada, ben } = this;
    try {
      for (const [from, to] of [
        [ada, ben],
        [ben, ada],
      ] as const) {
        const text = `turn ${turn}`;
        const { id } = must(await from.engine.commands.say({ ...this.shared, text }));
        this.#said.set(id, text);
        await to.until(`${text} of the other`, (view) => shows(view, id));
      }
      must(await ada.engine.commands.say({ ...this.secret, text: 'to nobody' }));
      await this.#eveSpeaks(`eve ${turn}`);
    } catch (error) {
      tally.fail(
        'crash',
        `the conversation does not go on: ${error instanceof Error ? error.message : String(error)}`,
      );
    }
  }

  /** On a link of its own, with everything that it builds on. */
  async #eveSpeaks(text: string): Promise<void> {
    const { ada, ben, eve } = this;
    if (eve.closed !== undefined) eve.link();
    const entry = await eve.write(text);
    this.#honest.push(entry);
    this.#said.set(entry.id, text);
    for (let at = 0; at < this.#honest.length; at += 100)
      eve.send({
        type: 'bulk',
        address: encodeAddress(eve.segment()),
        entries: this.#honest
          .slice(at, at + 100)
          .map((e) => ({ deps: joinHashes(e.deps), entry: e.bytes })),
        upTo: this.#honest.length,
        last: true,
      });
    for (const who of [ada, ben]) await who.until(text, (view) => shows(view, entry.id));
  }

  /** Eve wrote this too, in her own name: to see it is no surprise. */
  allow(id: string, text: string): void {
    this.#said.set(id, text);
  }

  /** Whatever is in view that nobody had the right to put there. */
  look(tally: Tally): void {
    for (const who of [this.ada, this.ben]) {
      for (const problem of who.problems.splice(0))
        tally.fail('crash', problem instanceof Error ? String(problem.stack) : String(problem));
      for (const wrong of this.#wrongIn(who)) tally.fail('unauthorised', wrong);
    }
    this.#holders(tally);
  }

  #wrongIn({ view, engine, peer }: Resident): string[] {
    const wrong: string[] = [];
    const authors = new Map([
      [this.ada.peer, 'Ada'],
      [this.ben.peer, 'Ben'],
      [this.eve.peer, ''],
    ]);
    for (const { id, text, author, authorName } of view.timeline?.messages ?? []) {
      if (this.#said.get(id) !== text) wrong.push(`a message that nobody wrote: ${text}`);
      if (authors.get(author) !== authorName)
        wrong.push(`a message by ${author} as “${authorName}”`);
    }
    const typing = view.timeline?.typing.filter((name) => name !== '' && name !== 'Eve') ?? [];
    if (typing.length > 0) wrong.push(`${typing.join()} are shown as typing`);
    const expected = [{ name: 'Lyre Street', members: 'Ada admin, Ben member,  member,  member' }];
    if (peer === this.ada.peer) expected.push({ name: 'Secret', members: 'Ada admin' });
    for (const { name, members } of expected) {
      const space = view.spaces.find((one) => one.name === name);
      const shown = space?.members.map((m) => `${m.name} ${m.role}`).join(', ');
      if (shown !== members) wrong.push(`the members of ${name} are ${shown}`);
      if (space?.channels.map((one) => one.name).join() !== 'general')
        wrong.push(`the channels of ${name}`);
    }
    if (view.spaces.length !== expected.length) wrong.push(`${view.spaces.length} spaces`);
    for (const [, present] of engine.bearings().present)
      if (present.some((one) => one === this.dora.peer))
        wrong.push(`${peer} believes that Dora is here`);
    return wrong;
  }

  /** No mark says that Dora holds anything. */
  #holders(tally: Tally): void {
    for (const who of [this.ada, this.ben])
      for (const [, holders] of who.engine.bearings().holders)
        if (holders.includes(this.dora.peer))
          tally.fail('unauthorised', 'a mark in the name of Dora');
    const names = [...this.eve.raw, ...this.mallory.raw];
    const secret = Buffer.from(fromBase64url(this.secret.space));
    if (names.some((frame) => Buffer.from(frame).includes(secret)))
      tally.fail('unauthorised', 'a stranger was told of another space');
    if (this.mallory.raw.length > 0)
      tally.fail(
        'unauthorised',
        `${this.mallory.raw.length} frames were sent to one who is no member`,
      );
  }

  async end(): Promise<void> {
    for (const who of [this.ada, this.ben]) await who.leave();
  }
}

function shows(view: EngineView, id: string): boolean {
  return view.timeline?.messages.some((message) => message.id === id) ?? false;
}
