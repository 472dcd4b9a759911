/**
 * Whom to link to, sans-I/O. For now a full mesh among those whom each topic allows, up to the limit of links: a
 * bounded overlay for large rooms begins in `#wanted` and `#full`. One link serves a peer in all topics.
 */
import { equalBytes } from '@snug/shared/crypto/bytes.ts';
import type { PeerId, Topic } from '@snug/shared/protocol/ids.ts';
import { LINK_LIMITS, SIGNALING_LIMITS } from '@snug/shared/protocol/limits.ts';
import type { TopicSpec } from './links-port.ts';
import type { Ending } from './path-choice.ts';

export type OverlayInput =
  | { readonly is: 'join'; readonly spec: TopicSpec }
  | { readonly is: 'leave'; readonly topic: Topic }
  /** A server says who is in a topic. `asked`: those of them who are not in `peers` are not here. */
  | {
      readonly is: 'here';
      readonly topic: Topic;
      readonly peers: readonly PeerId[];
      readonly asked: readonly PeerId[];
    }
  /** A server joined this device to a topic, and gave a sample. */
  | {
      readonly is: 'joined';
      readonly topic: Topic;
      readonly size: number;
      readonly peers: readonly PeerId[];
    }
  | { readonly is: 'gone'; readonly peer: PeerId }
  /** A link has begun, whichever end began it. */
  | { readonly is: 'linking'; readonly peer: PeerId; readonly topic: Topic }
  | { readonly is: 'up'; readonly peer: PeerId }
  | { readonly is: 'down'; readonly peer: PeerId; readonly ending: Ending }
  /** Addresses have changed: whatever waits may go now. */
  | { readonly is: 'network-changed' }
  | { readonly is: 'tick' };

export type OverlayOutput =
  | {
      readonly do: 'connect';
      readonly peer: PeerId;
      readonly topic: Topic;
      readonly knock: boolean;
    }
  | { readonly do: 'ask'; readonly topic: Topic; readonly peers: readonly PeerId[] };

export const OVERLAY_TIMES = {
  /** From one knock to the next, while none has been answered. */
  knockMs: 1_500,
  knocksAtOnce: 3,
  /** For how long one who let a knock in is trusted to admit the newcomer, before others are knocked at too. */
  answeredMs: 10_000,
  /** First and longest wait before a lost link is tried again. */
  retryMs: 1_000,
  longestRetryMs: 30_000,
  /** The same for who refused, or misbehaved. */
  coolMs: 30_000,
  longestCoolMs: 600_000,
  /** First and longest wait between questions about allowed peers who are not linked. */
  askMs: 20_000,
  longestAskMs: 300_000,
} as const;

/** Most strangers of one topic that are remembered as here; allowed ones always are. */
const HERE = 1024;

interface TopicState {
  spec: TopicSpec;
  readonly here: Set<PeerId>;
  askAt: number;
  askMs: number;
  /** Where the next question about many peers begins. */
  askFrom: number;
  knockAt: number;
}

interface PeerState {
  link: 'none' | 'linking' | 'up';
  topic: Topic | undefined;
  /** When the link came up. */
  upAt: number;
  failures: number;
  retryAt: number;
  /** The last link ended because the peer would not have us. */
  refused: boolean;
}

export class Overlay {
  readonly #topics = new Map<Topic, TopicState>();
  readonly #peers = new Map<PeerId, PeerState>();
  readonly #me: PeerId;
  readonly #random: () => number;
  #out: OverlayOutput[] = [];

  /** @param random in [0, 1), for jitter */
  constructor(me: PeerId, random: () => number) {
    this.#me = me;
    this.#random = random;
  }

  handle(input: OverlayInput, now: number): readonly OverlayOutput[] {
    this.#out = [];
    this.#take(input, now);
    for (const topic of this.#topics.values()) {
      this.#ask(topic, now);
      for (const peer of this.#wanted(topic, now)) this.#connect(topic, peer);
    }
    return this.#out;
  }

  /** When to hand in a `tick` at the latest. */
  get wakeAt(): number | undefined {
    const times: number[] = [];
    const full = this.#full;
    for (const topic of this.#topics.values()) {
      if (topic.spec.initiate !== 'wait' && this.#missing(topic).length > 0)
        times.push(topic.askAt);
      if (full || !this.#mayConnect(topic)) continue;
      const answered = topic.spec.initiate === 'knock' ? this.#answeredUntil(topic) : 0;
      const retries = this.#idle(topic).map((peer) => this.#peers.get(peer)?.retryAt ?? 0);
      if (retries.length === 0) continue;
      const waits = topic.spec.initiate === 'knock' && this.#in(topic, 'linking') > 0;
      times.push(Math.max(waits ? topic.knockAt : 0, answered, Math.min(...retries)));
    }
    return times.length === 0 ? undefined : Math.min(...times);
  }

  /** Whether a topic lists this peer, so that links with it need no asking. */
  allows(peer: PeerId): boolean {
    return [...this.#topics.values()].some((topic) => topic.spec.allowed.includes(peer));
  }

  #take(input: OverlayInput, now: number): void {
    switch (input.is) {
      case 'join':
        this.#join(input.spec, now);
        return;
      case 'leave':
        this.#topics.delete(input.topic);
        return;
      case 'joined': {
        const topic = this.#topics.get(input.topic);
        if (topic === undefined) return;
        for (const peer of input.peers) this.#found(topic, peer, now);
        topic.askMs = OVERLAY_TIMES.askMs;
        // When the sample is the whole room there is nothing more to learn.
        const whole = input.size - 1 <= input.peers.length;
        topic.askAt = whole ? this.#later(topic.askMs, now) : now;
        return;
      }
      case 'here': {
        const topic = this.#topics.get(input.topic);
        if (topic === undefined) return;
        for (const peer of input.asked) topic.here.delete(peer);
        for (const peer of input.peers) this.#found(topic, peer, now);
        return;
      }
      case 'gone':
        for (const topic of this.#topics.values()) topic.here.delete(input.peer);
        return;
      case 'linking':
        this.#peer(input.peer).link = 'linking';
        this.#peer(input.peer).topic = input.topic;
        return;
      case 'up': {
        const peer = this.#peer(input.peer);
        peer.link = 'up';
        peer.upAt = now;
        peer.failures = 0;
        return;
      }
      case 'down':
        this.#down(input.peer, input.ending, now);
        return;
      case 'network-changed':
        for (const topic of this.#topics.values()) this.#askSoon(topic, now);
        for (const peer of this.#peers.values()) peer.retryAt = Math.min(peer.retryAt, now);
        return;
      case 'tick':
        return;
    }
  }

  #join(spec: TopicSpec, now: number): void {
    const topic = this.#topics.get(spec.topic);
    const before = topic?.spec.note;
    // Who knocks with another invite may be let in by those who refused the last one.
    if (spec.note && !(before && equalBytes(before, spec.note))) this.#forgetRefusals(now);
    if (topic === undefined) {
      this.#topics.set(spec.topic, {
        spec,
        here: new Set(),
        askAt: this.#later(OVERLAY_TIMES.askMs, now),
        askMs: OVERLAY_TIMES.askMs,
        askFrom: 0,
        knockAt: now,
      });
      return;
    }
    const added = spec.allowed.some((peer) => !topic.spec.allowed.includes(peer));
    const begins = spec.initiate !== topic.spec.initiate;
    topic.spec = spec;
    if (added || begins) this.#askSoon(topic, now);
  }

  #forgetRefusals(now: number): void {
    for (const peer of this.#peers.values()) {
      if (!peer.refused) continue;
      peer.refused = false;
      peer.failures = 0;
      peer.retryAt = now;
    }
  }

  #askSoon(topic: TopicState, now: number): void {
    topic.askMs = OVERLAY_TIMES.askMs;
    topic.askAt = Math.min(topic.askAt, now + 500 + this.#random() * 500);
  }

  #found(topic: TopicState, peer: PeerId, now: number): void {
    if (peer === this.#me) return;
    if (topic.here.size >= HERE && !topic.spec.allowed.includes(peer)) return;
    topic.here.add(peer);
    const state = this.#peers.get(peer);
    // Whoever left and has come back is no failure.
    if (state?.link === 'none' && state.failures === 0) state.retryAt = now;
  }

  #down(id: PeerId, ending: Ending, now: number): void {
    const peer = this.#peer(id);
    const { topic } = peer;
    peer.link = 'none';
    peer.topic = undefined;
    if (ending === 'left') {
      // It says that it goes; when it comes back it will be the one to offer.
      for (const { here } of this.#topics.values()) here.delete(id);
    }
    const cool = ending === 'refused' || ending === 'misbehaved';
    const first = cool ? OVERLAY_TIMES.coolMs : OVERLAY_TIMES.retryMs;
    const longest = cool ? OVERLAY_TIMES.longestCoolMs : OVERLAY_TIMES.longestRetryMs;
    peer.retryAt = this.#later(Math.min(longest, first * 2 ** Math.min(peer.failures, 16)), now);
    peer.failures++;
    peer.refused = ending === 'refused';
    for (const state of this.#topics.values()) {
      if (state.spec.allowed.includes(id)) this.#askSoon(state, now);
      if (state.spec.topic === topic) state.knockAt = now;
    }
  }

  /** Between 0.75 and 1.25 times as long, so that those who lost each other together do not come back together. */
  #later(ms: number, now: number): number {
    return now + ms * (0.75 + this.#random() * 0.5);
  }

  /** Whom to offer a link now, in order. */
  #wanted(topic: TopicState, now: number): PeerId[] {
    const { initiate, allowed } = topic.spec;
    if (!this.#mayConnect(topic)) return [];
    const ready = this.#idle(topic).filter((peer) => (this.#peers.get(peer)?.retryAt ?? 0) <= now);
    if (initiate === 'listed') return ready;
    if (now < this.#answeredUntil(topic)) return [];
    if (this.#in(topic, 'linking') > 0 && now < topic.knockAt) return [];
    ready.sort((a, b) => Number(allowed.includes(b)) - Number(allowed.includes(a)));
    topic.knockAt = now + OVERLAY_TIMES.knockMs;
    return ready.slice(0, 1);
  }

  /** Peers here that a topic would link to and that have no link. */
  #idle(topic: TopicState): PeerId[] {
    const { initiate, allowed } = topic.spec;
    const candidates =
      initiate === 'knock' ? [...topic.here] : allowed.filter((p) => topic.here.has(p));
    return candidates.filter((peer) => (this.#peers.get(peer)?.link ?? 'none') === 'none');
  }

  /** A few unanswered knocks are enough. */
  #mayConnect(topic: TopicState): boolean {
    if (topic.spec.initiate !== 'knock') return topic.spec.initiate === 'listed';
    return this.#in(topic, 'linking') < OVERLAY_TIMES.knocksAtOnce;
  }

  /**
   * A knock that one peer has answered needs no other for a while. Whoever was let in by then no longer knocks; who
   * still does was let in by somebody who cannot admit, or will not.
   */
  #answeredUntil(topic: TopicState): number {
    let until = 0;
    for (const peer of this.#peers.values()) {
      if (peer.link !== 'up' || peer.topic !== topic.spec.topic) continue;
      until = Math.max(until, peer.upAt + OVERLAY_TIMES.answeredMs);
    }
    return until;
  }

  get #full(): boolean {
    let links = 0;
    for (const { link } of this.#peers.values()) if (link !== 'none') links++;
    return links >= LINK_LIMITS.links;
  }

  #in(topic: TopicState, link: PeerState['link']): number {
    let count = 0;
    for (const peer of this.#peers.values()) {
      if (peer.link === link && peer.topic === topic.spec.topic) count++;
    }
    return count;
  }

  #connect(topic: TopicState, id: PeerId): void {
    const peer = this.#peer(id);
    if (this.#full || peer.link !== 'none') return;
    peer.link = 'linking';
    peer.topic = topic.spec.topic;
    const knock = topic.spec.initiate === 'knock';
    this.#out.push({ do: 'connect', peer: id, topic: topic.spec.topic, knock });
  }

  /** Allowed peers without a link, whether here or not. */
  #missing(topic: TopicState): PeerId[] {
    return topic.spec.allowed.filter(
      (peer) => peer !== this.#me && (this.#peers.get(peer)?.link ?? 'none') === 'none',
    );
  }

  #ask(topic: TopicState, now: number): void {
    if (topic.spec.initiate === 'wait' || now < topic.askAt) return;
    const missing = this.#missing(topic);
    topic.askAt = this.#later(topic.askMs, now);
    // Those who come offer by themselves; asking only mends what went wrong, so it may become rare.
    topic.askMs = Math.min(topic.askMs * 2, OVERLAY_TIMES.longestAskMs);
    if (missing.length === 0) return;
    const start = topic.askFrom % missing.length;
    const peers = [...missing.slice(start), ...missing.slice(0, start)].slice(
      0,
      SIGNALING_LIMITS.hereQuestion,
    );
    topic.askFrom = start + peers.length;
    this.#out.push({ do: 'ask', topic: topic.spec.topic, peers });
  }

  #peer(id: PeerId): PeerState {
    let peer = this.#peers.get(id);
    if (peer === undefined) {
      peer = { link: 'none', topic: undefined, upAt: 0, failures: 0, retryAt: 0, refused: false };
      this.#peers.set(id, peer);
    }
    return peer;
  }
}
