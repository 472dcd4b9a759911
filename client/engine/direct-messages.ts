/**
 * Direct messages: a space of two for each pair of people. Whoever begins tells the other by a sealed note in a space that both are
 * in, which any member carries to them; whoever finds such a note asks in without having been handed a link.
 */
import { type Note, noteMark } from '@snug/shared/entries/sealed-note.ts';
import { PeerId, type SpaceId } from '@snug/shared/protocol/ids.ts';
import { TokenBucket } from '@snug/shared/protocol/token-bucket.ts';
import * as v from 'valibot';
import { BoundedMap } from '../mesh/bounded-map.ts';
import type { WallClock } from '../mesh/clock.ts';
import { best, choose, type HeldConversation } from '../people/conversation-choice.ts';
import { ownAccounts, partnerIn, standingOf } from '../people/parties.ts';
import { NoteFinder } from '../people/sealed-notes.ts';
import type { Space } from '../space/space.ts';
import { Breath } from './breath.ts';
import type { CommandContext } from './command-context.ts';
import { AnsweredNotes } from './direct-answered.ts';
import { type Beginning, beginningWith, foundDirect } from './direct-founding.ts';
import { type Offer, offerOf, recordOf, TURN_MS } from './direct-offer.ts';
import { bringAlong, tellOf } from './direct-telling.ts';
import type { SpaceCommands } from './space-commands.ts';
import { troubled } from './trouble.ts';
import type { Result } from './view.ts';

/** Conversations that others have begun and nobody has let this person into yet: each waits in a meeting place. */
const MOST_ASKED = 64;
/** How often one account may tell of another place to write to each other. */
const TOLD = { perSecond: 1 / 600, burst: 4 } as const;
/** Accounts whose notes are put off until there is room. */
const PUT_OFF = 256;

export interface DirectMessagesOptions {
  readonly context: CommandContext;
  readonly spaces: SpaceCommands;
  readonly clock: WallClock;
  /** Whether nothing of this account is to be heard. */
  readonly isBlocked: (account: string) => boolean;
}

export class DirectMessages {
  readonly #o: DirectMessagesOptions;
  readonly #finder: NoteFinder;
  readonly #answered: AnsweredNotes;
  readonly #rates = new BoundedMap<string, TokenBucket>(PUT_OFF);
  readonly #offers = new BoundedMap<string, Offer>(PUT_OFF);
  readonly #looking = new Set<Space>();
  #begun = false;
  #queue: Promise<unknown> = Promise.resolve();

  constructor(options: DirectMessagesOptions) {
    this.#o = options;
    this.#finder = new NoteFinder(options.context.o.device);
    this.#answered = new AnsweredNotes(options.context.o.store);
  }

  /** Everything has been read back: what came before is looked at. */
  async begin(): Promise<void> {
    await this.#answered.load();
    this.#begun = true;
    for (const space of this.#o.context.o.shelf) this.changed(space);
  }

  /** Something of a space has changed. */
  changed(space: Space): void {
    if (!this.#begun || this.#looking.has(space)) return;
    this.#looking.add(space);
    this.#alone(async () => {
      this.#looking.delete(space);
      await this.#look(space);
    });
  }

  /** To be called every second or so. */
  tick(): void {
    const { shelf, now } = this.#o.context.o;
    for (const [account, offer] of this.#offers)
      if (offer.from <= now()) {
        this.#offers.delete(account);
        this.#alone(() => this.#take(offer));
      }
    for (const space of shelf)
      if (space.record.direct && space.record.state === 'refused')
        this.#alone(() => this.#forget(space));
  }

  /** The conversation with somebody: the one there is, or a new one, of which they are told. */
  message(account: string): Promise<Result<{ space: SpaceId }>> {
    return this.#alone(() => this.#message(account));
  }

  #alone<T>(work: () => Promise<T>): Promise<T> {
    const run = this.#queue.then(work);
    this.#queue = run.catch(this.#o.context.o.onProblem);
    return run;
  }

  get #me() {
    return this.#o.context.o.device.peerId;
  }

  get #ownAccounts(): ReadonlySet<string> {
    return ownAccounts(this.#o.context.o.shelf, this.#me);
  }

  /** Those that this device holds with somebody. */
  #held(account: string): readonly HeldConversation[] {
    const own = this.#ownAccounts;
    const { shelf, now } = this.#o.context.o;
    return [...shelf].flatMap((space) => {
      if (partnerIn(space, own, now()) !== account) return [];
      const is = standingOf(space, this.#me);
      return is ? [{ id: space.record.id, is }] : [];
    });
  }

  async #message(account: string): Promise<Result<{ space: SpaceId }>> {
    const { context, isBlocked } = this.#o;
    const { shelf } = context.o;
    if (this.#ownAccounts.has(account)) return troubled('not-allowed', 'That is you.');
    if (isBlocked(account))
      return troubled('not-allowed', 'You have blocked this person. Unblock them to write.');
    const held = best(this.#held(account));
    if (held && held.is !== 'waiting') return { ok: true, value: { space: held.id } };
    const shared = this.#sharedWith(account);
    if (!shared)
      return held
        ? { ok: true, value: { space: held.id } }
        : troubled('not-found', 'You share no space with this person, so nobody can tell them.');
    return context.attempt(async () => {
      const begun = held && shelf.get(held.id);
      const space =
        begun ?? (await this.#found(beginningWith(account, shared, this.#me, context.o.now())));
      await tellOf(context, space, account, shared);
      context.o.show('now');
      return { space: space.record.id };
    });
  }

  async #found(beginning: Beginning): Promise<Space> {
    const { context } = this.#o;
    const { shelf, meetings } = context.o;
    const space = await foundDirect(context, beginning);
    await meetings.join(space);
    await meetings.refocus(shelf);
    return space;
  }

  /**
   * The conversation with somebody whose card one was given: as {@link message} where that is possible, else `knock` is made at their
   * inbox. Rejects as `CommandContext.seals`.
   */
  knockAt(
    account: string,
    beginning: Beginning,
    knock: (space: Space) => Promise<void>,
  ): Promise<Result<{ space: SpaceId }>> {
    return this.#alone(async () => {
      const held = best(this.#held(account));
      if (this.#ownAccounts.has(account) || this.#o.isBlocked(account) || this.#sharedWith(account))
        return this.#message(account);
      const { context } = this.#o;
      const { shelf, show } = context.o;
      if (held && held.is !== 'waiting') return { ok: true, value: { space: held.id } };
      return context.attempt(async () => {
        const begun = held && shelf.get(held.id);
        if (begun?.record.direct) {
          begun.record.direct = { ...begun.record.direct, ...beginning.direct };
          await begun.save();
        }
        const space = begun ?? (await this.#found(beginning));
        await knock(space);
        show('now');
        return { space: space.record.id };
      });
    });
  }

  /** Whether a note of this mark has been answered, in whatever way. */
  isAnswered(mark: string): boolean {
    return this.#answered.has(mark);
  }

  /** Enters where somebody has asked this person in, and this person has agreed. Rejects with `StoreError`. */
  enter(asked: Pick<Offer, 'account' | 'note' | 'name'>): Promise<void> {
    const peer = v.safeParse(PeerId, asked.account);
    const peers = peer.success ? [peer.output] : [];
    const { server } = this.#o.context.o;
    return this.#alone(() => this.#enter({ ...asked, peers, servers: [server], from: 0 }));
  }

  /** Never to be asked by this note again. Rejects with `StoreError`. */
  refuse(note: Note): Promise<void> {
    return this.#alone(() => this.#answered.add(noteMark(note)));
  }

  /** A space in which a note reaches them: rather one where nothing hinders writing. */
  #sharedWith(account: string): Space | undefined {
    const own = this.#ownAccounts;
    const { shelf, now } = this.#o.context.o;
    const all = shelf.shown.filter(
      (space) =>
        space.record.state === 'open' &&
        !space.isOut &&
        space.membership.accounts.has(account) &&
        partnerIn(space, own, now()) === undefined,
    );
    return all.find((space) => space.writingEpoch) ?? all[0];
  }

  async #look(space: Space): Promise<void> {
    const { shelf, now } = this.#o.context.o;
    const { record } = space;
    if (shelf.get(record.id) !== space || record.own || record.state !== 'open') return;
    if (record.direct?.instead) return this.#move(space, record.direct.instead);
    const breath = new Breath(this.#o.clock);
    for (const found of await this.#finder.find(space, now(), () => breath.taken()))
      await this.#take(offerOf(found, this.#ownAccounts, this.#me, now()));
  }

  /** Does what follows from having been told, now or when there is room. */
  async #take(offer: Offer): Promise<void> {
    const { account, note } = offer;
    const { now, shelf } = this.#o.context.o;
    const mark = noteMark(note);
    if (this.#answered.has(mark) || this.#o.isBlocked(account) || this.#ownAccounts.has(account))
      return;
    const choice = choose(this.#held(account), note.space);
    if (choice.do === 'keep') return;
    const asked = [...shelf].filter((s) => s.record.direct && s.record.state === 'joining').length;
    const rate = this.#rates.get(account) ?? new TokenBucket(TOLD, now());
    this.#rates.refresh(account, rate);
    if (offer.from > now() || asked >= MOST_ASKED || !rate.take(1, now())) {
      this.#offers.refresh(account, { ...offer, from: Math.max(offer.from, now() + TURN_MS) });
      return;
    }
    await this.#o.context.attempt(() => this.#enter(offer));
  }

  /** Rejects with `StoreError`. */
  async #enter(offer: Offer): Promise<void> {
    const { account, note } = offer;
    const { shelf, show } = this.#o.context.o;
    const choice = choose(this.#held(account), note.space);
    if (choice.do === 'enter') {
      const instead = choice.from === undefined ? {} : { instead: choice.from };
      await this.#o.spaces.askIn({ ...recordOf(offer), direct: { with: account, ...instead } });
      for (const id of choice.leave) {
        const left = shelf.get(id);
        if (left) await this.#forget(left);
      }
    }
    await this.#answered.add(noteMark(note));
    show('soon');
  }

  /** One is in where the other began: what was said here meanwhile is said there. */
  async #move(space: Space, from: SpaceId): Promise<void> {
    const { context } = this.#o;
    const old = context.o.shelf.get(from);
    // Its documents are still arriving.
    if (space.membership.channels.size === 0 || !space.writingEpoch) return;
    await context.attempt(async () => {
      if (old) await bringAlong(context, old, space);
      if (space.record.direct) delete space.record.direct.instead;
      await space.save();
      if (old) await this.#forget(old);
    });
    context.o.show('now');
  }

  async #forget(space: Space): Promise<void> {
    const { shelf, meetings, show } = this.#o.context.o;
    if (shelf.get(space.record.id) !== space) return;
    meetings.leave(space);
    await shelf.remove(space);
    show('soon');
  }
}
