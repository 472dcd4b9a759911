/**
 * How links begin from the other end: what is done with the signals that come. Those of a session go to its link; an offer of
 * somebody whom a topic lists is judged by the overlay, any other waits for the engine.
 */
import { equalBytes } from '@snug/shared/crypto/bytes.ts';
import type { PeerId, Topic } from '@snug/shared/protocol/ids.ts';
import type { Clock } from '../clock.ts';
import type { RunningLink } from '../link/running-link.ts';
import type { LinksEvent } from '../links-port.ts';
import type { Goodbye } from '../signaling/goodbye.ts';
import { PendingOffers } from '../signaling/pending-offers.ts';
import type { SealedSignals, Signal } from '../signaling/sealed-signals.ts';
import type { Sightings } from '../signaling/sightings.ts';
import type { JoinedTopics } from './joined-topics.ts';
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
  /** Begins the answering end of a session, in place of an earlier link if there is one. */
  readonly begin: (topic: Topic, signal: Signal) => RunningLink | undefined;
  readonly emit: (event: LinksEvent) => void;
}

/** Most peers whose heads are remembered, for each topic they were heard in. */
const HEADS = 4096;

export class Introductions {
  readonly #options: IntroductionsOptions;
  readonly #pending: PendingOffers;
  readonly #heads = new Map<string, Uint8Array>();
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
      sightings.heard(signal.from, signal.fromNonce, way);
      ways.heard(signal.from, signal.session);
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
    // It believes in a link that is none here: it should know.
    if (signal.payload.is === 'answer') this.#refuse(topic, signal, 'other', 'no such session');
  }

  #onOffer(topic: Topic, signal: Signal, link: RunningLink | undefined): void {
    const { me, topics, emit } = this.#options;
    if (link !== undefined) {
      // Glare: both offered at once. The polite peer, the one of the lower id, gives way.
      const glare = !link.up && link.initiator && link.unanswered;
      if (glare && me > signal.from) return;
      if (!glare && link.firstSequence !== undefined && signal.sequence < link.firstSequence)
        return;
    }
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
    if (this.#heads.size > HEADS) this.#heads.clear();
    this.#heads.set(key, heads);
    this.#options.emit({ is: 'heads', topic, peer: from, heads });
  }
}
