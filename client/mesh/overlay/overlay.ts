/**
 * Whom to link to, sans-I/O: a bounded overlay after HyParView (Leitão, Pereira, Rodrigues, DSN 2007). Each topic wants a
 * few links (the active view) among the peers known to be here (the passive view); a small room is thus a full mesh. A
 * link belongs to the device and serves every topic that both ends hold. Unlike there, the passive view needs no
 * shuffles: servers' samples and walks through the mesh (`routes.ts`) fill it.
 */
import { equalBytes } from '@snug/shared/crypto/bytes.ts';
import type { PeerId, Topic } from '@snug/shared/protocol/ids.ts';
import { LINK_LIMITS } from '@snug/shared/protocol/limits.ts';
import type { Ending } from '../link/ending.ts';
import type { TopicSpec } from '../links-port.ts';
import { replaceVain } from './broken-promises.ts';
import { knock } from './knocking.ts';
import { begun, judge } from './link-offers.ts';
import type { OverlayInput, OverlayOutput } from './overlay-inputs.ts';
import { type Leads, OverlayState } from './overlay-state.ts';
import { OVERLAY_TIMES } from './overlay-times.ts';
import { OverlayTopic } from './overlay-topic.ts';
import { choose, fill, mix, seek, trim } from './topic-links.ts';
import { learn } from './topic-questions.ts';

/** Which topics an input may have changed something for. */
type Touched = OverlayTopic | 'all' | undefined;

/** However a topic errs about when it is due, the device is not kept busy with it. */
const LEAST_WAIT_MS = 50;

export class Overlay {
  readonly #state: OverlayState;

  /**
   * @param random in [0, 1), for jitter and draws
   * @param leads whether the ways of which `learned` told still lead to a peer
   */
  constructor(me: PeerId, random: () => number, leads: Leads = () => true) {
    this.#state = new OverlayState(me, random, leads);
  }

  /**
   * @param now milliseconds of any clock that does not go backwards
   * @returns what to do, in this order and before the next input, which may follow from it. A link that is to be closed
   * is no longer counted.
   */
  handle(input: OverlayInput, now: number): readonly OverlayOutput[] {
    const { topics, links } = this.#state;
    const freed = links.expire(now);
    const taken = this.#take(input, now);
    const touched = freed ? 'all' : taken;
    if (touched === 'all' && topics.size > 1) this.#planAll(now);
    else {
      for (const topic of topics.values())
        if (touched === 'all' || touched === topic || topic.dueAt <= now) this.#plan(topic, now);
    }
    return this.#state.taken();
  }

  /** When to hand in a `tick` at the latest. */
  get wakeAt(): number | undefined {
    let at = this.#state.links.expireAt;
    for (const { dueAt } of this.#state.topics.values()) at = Math.min(at, dueAt);
    return at === Number.POSITIVE_INFINITY ? undefined : at;
  }

  /** Whether a topic lists this peer, so that links with it need no asking. */
  allows(peer: PeerId): boolean {
    for (const { allowed } of this.#state.topics.values()) if (allowed.has(peer)) return true;
    return false;
  }

  /** Whether a topic has as many links up as it wants. */
  enough(id: Topic): boolean {
    const topic = this.#state.topics.get(id);
    return topic !== undefined && this.#state.links.up(topic) >= topic.targets.wanted;
  }

  /** Those with fewest links first: a link may serve several. */
  #planAll(now: number): void {
    const { topics, links } = this.#state;
    const order = [...topics.values()].map((topic) => ({ topic, links: links.degree(topic) }));
    order.sort((a, b) => a.links - b.links || a.topic.bareSince - b.topic.bareSince);
    for (const { topic } of order) this.#plan(topic, now);
  }

  #plan(topic: OverlayTopic, now: number): void {
    const state = this.#state;
    let at = Number.POSITIVE_INFINITY;
    switch (topic.spec.initiate) {
      case 'wait':
        break;
      case 'knock':
        at = knock(state, topic, now);
        break;
      case 'listed':
        topic.setLinked(state.links.up(topic) > 0, now);
        at = Math.min(
          trim(state, topic, now),
          replaceVain(state, topic, now),
          fill(state, topic, now),
          choose(state, topic, now),
          seek(state, topic, now),
          learn(state, topic, now),
          mix(state, topic, now),
        );
        break;
    }
    topic.dueAt = Math.max(at, now + LEAST_WAIT_MS);
  }

  #take(input: OverlayInput, now: number): Touched {
    const { topics, links, patience } = this.#state;
    switch (input.is) {
      case 'join':
        return this.#join(input.spec, now);
      case 'leave':
        topics.delete(input.topic);
        links.changed();
        return 'all';
      case 'joined': {
        const topic = topics.get(input.topic);
        if (topic === undefined) return undefined;
        topic.sampled(input.size, input.peers, this.#found(topic, input.peers, now), now);
        this.#seen(topic, input.peers, now);
        topic.seekAt = Math.min(topic.seekAt, now);
        return topic;
      }
      case 'here': {
        const topic = topics.get(input.topic);
        if (topic === undefined) return undefined;
        const here = new Set(input.peers);
        for (const peer of input.asked)
          if (!here.has(peer) && !topic.known.routed(peer)) topic.lose(peer);
        this.#found(topic, input.peers, now);
        this.#seen(topic, input.peers, now);
        return topic;
      }
      case 'gone':
        for (const topic of topics.values()) topic.lose(input.peer);
        return undefined;
      case 'met': {
        const topic = topics.get(input.topic);
        if (topic?.allowed.has(input.peer) !== true) return undefined;
        this.#found(topic, [input.peer], now);
        return topic;
      }
      case 'learned': {
        const topic = topics.get(input.topic);
        if (topic === undefined) return undefined;
        for (const peer of input.peers) {
          topic.found(peer, now);
          topic.known.setRouted(peer, true);
        }
        this.#reachable(input.peers, now);
        return topic;
      }
      case 'reached': {
        const topic = topics.get(input.topic);
        topic?.parted.heard(input.peers, topic.allowed, now);
        return undefined;
      }
      case 'offered': {
        const accept = judge(this.#state, input, now);
        this.#state.emit({ do: 'judged', request: input.request, accept });
        return undefined;
      }
      case 'linking':
        begun(this.#state, input.peer, input.topic, now);
        return undefined;
      case 'up': {
        const link = links.get(input.peer) ?? links.begin(input.peer, undefined, 'linking', now);
        link.state = 'up';
        link.since = now;
        link.path = input.path;
        patience.up(input.peer);
        if (link.topic !== undefined) topics.get(link.topic)?.found(input.peer, now);
        for (const topic of topics.values()) this.#linked(topic, input.peer, now);
        return 'all';
      }
      case 'quality': {
        const link = links.get(input.peer);
        if (link === undefined) return undefined;
        link.path = input.path;
        link.rttMs = input.rttMs;
        return undefined;
      }
      case 'shares': {
        const topic = topics.get(input.topic);
        const link = links.get(input.peer);
        if (topic === undefined || link === undefined) return undefined;
        link.shares.add(input.topic);
        links.changed(link);
        topic.found(input.peer, now);
        return topic;
      }
      case 'shares-no-more': {
        const link = links.get(input.peer);
        if (link !== undefined) {
          link.shares.delete(input.topic);
          if (link.topic === input.topic) link.topic = undefined;
          links.changed(link);
        }
        topics.get(input.topic)?.lose(input.peer);
        return 'all';
      }
      case 'answered': {
        const topic = topics.get(input.topic);
        if (topic?.overLinks.answered(input.peer, input.letIn, now) !== true) return undefined;
        topic.knockAt = now;
        return topic;
      }
      case 'down':
        this.#down(input.peer, input.ending, now);
        return 'all';
      case 'vain': {
        const link = links.get(input.peer);
        if (link?.state !== 'up') return undefined;
        link.vain = true;
        return 'all';
      }
      case 'network-changed':
        patience.networkChanged(now);
        for (const topic of topics.values()) {
          topic.askSoon(now);
          topic.sampleSoon(now);
          topic.searchAt = now;
        }
        return 'all';
      case 'tick':
        return undefined;
    }
  }

  #join(spec: TopicSpec, now: number): Touched {
    const { me, random, topics, links, patience } = this.#state;
    const topic = topics.get(spec.topic);
    const before = topic?.spec.note;
    // Who knocks with another invite may be let in by those who refused the last one.
    if (spec.note && !(before && equalBytes(before, spec.note))) {
      patience.forgetRefusals();
      topic?.overLinks.forget();
    }
    if (topic === undefined) topics.set(spec.topic, new OverlayTopic(spec, me, random, now));
    else topic.setSpec(spec, now);
    links.changed();
    return 'all';
  }

  /** Whoever knocks somewhere may have waited for one of them. */
  #reachable(peers: readonly PeerId[], now: number): void {
    for (const topic of this.#state.topics.values()) {
      if (topic.spec.initiate !== 'knock' || topic.dueAt <= now) continue;
      if (peers.some((peer) => topic.allowed.has(peer))) topic.dueAt = now;
    }
  }

  /** A server says that these are in a topic. @returns whether it was news */
  #found(topic: OverlayTopic, peers: readonly PeerId[], now: number): boolean {
    const { patience } = this.#state;
    let news = false;
    for (const peer of peers) {
      patience.cameBack(peer, now);
      if (topic.found(peer, now)) news = true;
    }
    return news;
  }

  /** Of those, whoever is not known to be in this piece of the mesh may be in another one. */
  #seen(topic: OverlayTopic, peers: readonly PeerId[], now: number): void {
    if (!topic.listed) return;
    const { links, me } = this.#state;
    const apart = (peer: PeerId) =>
      peer !== me && topic.allowed.has(peer) && !links.get(peer) && !topic.known.routed(peer);
    topic.parted.seen(peers.filter(apart), topic.size, now);
  }

  // Links

  #linked(topic: OverlayTopic, peer: PeerId, now: number): void {
    const { links } = this.#state;
    const link = links.get(peer);
    topic.parted.linked(peer, now);
    if (topic.mixed === peer) {
      topic.mixed = undefined;
      topic.measuredAt = now + OVERLAY_TIMES.measureMs;
    }
    if (link?.serves.has(topic) === true) topic.turnedAway = 0;
  }

  #down(peer: PeerId, ending: Ending, now: number): void {
    const { links, patience, topics } = this.#state;
    const link = links.get(peer);
    const wasUp = link?.state === 'up';
    const served = [...(link?.serves ?? [])];
    links.end(peer, now);
    patience.down(peer, ending, now);
    const away = ending === 'left' || patience.failures(peer) >= OVERLAY_TIMES.failures;
    for (const topic of topics.values()) {
      if (topic.mixed === peer) topic.mixed = undefined;
      topic.overLinks.down(peer);
      if (!wasUp) topic.known.setRouted(peer, false);
      if (away) topic.lose(peer);
      if (ending === 'refused' || ending === 'misbehaved') topic.parted.forget(peer);
      topic.searchAt = Math.min(topic.searchAt, patience.retryAt(peer));
      if (link?.topic !== topic.id) continue;
      topic.knockAt = now;
      if (ending === 'full') topic.wasTurnedAway(links.size + 2 > LINK_LIMITS.links, now);
    }
    if (!wasUp) return;
    for (const topic of served) {
      topic.askSoon(now);
      if (ending !== 'surplus') topic.mixMs = OVERLAY_TIMES.mixMs;
      if (ending === 'lost' || ending === 'no-answer') topic.parted.lost(peer, now);
    }
  }
}
