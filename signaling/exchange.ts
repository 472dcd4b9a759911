import type { PeerId, Topic } from '@snug/shared/protocol/ids.ts';
import {
  type Answer,
  Authenticate,
  type HereAnswer,
  type HereOnWire,
  HereQuestion,
  Join,
  type Joined,
  Leave,
  type Problem,
  RelayOut,
  SignalOut,
  type Welcome,
} from '@snug/shared/protocol/signaling.ts';
import type * as v from 'valibot';
import { problem, yes } from './answer.ts';
import { answersChallenge } from './challenge.ts';
import type { Counters } from './counters.ts';
import {
  addressee,
  answerBytes,
  delivered,
  notInTopic,
  type Outcome,
  parsed,
  refusal,
} from './outcome.ts';
import { forwardFrame, forwardSignal } from './relay.ts';
import { Rendezvous } from './rendezvous.ts';
import type { Limits, Session } from './session.ts';

export interface ExchangeOptions {
  readonly limits: Limits;
  readonly counters: Counters;
  /** In [0, 1), for samples. */
  readonly random: () => number;
  /** Milliseconds. */
  readonly now: () => number;
  readonly welcome: () => Omit<Welcome, 'joined'>;
  /** Told of what should not happen. */
  readonly onError: (error: unknown) => void;
}

type Ack = (answer: Answer<unknown>) => void;
type JoinedOnWire = v.InferInput<typeof Joined>;
interface Known {
  readonly session: Session;
  readonly peer: PeerId;
}

/**
 * What each event of the protocol does. Knows sessions, not sockets; takes whatever a client sends and never throws.
 */
export class Exchange {
  readonly #options: ExchangeOptions;
  readonly #rendezvous = new Rendezvous();
  readonly #sessions = new Map<PeerId, Session>();

  constructor(options: ExchangeOptions) {
    this.#options = options;
  }

  /** How many peers have authenticated and are connected. */
  get peers(): number {
    return this.#sessions.size;
  }

  get topics(): number {
    return this.#rendezvous.topics;
  }

  /** An event came in. `args` are what the client put into it; the last may be a function that acknowledges. */
  received(session: Session, event: unknown, args: readonly unknown[]): void {
    if (session.ended) return;
    const last = args.at(-1);
    const ack: Ack | null = typeof last === 'function' ? (answer) => last(answer) : null;
    const raw = ack !== null && args.length === 1 ? undefined : args[0];
    const name = typeof event === 'string' ? event : 'unknown';
    try {
      const outcome =
        name === 'authenticate'
          ? this.#authenticate(session, raw)
          : this.#handle(session, name, raw);
      this.#settle(session, name, raw, ack, outcome);
    } catch (error) {
      this.#failed(session, name, ack, error);
    }
  }

  /** The connection is gone, or is to be treated so. */
  disconnected(session: Session): void {
    session.end(null);
    const peer = session.peer;
    if (peer === null || this.#sessions.get(peer) !== session) return;
    this.#sessions.delete(peer);
    for (const topic of session.topics) this.#rendezvous.leave(topic, peer);
    session.topics.clear();
  }

  /** Ends a connection with a reason, from the server's side. */
  end(session: Session, reason: Problem): void {
    if (session.ended) return;
    this.#options.counters.refusals[reason.code]++;
    this.#drop(session, reason);
  }

  /** Ends the connection of who keeps too much waiting by not reading. */
  abandon(session: Session): void {
    if (session.ended) return;
    this.#options.counters.refusals['rate-limited']++;
    session.abandon();
    this.disconnected(session);
  }

  #drop(session: Session, reason: Problem): void {
    session.end(reason);
    this.disconnected(session);
  }

  #handle(session: Session, event: string, raw: unknown): Outcome {
    if (event !== 'relay') {
      const limited = this.#limited(session);
      if (limited !== null) return limited;
    }
    const peer = session.peer;
    if (peer === null) {
      return refusal('unauthenticated', 'Answer the challenge with "authenticate" first.');
    }
    const sender = { session, peer };
    switch (event) {
      case 'join':
        return parsed(Join, raw, ({ topic }) => this.#join(sender, topic));
      case 'leave':
        return parsed(Leave, raw, ({ topic }) => {
          session.topics.delete(topic);
          this.#rendezvous.leave(topic, peer);
          return { answer: yes(null) };
        });
      case 'here':
        return parsed(HereQuestion, raw, ({ topic, peers }) => this.#here(sender, topic, peers));
      case 'signal':
        return parsed(SignalOut, raw, (message) => this.#signal(sender, message));
      case 'relay':
        return parsed(RelayOut, raw, (message) => this.#relay(sender, message));
      default:
        return refusal('bad-request', `There is no event of this name: ${event.slice(0, 32)}.`);
    }
  }

  #limited(session: Session): Outcome | null {
    const { limits, now } = this.#options;
    if (session.events.take(1, now())) return null;
    return refusal(
      'rate-limited',
      `Too many requests: ${limits.events.perSecond} a second, ${limits.events.burst} at once. Wait a little.`,
    );
  }

  #authenticate(session: Session, raw: unknown): Outcome {
    const limited = this.#limited(session);
    if (limited !== null) return limited;
    return parsed(Authenticate, raw, (message) => {
      const { challenge } = session;
      if (challenge === null) {
        return refusal('bad-request', 'The challenge of this connection has been answered.');
      }
      session.challenge = null;
      const { peer, nonce, topics } = message;
      const good = answersChallenge(session.hosts, challenge, message);
      session.hosts = [];
      if (!good) {
        const wrong =
          'The signature is not this peer’s over this challenge and the host you connected to.';
        return { ...refusal('bad-signature', wrong), last: true };
      }
      const earlier = this.#sessions.get(peer);
      if (earlier !== undefined) {
        this.end(earlier, problem('replaced', 'The same peer has connected anew, elsewhere.'));
      }
      session.authenticated(peer, Buffer.from(nonce).toString('base64url'));
      this.#sessions.set(peer, session);
      this.#options.counters.authentications++;
      const welcome = this.#options.welcome();
      if (topics === undefined) return { answer: yes(welcome) };
      // Each costs what a request of its own would.
      const joined = topics.map((topic) =>
        this.#limited(session) === null ? this.#enter({ session, peer }, topic) : null,
      );
      return { answer: yes({ ...welcome, joined }) };
    });
  }

  #join(sender: Known, topic: Topic): Outcome {
    const joined = this.#enter(sender, topic);
    if (joined !== null) return { answer: yes(joined) };
    const most = this.#options.limits.topicsPerPeer;
    return refusal('too-many-topics', `A peer may be in ${most} topics. Leave one first.`);
  }

  /** `null` when the peer is in as many topics as it may. */
  #enter({ session, peer }: Known, topic: Topic): JoinedOnWire | null {
    const { limits, random, counters } = this.#options;
    if (!session.topics.has(topic)) {
      if (session.topics.size >= limits.topicsPerPeer) return null;
      session.topics.add(topic);
      counters.joins++;
    }
    const size = this.#rendezvous.join(topic, peer);
    const sample = this.#rendezvous.sample(topic, peer, limits.sample, random);
    return { size, peers: this.#present(sample) };
  }

  #here({ session }: Known, topic: Topic, asked: readonly PeerId[]): Outcome {
    if (!session.topics.has(topic)) return notInTopic();
    const here: v.InferInput<typeof HereAnswer> = {
      size: this.#rendezvous.size(topic),
      peers: this.#present(this.#rendezvous.here(topic, asked)),
    };
    return { answer: yes(here) };
  }

  #present(peers: readonly PeerId[]): HereOnWire[] {
    return peers.flatMap((peer) => {
      const session = this.#sessions.get(peer);
      return session === undefined ? [] : [{ peer, nonce: session.nonce }];
    });
  }

  #signal({ session, peer }: Known, { to, topic, sealed }: SignalOut): Outcome {
    if (!session.topics.has(topic)) return notInTopic();
    const { counters } = this.#options;
    return delivered(forwardSignal(peer, this.#sessions.get(to), topic, sealed, counters));
  }

  #relay({ session, peer }: Known, { to, frame }: RelayOut): Outcome {
    const { limits, now, counters } = this.#options;
    if (!session.mayRelay(frame.byteLength, now())) {
      return refusal(
        'rate-limited',
        `The relay carries ${limits.relayBytes.perSecond} bytes and ${limits.relayFrames.perSecond} ` +
          'frames a second for a peer. Send more slowly.',
      );
    }
    return delivered(forwardFrame(peer, session.topics, this.#sessions.get(to), frame, counters));
  }

  /** Sends an outcome where it belongs, and ends the connection of who has broken too many rules. */
  #settle(session: Session, event: string, raw: unknown, ack: Ack | null, outcome: Outcome): void {
    const { answer, blameless = false, last = false } = outcome;
    const { counters, now, limits } = this.#options;
    if (!answer.ok) counters.refusals[answer.problem.code]++;
    // What it asked for needed room, and nobody kept more waiting than itself.
    if (session.ended) return;
    if (ack !== null || !answer.ok) {
      if (!session.reserve(answerBytes(answer))) {
        this.abandon(session);
        return;
      }
      if (ack !== null) ack(answer);
      else if (!answer.ok) session.refuse(event, addressee(raw), answer.problem);
    }
    if (answer.ok || blameless) return;
    if (last) {
      this.#drop(session, answer.problem);
      return;
    }
    if (session.forgives(now())) return;
    const often = `More than ${limits.violationsPerMinute} refused requests in a minute; the last: `;
    this.#drop(session, problem(answer.problem.code, often + answer.problem.message));
  }

  #failed(session: Session, event: string, ack: Ack | null, error: unknown): void {
    const { counters, onError } = this.#options;
    counters.internalErrors++;
    onError(error);
    const apology = problem('internal', `The server failed at "${event.slice(0, 32)}".`);
    this.end(session, apology);
    ack?.({ ok: false, problem: apology });
  }
}
