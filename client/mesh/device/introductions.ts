/**
 * How links begin from the other end: what is done with the signals that come. Those of a session go to its link; an offer of
 * somebody whom a topic lists is judged by the overlay, any other waits for the engine.
 */
import { equalBytes } from '@snug/shared/crypto/bytes.ts';
import type { PeerId, Topic } from '@snug/shared/protocol/ids.ts';
import { TokenBucket } from '@snug/shared/protocol/token-bucket.ts';
import { BoundedMap } from '../bounded-map.ts';
import type { Clock } from '../clock.ts';
import type { RunningLink } from '../link/running-link.ts';
import type { LinksEvent } from '../links-port.ts';
import type { Goodbye } from '../signaling/goodbye.ts';
import { PendingOffers } from '../signaling/pending-offers.ts';
import type { SealedSignals, Signal } from '../signaling/sealed-signals.ts';
import type { Sightings } from '../signaling/sightings.ts';
import type { JoinedTopics } from './joined-topics.ts';
import { PeerRuns } from './peer-runs.ts';
import type { SignalWays } from './signal-ways.ts';

export interface IntroductionsOptions {
  readonly me: PeerId;
  readonly clock: Clock;
  readonly link: (peer: PeerId) => RunningLink | undefined;
  readonly topics: JoinedTopics;
  readonly signals: SealedSignals;
  readonly ways: SignalWays;
  readonly sightings: Sightings;
  /** Whether there is room for the link that a peer offers. */
  readonly judge: (topic: Topic, peer: PeerId, urgent: boolean) => boolean;
  /** The peer has spoken, and not to say goodbye. */
  readonly met: (topic: Topic, peer: PeerId) => void;
  /** Begins the answering end of a session, in place of an earlier link if there is one. */
  readonly begin: (topic: Topic, signal: Signal) => RunningLink | undefined;
  readonly emit: (event: LinksEvent) => void;
}

/**
 * Sessions that one peer may begin here. Each may make a WebRTC connection, of which a browser makes no more for a while after some
 * hundreds; whoever is not answered tries again later.
 */
const OFFERS = { burst: 6, perSecond: 0.2 } as const;
/** Peers whose offers are counted. */
const OFFERING = 4096;
/** Most peers whose heads are remembered, for each topic they were heard in. */
const HEADS = 4096;

export class Introductions {
  readonly #options: IntroductionsOptions;
  readonly #pending: PendingOffers;
  readonly #heads = new BoundedMap<string, Uint8Array>(HEADS);
  readonly #runs = new PeerRuns();
  readonly #offers = new BoundedMap<PeerId, TokenBucket>(OFFERING);
  #closed = false;

  constructor(options: IntroductionsOptions) {
    this.#options = options;
    this.#pending = new PendingOffers(options.clock, (offer) => {
      this.#refuse(offer.topic, offer.signal, 'other', 'nobody decided in time');
    });
  }

  /**
   * A signal has come.
   * @param claimed whom it is said to be from
   * @param way the server by which it came, or `MESH`
   */
  open(topic: Topic, claimed: PeerId, sealed: Uint8Array, way: string): void {
    const { topics, signals, sightings, ways } = this.#options;
    const spec = topics.get(topic)?.spec;
    if (spec === undefined) return;
    signals.open(spec, claimed, sealed, (signal) => {
      if (this.#closed || topics.get(topic) === undefined) return;
      if (!this.#runs.heard(signal.from, signal.fromNonce)) return;
      sightings.heard(signal.from, signal.fromNonce, way);
      ways.heard(signal.from, signal.session, signal.fromNonce);
      this.#take(topic, signal);
    });
  }

  /** The engine has decided about a stranger's offer. */
  decided(request: number, allow: boolean, reason: string): void {
    const offer = this.#pending.take(request);
    if (offer === undefined) return;
    if (allow) this.#accept(offer.topic, offer.signal, offer.later);
    else this.#refuse(offer.topic, offer.signal, 'other', reason);
  }

  close(): void {
    this.#closed = true;
    this.#pending.clear();
  }

  /** One that has been opened: its sender is who it says. */
  #take(topic: Topic, signal: Signal): void {
    this.#noteHeads(topic, signal);
    this.#handle(topic, signal);
    // Last: whoever has just been offered a link would else make an offer of their own.
    if (signal.payload.is !== 'bye') this.#options.met(topic, signal.from);
  }

  #handle(topic: Topic, signal: Signal): void {
    const link = this.#options.link(signal.from);
    if (link !== undefined && equalBytes(link.session, signal.session)) {
      link.onSignal(signal);
      return;
    }
    if (signal.payload.is === 'offer') {
      this.#onOffer(topic, signal, link);
      return;
    }
    if (this.#pending.add(signal)) return;
    if (signal.payload.is === 'bye') {
      this.#onOldBye(signal, link);
      return;
    }
    // It believes in a link that is none here: it should know.
    if (signal.payload.is === 'answer') this.#refuse(topic, signal, 'failed', 'no such session');
  }

  /**
   * The peer ends another session than that of the link, which is not up, and said so after it had heard of this one. It has one
   * with each peer, so this one is none there.
   */
  #onOldBye({ payload, sequence, fromNonce }: Signal, link: RunningLink | undefined): void {
    if (payload.is !== 'bye' || payload.code !== 'failed' || link?.first === undefined) return;
    const { first } = link;
    if (!link.up && equalBytes(first.nonce, fromNonce) && sequence > first.sequence) link.giveWay();
  }

  #onOffer(topic: Topic, signal: Signal, link: RunningLink | undefined): void {
    const { me, topics, emit } = this.#options;
    if (link !== undefined) {
      // Glare: both offered at once. The polite peer, the one of the lower id, gives way.
      const glare = !link.up && link.initiator && link.unanswered;
      if (glare && me > signal.from) return;
      const { first } = link;
      const sameRun = first !== undefined && equalBytes(first.nonce, signal.fromNonce);
      if (!glare && sameRun && signal.sequence < first.sequence) return;
    }
    if (!this.#mayBegin(signal.from)) return;
    if (topics.lists(signal.from)) {
      this.#accept(topic, signal, []);
      return;
    }
    const request = this.#pending.hold({ topic, signal, later: [] });
    if (request === undefined) {
      this.#refuse(topic, signal, 'full', 'too many knock at once');
      return;
    }
    const note = signal.payload.is === 'offer' ? signal.payload.note : undefined;
    emit({ is: 'authorise', request, topic, peer: signal.from, ...(note && { note }) });
  }

  #mayBegin(peer: PeerId): boolean {
    const now = this.#options.clock.now();
    const offers = this.#offers.get(peer) ?? new TokenBucket(OFFERS, now);
    this.#offers.refresh(peer, offers);
    return offers.take(1, now);
  }

  #accept(topic: Topic, signal: Signal, later: readonly Signal[]): void {
    const { judge, begin } = this.#options;
    const urgent = signal.payload.is === 'offer' && signal.payload.urgent === true;
    if (!judge(topic, signal.from, urgent)) {
      this.#refuse(topic, signal, 'full', 'links enough');
      return;
    }
    const link = begin(topic, signal);
    for (const each of [signal, ...later]) link?.onSignal(each);
  }

  #refuse(topic: Topic, { from, session }: Signal, code: Goodbye, reason: string): void {
    const { topics, ways, link } = this.#options;
    const spec = topics.get(topic)?.spec ?? link(from)?.spec;
    if (spec !== undefined) ways.send(spec, from, session, { is: 'bye', code, reason });
  }

  #noteHeads(topic: Topic, { from, heads }: Signal): void {
    if (heads.length !== 8) return;
    const key = `${topic} ${from}`;
    const known = this.#heads.get(key);
    if (known !== undefined && equalBytes(known, heads)) return;
    this.#heads.refresh(key, heads);
    this.#options.emit({ is: 'heads', topic, peer: from, heads });
  }
}
