/**
 * The links of the device: HyParView's active view. One link serves every topic that both ends hold, so what a topic
 * has is counted, not kept; with so few links that costs nothing.
 */
import type { PeerId, Topic } from '@snug/shared/protocol/ids.ts';
import { LINK_LIMITS } from '@snug/shared/protocol/limits.ts';
import type { Path } from '../links-port.ts';
import { OVERLAY_SIZES, OVERLAY_TIMES } from './overlay-times.ts';
import type { OverlayTopic } from './overlay-topic.ts';

export interface ActiveLink {
  readonly peer: PeerId;
  /** `promised`: its offer was accepted. */
  state: 'promised' | 'linking' | 'up';
  /** The topic in which it began. */
  topic: Topic | undefined;
  /** The peer says that it is in these. */
  readonly shares: Set<Topic>;
  /** Those of the device's listed topics that allow the peer, where the link began or that the peer shares. */
  readonly serves: Set<OverlayTopic>;
  /** When it came into this state. */
  since: number;
  /** A new link with the same peer takes its place until then. */
  replacedUntil: number;
  urgent: boolean;
  /** This device began it, with a peer of its choice. */
  chosen: boolean;
  /** What the peer says it holds it does not give: the topic looks for another. */
  vain: boolean;
  path: Path | undefined;
  rttMs: number | undefined;
  /** In [0, 1): a share of the links is kept by lot, whatever they cost. */
  readonly lot: number;
}

/** What is left to the topics of a link that is closed for another one's sake. */
export type Floor = 'wanted' | 'least' | 'one';

/** Stands in for the round trip of a link that has not been measured, ms. */
const UNKNOWN_RTT = 200;

export class ActiveView {
  readonly #links = new Map<PeerId, ActiveLink>();
  readonly #topics: ReadonlyMap<Topic, OverlayTopic>;
  readonly #random: () => number;

  constructor(topics: ReadonlyMap<Topic, OverlayTopic>, random: () => number) {
    this.#topics = topics;
    this.#random = random;
  }

  get size(): number {
    return this.#links.size;
  }

  get full(): boolean {
    return this.#links.size >= LINK_LIMITS.links;
  }

  /** Of a device in several topics the last place is for those in need. */
  get roomy(): boolean {
    return this.#links.size < LINK_LIMITS.links - (this.#topics.size > 1 ? 1 : 0);
  }

  get all(): Iterable<ActiveLink> {
    return this.#links.values();
  }

  get(peer: PeerId): ActiveLink | undefined {
    return this.#links.get(peer);
  }

  begin(
    peer: PeerId,
    topic: Topic | undefined,
    state: 'promised' | 'linking',
    now: number,
  ): ActiveLink {
    let link = this.#links.get(peer);
    if (link === undefined) {
      link = {
        peer,
        state,
        topic,
        shares: new Set(),
        serves: new Set(),
        since: now,
        replacedUntil: 0,
        urgent: false,
        chosen: false,
        vain: false,
        path: undefined,
        rttMs: undefined,
        lot: this.#random(),
      };
      this.#links.set(peer, link);
    }
    link.state = state;
    link.since = now;
    link.topic = topic;
    link.replacedUntil = 0;
    this.changed(link);
    return link;
  }

  /** @returns the link that ended. The place of one that is being replaced stays taken. */
  end(peer: PeerId, now: number): ActiveLink | undefined {
    const link = this.#links.get(peer);
    if (link === undefined) return undefined;
    this.#links.delete(peer);
    if (now < link.replacedUntil) {
      this.begin(peer, link.topic, 'promised', now).replacedUntil = link.replacedUntil;
    }
    return link;
  }

  /** Gives up places that were promised and not taken. @returns whether there were any */
  expire(now: number): boolean {
    const before = this.#links.size;
    for (const link of this.#links.values()) {
      if (link.state === 'promised' && now >= link.since + OVERLAY_TIMES.promiseMs)
        this.#links.delete(link.peer);
    }
    return this.#links.size < before;
  }

  /** When `expire` is next needed. */
  get expireAt(): number {
    let at = Number.POSITIVE_INFINITY;
    for (const { state, since } of this.#links.values())
      if (state === 'promised') at = Math.min(at, since + OVERLAY_TIMES.promiseMs);
    return at;
  }

  /** To be called after what a link serves may have changed; without one, after the topics have. */
  changed(link?: ActiveLink): void {
    if (link === undefined) {
      for (const each of this.#links.values()) this.changed(each);
      return;
    }
    link.serves.clear();
    const add = (id: Topic): void => {
      const topic = this.#topics.get(id);
      if (topic?.listed === true && topic.allowed.has(link.peer)) link.serves.add(topic);
    };
    if (link.topic !== undefined) add(link.topic);
    for (const id of link.shares) add(id);
  }

  /** Links that serve a topic, being made or up. */
  degree(topic: OverlayTopic): number {
    let count = 0;
    for (const link of this.#links.values()) if (link.serves.has(topic)) count++;
    return count;
  }

  /** Those of them that serve no other. */
  own(topic: OverlayTopic): number {
    let count = 0;
    for (const { serves } of this.#links.values())
      if (serves.size === 1 && serves.has(topic)) count++;
    return count;
  }

  up(topic: OverlayTopic): number {
    let count = 0;
    for (const link of this.#links.values())
      if (link.state === 'up' && link.serves.has(topic)) count++;
    return count;
  }

  /** Those of this device's choice that no offer pushes out: the longest held, as many as the topic keeps. */
  chosen(topic: OverlayTopic): readonly ActiveLink[] {
    return [...this.#links.values()]
      .filter((link) => link.chosen && link.serves.has(topic))
      .sort((a, b) => a.since - b.since)
      .slice(0, topic.targets.chosen);
  }

  /** Links that nothing may come of: their peers promise in vain or, where a topic has few, have long been offered them. */
  hopeless(topic: OverlayTopic, now: number): number {
    const few = this.up(topic) <= topic.targets.least;
    let count = 0;
    for (const link of this.#links.values()) {
      const slow = few && link.state === 'linking' && now >= link.since + OVERLAY_TIMES.slowMs;
      if ((link.vain || slow) && link.serves.has(topic)) count++;
    }
    return count;
  }

  /** Those, and links so young that they have not said yet that they serve it too. */
  expected(topic: OverlayTopic, now: number): number {
    let count = 0;
    for (const link of this.#links.values())
      if (link.serves.has(topic) || this.#mayServe(link, topic, now)) count++;
    return count;
  }

  /** When `expected` may become less, or what is hopeless more. */
  expectedUntil(topic: OverlayTopic, now: number): number {
    let until = Number.POSITIVE_INFINITY;
    for (const link of this.#links.values()) {
      if (link.state === 'linking' && now < link.since + OVERLAY_TIMES.slowMs)
        until = Math.min(until, link.since + OVERLAY_TIMES.slowMs);
      if (link.serves.has(topic)) continue;
      if (this.#mayServe(link, topic, now))
        until = Math.min(until, link.since + OVERLAY_TIMES.sharesMs);
    }
    return until;
  }

  /** Whether a link that ends would leave no other topic than `but` with less than it should keep. */
  spares(link: ActiveLink, floor: Floor, but: OverlayTopic | undefined): boolean {
    for (const topic of link.serves) {
      if (topic === but) continue;
      const least = floor === 'one' ? 1 : topic.targets[floor];
      if (this.up(topic) <= least) return false;
    }
    return true;
  }

  /** The link to do without: of fewest topics, relayed rather than direct, of the longest round trip. */
  worst(links: readonly ActiveLink[]): ActiveLink | undefined {
    let worst: ActiveLink | undefined;
    let highest = Number.NEGATIVE_INFINITY;
    for (const link of links) {
      const rtt = Math.min(link.rttMs ?? UNKNOWN_RTT, 99_999);
      const cost = -1e6 * link.serves.size + (link.path === 'relayed' ? 1e5 : 0) + rtt + link.lot;
      if (cost <= highest) continue;
      highest = cost;
      worst = link;
    }
    return worst;
  }

  /** Links of a topic (or all) that may be given up; none that came up just now. */
  settled(topic: OverlayTopic | undefined, now: number): ActiveLink[] {
    return [...this.#links.values()].filter(
      (link) =>
        link.state === 'up' &&
        now >= link.since + OVERLAY_TIMES.youngMs &&
        (topic === undefined || link.serves.has(topic)),
    );
  }

  /** Links that serve no topic. */
  get guests(): ActiveLink[] {
    return [...this.#links.values()].filter((link) => link.serves.size === 0);
  }

  get guestsFull(): boolean {
    return this.guests.length >= OVERLAY_SIZES.guests;
  }

  /** Attempts of other topics are waited for no longer than that: theirs may all be with peers who are gone. */
  #mayServe(link: ActiveLink, topic: OverlayTopic, now: number): boolean {
    const young = now < link.since + OVERLAY_TIMES.sharesMs;
    return young && topic.listed && topic.known.has(link.peer);
  }
}
