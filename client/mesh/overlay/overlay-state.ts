/** What the parts of the overlay share: the device's links, its topics, and what is wanted done. */
import type { PeerId, Topic } from '@snug/shared/protocol/ids.ts';
import { LINK_LIMITS } from '@snug/shared/protocol/limits.ts';
import { type ActiveLink, ActiveView, type Floor } from './active-view.ts';
import { BrokenPromises } from './broken-promises.ts';
import type { OverlayOutput } from './overlay-inputs.ts';
import { between, OVERLAY_TIMES } from './overlay-times.ts';
import type { OverlayTopic } from './overlay-topic.ts';
import { Patience } from './patience.ts';
import { leastNeeded, longestServed } from './surplus-links.ts';

/**
 * How badly a topic needs one more link: it has `none` (here or at the other end), and takes what others can spare and by
 * turns what they cannot; it has `few`, and now and then takes of those who have more; or it has `some`.
 */
export type Need = 'none' | 'few' | 'some';

/** Whether a way to a peer over the mesh, in a topic and by another neighbour than `but`, is known that has not failed. */
export type Leads = (topic: Topic, peer: PeerId, but?: PeerId) => boolean;

export class OverlayState {
  readonly me: PeerId;
  readonly random: () => number;
  readonly topics = new Map<Topic, OverlayTopic>();
  readonly links: ActiveView;
  readonly patience: Patience;
  readonly broken: BrokenPromises;
  /** Links belong to the device: however many topics it is in, it exchanges no more of them. */
  mixFrom = 0;
  #out: OverlayOutput[] = [];
  /** When links may be closed next that others can hardly spare, when a topic's only one, and when for one that has few. */
  #roomAt = 0;
  #turnAt = 0;
  #fewAt = 0;
  readonly #leads: Leads;

  constructor(me: PeerId, random: () => number, leads: Leads) {
    this.me = me;
    this.random = random;
    this.#leads = leads;
    this.links = new ActiveView(this.topics, random);
    this.patience = new Patience(random);
    this.broken = new BrokenPromises(random);
  }

  emit(output: OverlayOutput): void {
    this.#out.push(output);
  }

  taken(): readonly OverlayOutput[] {
    const out = this.#out;
    this.#out = [];
    return out;
  }

  connect(topic: OverlayTopic, peer: PeerId, how: 'urgent' | 'plain' | 'knock', now: number): void {
    const link = this.links.begin(peer, topic.id, 'linking', now);
    link.urgent = how === 'urgent';
    link.chosen = true;
    this.emit({
      do: 'connect',
      peer,
      topic: topic.id,
      urgent: link.urgent,
      knock: how === 'knock',
    });
  }

  close({ peer }: ActiveLink, now: number): void {
    this.links.end(peer, now);
    this.patience.down(peer, 'surplus', now);
    const retryAt = this.patience.retryAt(peer);
    for (const topic of this.topics.values()) topic.searchAt = Math.min(topic.searchAt, retryAt);
    this.emit({ do: 'close', peer });
  }

  /** When a peer may be offered a link; never while it has one. @param alone the topic has no link that is up */
  readyAt(peer: PeerId, alone = false): number {
    if (peer === this.me || this.links.get(peer) !== undefined) return Number.POSITIVE_INFINITY;
    const retryAt = this.patience.retryAt(peer, alone);
    return alone ? retryAt : Math.max(retryAt, this.broken.until(peer));
  }

  /**
   * Whether an offer to a peer needs no server: neighbours have told of it, and the way has not gone since.
   * @param but a neighbour that is to go
   */
  routed({ id, known }: OverlayTopic, peer: PeerId, but?: ActiveLink): boolean {
    return known.routed(peer) && this.#leads(id, peer, but?.peer);
  }

  /** Whether the device has room for one link more, for a topic that has so many; closes another one for it if that may be. */
  room(need: Need, now: number): boolean {
    if (!this.links.full) return true;
    const spare = leastNeeded(this.links, this.#floor(need, now), now);
    if (spare !== undefined) {
      this.#roomAt = now + OVERLAY_TIMES.roomMs;
      if (need === 'few') this.#fewAt = now + between(OVERLAY_TIMES.turnMs, this.random);
      this.close(spare, now);
      return true;
    }
    const served =
      need === 'none' && now >= this.#turnAt ? longestServed(this.links, now) : undefined;
    if (served === undefined) return false;
    this.#turnAt = now + between(OVERLAY_TIMES.turnMs, this.random);
    this.close(served, now);
    return true;
  }

  #floor(need: Need, now: number): Floor {
    if (need === 'none' && now >= this.#roomAt) return 'one';
    return need === 'few' && now >= this.#fewAt ? 'least' : 'wanted';
  }

  /** Whether no other topic that could have a link has been without one for longer. */
  isNext(topic: OverlayTopic): boolean {
    for (const other of this.topics.values()) {
      const waits = other.listed && other.linkedSince === undefined && !other.dry;
      const linked = other === topic || this.links.degree(other) > 0 || other.known.size === 0;
      if (waits && !linked && other.bareSince < topic.bareSince) return false;
    }
    return true;
  }

  /** Whether the last free links are for topics that have none yet. */
  reserved(now: number): boolean {
    if (this.topics.size === 1) return false;
    if (!this.links.roomy) return true;
    let free = LINK_LIMITS.links - 1 - this.links.size;
    if (free >= this.topics.size) return false;
    for (const topic of this.topics.values()) {
      const waits = topic.listed && !topic.dry && topic.known.size > 0;
      if (waits && this.links.expected(topic, now) === 0) free--;
    }
    return free <= 0;
  }
}
