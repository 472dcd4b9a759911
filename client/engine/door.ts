/** The door of a space, from both sides: who is let in, and what becomes of one's own knocking. */
import { toBase64url } from '@snug/shared/crypto/bytes.ts';
import { peerIdFromPublicKey } from '@snug/shared/crypto/did-key.ts';
import { parseJoinRequest, verifyJoinRequest } from '@snug/shared/entries/acts.ts';
import type { PeerId, Topic } from '@snug/shared/protocol/ids.ts';
import type { LinkName, LinksCommand, LinksEvent } from '../mesh/links-port.ts';
import { admit } from '../space/founding.ts';
import type { Space } from '../space/space.ts';
import { mayExchange } from './act-exchange.ts';
import { Admissions } from './admissions.ts';
import type { Shelf } from './shelf.ts';
import { lobbyTopic, topicOf } from './topics.ts';

/** Why somebody is not let in: a word that travels, and that `space-view.ts` has a sentence for. */
export type Objection =
  | 'not-here'
  | 'not-a-member'
  | 'bad-invite'
  | 'unknown-invite'
  | 'expired-invite'
  /** Nothing is wrong with the invite: it has let in many just now. */
  | 'later'
  /** Listed once and no longer, and told so not long ago. */
  | 'removed'
  /** A knock at an inbox: nothing is said of what becomes of it. */
  | 'heard'
  /** Let in beside something that took the invite away: a member has to confirm them. */
  | 'provisional';

type Event<K extends LinksEvent['is']> = Extract<LinksEvent, { readonly is: K }>;

export interface DoorOptions {
  readonly shelf: Shelf;
  readonly links: (command: LinksCommand) => void;
  readonly now: () => number;
  /** Asks a linked peer to let this device into a space. */
  readonly ask: (peer: PeerId, space: Space, lobby: Topic, note: Uint8Array) => void;
  /** Judges who knocks at an inbox; `undefined` where the topic is none of this person's. */
  readonly inbox: (
    topic: Topic,
    peer: PeerId,
    note: Uint8Array | undefined,
  ) => Promise<Objection> | undefined;
  /** A knock of one's own at an inbox was answered. */
  readonly onInbox: (topic: Topic, peer: PeerId, reason: string) => void;
  /** Whether to link to a device that was listed once, to exchange acts. */
  readonly mayExchange: (space: Space, peer: PeerId) => boolean;
  /** A peer has let this device in. */
  readonly onLetIn: () => void;
  /** It has been refused for good: the space is in that state. */
  readonly onRefused: (space: Space) => void;
  /** Somebody has given an answer that settles nothing: `Space.hint` tells it. */
  readonly onHint: () => void;
}

export class Door {
  readonly #o: DoorOptions;
  readonly #refusals = new Refusals();
  readonly #admissions = new Admissions();

  constructor(options: DoorOptions) {
    this.#o = options;
  }

  // From inside

  /** A peer offers a link. */
  async authorise({ topic, peer, note, request }: Event<'authorise'>): Promise<void> {
    const reason = await (this.judge(topic, peer, note) ?? 'not-here');
    this.#o.links(
      reason === undefined
        ? { do: 'authorised', request, allow: true }
        : { do: 'authorised', request, allow: false, reason },
    );
  }

  /** Judges a peer who asks, for an offer of theirs or over a link. `undefined` at once where no space here meets in the topic. */
  judge(
    topic: Topic,
    peer: PeerId,
    note: Uint8Array | undefined,
  ): Promise<Objection | undefined> | undefined {
    const knocked = this.#o.inbox(topic, peer, note);
    if (knocked) return knocked;
    const space = this.#o.shelf.find((s) => lobbyTopic(s) === topic || topicOf(s) === topic);
    if (space && note === undefined && mayExchange(space, peer))
      return Promise.resolve(this.#o.mayExchange(space, peer) ? undefined : 'removed');
    return space && answerKnock(space, peer, note, this.#o.now(), this.#admissions);
  }

  // From outside

  /** A link came up: in a lobby because somebody there has let this device in. */
  opened({ topic, peer }: Event<'up'>): void {
    this.#joining(topic)?.welcomers.add(peer);
  }

  /** A linked peer is to be asked. */
  knock({ topic, peer, note }: Event<'knock'>): void {
    const space = this.#joining(topic);
    if (!space) return;
    // From now on, for what they say of the space once they have let us in may come before their answer.
    space.welcomers.add(peer);
    this.#o.ask(peer, space, topic, note);
  }

  /** They have answered. */
  answered(space: Space, { peer, link }: LinkName, refusal: string | undefined): void {
    // Another try with another invite may have taken its place.
    if (this.#o.shelf.get(space.record.id) !== space || space.record.state !== 'joining') return;
    const letIn = refusal === undefined;
    this.#o.links({ do: 'knocked', peer, link, topic: lobbyTopic(space), letIn });
    if (letIn) return this.#o.onLetIn();
    // One of this person's devices may hear of this one a little later.
    if (!space.record.vouching?.includes(peer)) space.welcomers.delete(peer);
    this.#saidNo(space, peer, refusal);
  }

  /** An offer of ours was refused. */
  refused({ topic, peer, reason }: Event<'refused'>): void {
    const space = this.#joining(topic);
    if (space) this.#saidNo(space, peer, reason);
    else this.#o.onInbox(topic, peer, reason);
  }

  #saidNo(space: Space, peer: PeerId, reason: string): void {
    const before = space.hint;
    if (this.#refusals.refused(space, peer, reason)) this.#o.onRefused(space);
    else if (space.hint !== before) this.#o.onHint();
  }

  /** The space into which this device asks to be let where this is the lobby. */
  #joining(lobby: Topic): Space | undefined {
    return this.#o.shelf.find((s) => s.record.state === 'joining' && lobbyTopic(s) === lobby);
  }
}

/** Judges a peer who asks to be linked, and lets a newcomer with a live invite in. `now` judges expiry. */
export async function answerKnock(
  space: Space,
  peer: PeerId,
  note: Uint8Array | undefined,
  now: number,
  admissions: Admissions,
): Promise<Objection | undefined> {
  const { id, state } = space.record;
  if (state !== 'open') return 'not-here';
  if (space.serves(peer)) return undefined;
  const request = note && parseJoinRequest(note);
  if (!request || peerIdFromPublicKey(request.device) !== peer) return 'not-a-member';
  // Whoever was told of a conversation of two may not send somebody else.
  if (space.record.direct?.devices?.includes(peer) === false) return 'bad-invite';
  const key = toBase64url(request.invite);
  const invite = space.membership.invites.get(key);
  if (invite && !admissions.open(id, key, now)) return 'later';
  if (!(await verifyJoinRequest(id, request))) return 'bad-invite';
  // An account of several devices is vouched for by that account, which comes with device linking.
  if (request.account !== peer) return 'bad-invite';
  if (!invite) return space.membership.provisional.has(peer) ? 'provisional' : 'unknown-invite';
  if (invite.expires !== undefined && invite.expires < now) return 'expired-invite';
  if (!admissions.take(id, key, now)) return 'later';
  await admit(space, request);
  return undefined;
}

/** So often one who is named in an invite may say that they do not know it: the act may be on its way to them. */
const UNKNOWN = 3;

/** Own knocks that were answered by a refusal. */
export class Refusals {
  /** How often those whom the invite names have said that they do not know it. */
  readonly #unknown = new WeakMap<Space, number>();

  /**
   * Whether this settles it: the space then is `refused`. Only those whom the invite names are believed. Anybody who ever held
   * a link may stand in the lobby with as many keys as they like, so what others say is a hint, and knocking goes on.
   */
  refused(space: Space, peer: PeerId, reason: string): boolean {
    if (space.record.state !== 'joining') return false;
    if (reason === 'later' || reason === 'provisional' || isSettling(reason)) space.hint = reason;
    const named = space.record.invite?.peers.includes(peer) ?? false;
    if (!named || !isSettling(reason)) return false;
    if (reason === 'unknown-invite') {
      const times = (this.#unknown.get(space) ?? 0) + 1;
      this.#unknown.set(space, times);
      if (times < UNKNOWN) return false;
    }
    space.record.state = 'refused';
    space.record.refusal = reason;
    return true;
  }
}

function isSettling(reason: string): boolean {
  return reason === 'expired-invite' || reason === 'bad-invite' || reason === 'unknown-invite';
}
