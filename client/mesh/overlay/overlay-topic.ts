/** What the overlay knows of one topic, and when it will next do something about it. */
import type { PeerId, Topic } from '@snug/shared/protocol/ids.ts';
import type { TopicSpec } from '../links-port.ts';
import { KnocksOverLinks } from './knocks-over-links.ts';
import { jittered, type LinkTargets, OVERLAY_SIZES, OVERLAY_TIMES } from './overlay-times.ts';
import { PartedPeers } from './parted-peers.ts';
import { PassiveView } from './passive-view.ts';

/** A set for each list, however often it is handed in. */
const SETS = new WeakMap<readonly PeerId[], ReadonlySet<PeerId>>();

function setOf(peers: readonly PeerId[]): ReadonlySet<PeerId> {
  let set = SETS.get(peers);
  if (set === undefined) {
    set = new Set(peers);
    SETS.set(peers, set);
  }
  return set;
}

export class OverlayTopic {
  readonly id: Topic;
  /** Allowed peers that are here. */
  readonly known = new PassiveView(OVERLAY_SIZES.known);
  /** Others that are here: whom to knock at, or who may be allowed later. */
  readonly strangers = new PassiveView(OVERLAY_SIZES.strangers);
  readonly parted: PartedPeers;
  readonly overLinks: KnocksOverLinks;
  readonly #me: PeerId;
  readonly #random: () => number;
  #spec: TopicSpec;
  #allowed: ReadonlySet<PeerId>;

  /** When this topic wants to be looked at again. */
  dueAt = 0;
  /** No peer can be tried before. */
  searchAt = 0;
  /** Nobody is left to try, for now. */
  dry = false;
  /** Since when it has had a link that is up, or has not. */
  linkedSince: number | undefined;
  bareSince: number;
  /** Offers that were turned away for want of room since a link last came up; and when to make the next, if there is a link. */
  turnedAway = 0;
  offerAt = 0;
  /** How many are here, as a server said last; and whether its sample was all of them. */
  size = 1;
  whole = false;

  askAt: number;
  askMs: number = OVERLAY_TIMES.askMs;
  /** Where the next question about many peers begins. */
  askFrom = 0;
  sampleAt: number;
  sampleMs: number = OVERLAY_TIMES.sampleMs;
  shortSampleAt: number;
  shortSampleMs: number = OVERLAY_TIMES.shortSampleMs;
  walkAt = 0;
  walkMs: number = OVERLAY_TIMES.walkMs;
  knockAt: number;
  lookAt: number;
  seekAt = 0;
  seeking: PeerId | undefined;
  chooseAt: number;
  /** Drawn to be linked to, as soon as the mesh leads there or it has waited for long enough. */
  drawn: { readonly peer: PeerId; readonly at: number } | undefined;
  mixAt: number;
  mixMs: number = OVERLAY_TIMES.mixMs;
  /** A walk is under way whose find is to be mixed in. */
  mixing = false;
  /** The link that came of it. */
  mixed: PeerId | undefined;
  measuredAt = Number.POSITIVE_INFINITY;
  /** Until then it may hold more links than it should. */
  shrinkAt = 0;

  constructor(spec: TopicSpec, me: PeerId, random: () => number, now: number) {
    this.id = spec.topic;
    this.parted = new PartedPeers(random);
    this.overLinks = new KnocksOverLinks(random);
    this.#me = me;
    this.#random = random;
    this.#spec = spec;
    this.#allowed = setOf(spec.allowed);
    this.bareSince = now;
    this.knockAt = now;
    this.lookAt = now + this.jittered(OVERLAY_TIMES.lookMs.early);
    this.askAt = now + this.jittered(this.askMs);
    this.sampleAt = now + this.#spread(this.sampleMs);
    this.shortSampleAt = now + this.jittered(this.#aloneMs(now));
    this.chooseAt = now + this.jittered(OVERLAY_TIMES.chooseMs);
    this.mixAt = now + this.jittered(OVERLAY_TIMES.mixMs);
  }

  get spec(): TopicSpec {
    return this.#spec;
  }

  get allowed(): ReadonlySet<PeerId> {
    return this.#allowed;
  }

  get targets(): LinkTargets {
    return this.#spec.background === true ? OVERLAY_SIZES.background : OVERLAY_SIZES.shown;
  }

  /** Whether links are held for it. */
  get listed(): boolean {
    return this.#spec.initiate === 'listed';
  }

  /** Peers besides this device that it could be linked to, here or not. */
  get others(): number {
    return this.#allowed.size - (this.#allowed.has(this.#me) ? 1 : 0);
  }

  jittered(ms: number): number {
    return jittered(ms, this.#random);
  }

  setSpec(spec: TopicSpec, now: number): void {
    const before = this.#spec;
    this.#spec = spec;
    if (before.background !== spec.background) this.shrinkAt = now + OVERLAY_TIMES.shrinkMs;
    const allowed = setOf(spec.allowed);
    if (allowed !== this.#allowed) this.#allow(allowed, now);
    if (before.initiate !== spec.initiate) {
      this.searchAt = now;
      this.askSoon(now);
    }
  }

  /** Whether it was news. */
  found(peer: PeerId, now: number): boolean {
    if (peer === this.#me) return false;
    if (!this.#allowed.has(peer)) {
      const { strangers } = this;
      if (strangers.size < OVERLAY_SIZES.strangers) strangers.add(peer, this.#random);
      return false;
    }
    this.searchAt = Math.min(this.searchAt, now);
    return this.known.add(peer, this.#random);
  }

  lose(peer: PeerId): void {
    this.known.delete(peer);
    this.strangers.delete(peer);
    this.parted.forget(peer);
  }

  /** Others have links enough. Where all devices do (`crowded`), asking all of them in a row helps nobody. */
  wasTurnedAway(crowded: boolean, now: number): void {
    this.turnedAway++;
    const longest = crowded ? OVERLAY_TIMES.restMs.most : OVERLAY_TIMES.staggerMs;
    this.offerAt = now + this.jittered(Math.min(longest, 250 * 2 ** this.turnedAway));
  }

  askSoon(now: number): void {
    this.askMs = OVERLAY_TIMES.askMs;
    this.askAt = Math.min(this.askAt, now + 500 + this.#random() * 500);
  }

  /** A server answered with a sample. */
  sampled(size: number, peers: readonly PeerId[], news: boolean, now: number): void {
    this.size = size;
    this.whole = size - 1 <= peers.length;
    this.askMs = OVERLAY_TIMES.askMs;
    // When the sample is the whole room there is nothing more to learn.
    this.askAt = this.whole ? now + this.jittered(this.askMs) : now;
    if (news) this.shortSampleMs = OVERLAY_TIMES.shortSampleMs;
    this.waitForSample(now);
  }

  waitForSample(now: number): void {
    this.sampleAt = now + this.#spread(this.sampleMs);
    const alone = this.linkedSince === undefined;
    this.shortSampleAt = now + this.jittered(alone ? this.#aloneMs(now) : this.shortSampleMs);
  }

  /** Between a quarter and seven quarters of it: of many who joined together somebody always looks soon, for that is enough. */
  #spread(ms: number): number {
    return ms * (0.25 + 1.5 * this.#random());
  }

  sampleSoon(now: number): void {
    this.sampleMs = OVERLAY_TIMES.sampleMs;
    this.sampleAt = Math.min(this.sampleAt, now + this.jittered(2_000));
  }

  /** Whether a link of it is up now. */
  setLinked(linked: boolean, now: number): void {
    if (linked === (this.linkedSince !== undefined)) return;
    this.walkMs = OVERLAY_TIMES.walkMs;
    this.walkAt = now;
    if (linked) {
      this.linkedSince = now;
      return;
    }
    this.linkedSince = undefined;
    this.bareSince = now;
    this.searchAt = now;
    this.shortSampleMs = OVERLAY_TIMES.shortSampleMs;
    this.shortSampleAt = Math.min(this.shortSampleAt, now + this.jittered(this.#aloneMs(now)));
  }

  #aloneMs(now: number): number {
    const { early, earlyForMs, late, background } = OVERLAY_TIMES.aloneMs;
    const ms = now < this.bareSince + earlyForMs ? early : late;
    return this.#spec.background === true ? ms * background : ms;
  }

  #allow(allowed: ReadonlySet<PeerId>, now: number): void {
    const before = this.#allowed;
    this.#allowed = allowed;
    for (const peer of [...this.known]) {
      if (allowed.has(peer)) continue;
      this.lose(peer);
      this.strangers.add(peer, this.#random);
    }
    let added = false;
    for (const peer of allowed) {
      if (before.has(peer)) continue;
      added = true;
      if (this.strangers.delete(peer)) this.found(peer, now);
    }
    if (added) this.askSoon(now);
  }
}
