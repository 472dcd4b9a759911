/** Links of one topic: found, sought although there are enough, exchanged now and then, and given up. */
import type { PeerId } from '@snug/shared/protocol/ids.ts';
import type { ActiveLink } from './active-view.ts';
import type { Need, OverlayState } from './overlay-state.ts';
import { between, OVERLAY_TIMES } from './overlay-times.ts';
import type { OverlayTopic } from './overlay-topic.ts';
import type { PassiveView } from './passive-view.ts';
import { costliest, oneTooMany } from './surplus-links.ts';

const NEVER = Number.POSITIVE_INFINITY;
/** Views up to this size are weighed whole, of larger ones so many peers drawn by lot. */
const SMALL = 32;
const DRAWN = 16;
/** In a view larger than this, who is near the first neighbour is not taken before who is far. */
const INTIMATE = 8;
/** How often a neighbour is exchanged for one that only a server knows. */
const BY_SERVER = 1 / 32;
/**
 * How long a way over the mesh to a peer that was drawn is waited for, ms: with a link of this device's choice, and with none.
 */
const DRAWN_MS = { some: 600_000, none: 30_000 };
/** When to look again after nothing could be done for want of room, ms. */
const LOOK_AGAIN = { bare: 2_000, short: 10_000 };

/** Offers links until there are enough. @returns when to look again */
export function fill(state: OverlayState, topic: OverlayTopic, now: number): number {
  const { links } = state;
  const { wanted } = topic.targets;
  topic.dry = false;
  const settled = (topic.linkedSince ?? 0) + OVERLAY_TIMES.settleMs;
  for (;;) {
    const expected = links.expected(topic, now);
    const full = links.degree(topic) >= topic.targets.most;
    if (expected - links.hopeless(topic, now) >= wanted || full)
      return links.expectedUntil(topic, now);
    if (topic.linkedSince === undefined) {
      const steps = Math.floor((now - topic.bareSince) / OVERLAY_TIMES.staggerMs);
      if (expected >= 2 + steps) return topic.bareSince + (steps + 1) * OVERLAY_TIMES.staggerMs;
    } else if (now < settled && topic.known.size > INTIMATE) return settled;
    else if (now < topic.offerAt) return topic.offerAt;
    const bare = expected === 0;
    const few = expected <= topic.targets.least;
    const held = few ? links.roomy && state.reserved(now) : state.reserved(now);
    if (!bare && now >= topic.searchAt && held) return now + LOOK_AGAIN.short;
    const peer = now < topic.searchAt ? undefined : candidate(state, topic, now);
    if (peer === undefined) {
      topic.dry = true;
      return Math.min(topic.searchAt, links.expectedUntil(topic, now));
    }
    if (!state.room(needOf(state, topic, expected), now))
      return now + (bare ? LOOK_AGAIN.bare : LOOK_AGAIN.short);
    state.connect(topic, peer, isUrgent(state, topic) ? 'urgent' : 'plain', now);
  }
}

function needOf(state: OverlayState, topic: OverlayTopic, links: number): Need {
  if (links === 0) return state.isNext(topic) ? 'none' : 'some';
  return links <= topic.targets.least ? 'few' : 'some';
}

/** One offer of a topic says that it is urgent, so that one neighbour, not five, makes room. */
function isUrgent({ links }: OverlayState, topic: OverlayTopic): boolean {
  for (const { urgent, state, topic: begun } of links.all)
    if (urgent && state !== 'up' && begun === topic.id) return false;
  const up = links.up(topic);
  return up === 0 || (up === 1 && topic.turnedAway > 0);
}

/** Whom to offer a link: who serves most topics that want one, and rather by the mesh than by a server; else by lot. */
function candidate(state: OverlayState, topic: OverlayTopic, now: number): PeerId | undefined {
  const { known } = topic;
  const { size } = known;
  let best: PeerId | undefined;
  let most = Number.NEGATIVE_INFINITY;
  const others = othersInWant(state, topic);
  const weigh = (peer: PeerId): void => {
    let weight = (state.routed(topic, peer) ? 3 : 0) + state.random();
    for (const other of others) if (other.known.has(peer)) weight += other.worth;
    if (weight <= most) return;
    most = weight;
    best = peer;
  };
  if (size > SMALL) {
    for (let i = 0; i < DRAWN; i++) {
      const peer = known.at(Math.floor(state.random() * size));
      if (peer !== undefined && readyAt(state, topic, peer, now) <= now) weigh(peer);
    }
    if (best !== undefined) return best;
  }
  let earliest = NEVER;
  for (const peer of known) {
    const ready = readyAt(state, topic, peer, now);
    earliest = Math.min(earliest, ready);
    if (ready <= now) weigh(peer);
  }
  if (best === undefined) topic.searchAt = earliest;
  return best;
}

/** Right after the first link is up the mesh says who else there is, and carries signals: so a server need not. */
function readyAt(state: OverlayState, topic: OverlayTopic, peer: PeerId, now: number): number {
  const since = topic.linkedSince;
  const ready = state.readyAt(peer, since === undefined);
  if (since === undefined || now >= since + OVERLAY_TIMES.meshFirstMs) return ready;
  return state.routed(topic, peer) ? ready : Math.max(ready, since + OVERLAY_TIMES.meshFirstMs);
}

/** What a link is worth to other topics: more where one is wanted, less where there are too many. */
function othersInWant(
  state: OverlayState,
  topic: OverlayTopic,
): readonly { readonly known: PassiveView; readonly worth: number }[] {
  const others: { known: PassiveView; worth: number }[] = [];
  for (const other of state.topics.values()) {
    if (other === topic || !other.listed) continue;
    const degree = state.links.degree(other);
    const { wanted, most } = other.targets;
    const worth = degree === 0 ? 3 : degree < wanted ? 2 : degree < most ? 0 : -2;
    if (worth !== 0) others.push({ known: other.known, worth });
  }
  return others;
}

/** Tries one peer that may be in another piece of the mesh, though there are links enough. @returns when to look again */
export function seek(state: OverlayState, topic: OverlayTopic, now: number): number {
  const { links } = state;
  const seeking = topic.seeking && links.get(topic.seeking);
  if (seeking?.state === 'linking') {
    const patient = seeking.since + OVERLAY_TIMES.seekingMs;
    if (now < patient) return patient;
  }
  if (topic.linkedSince === undefined) return NEVER;
  const settled = topic.linkedSince + OVERLAY_TIMES.unheardMs;
  const at = Math.max(topic.parted.seekAt, topic.seekAt, settled);
  if (now < at) return at;
  topic.seekAt = now + between(OVERLAY_TIMES.seekMs, state.random);
  const degree = links.degree(topic);
  if (degree >= topic.targets.most) return topic.seekAt;
  if (!state.room(needOf(state, topic, degree), now)) return topic.seekAt;
  const next = topic.parted.next(
    now,
    (each) => links.get(each) === undefined,
    (each) => state.routed(topic, each),
  );
  if (next === undefined) return Math.max(topic.parted.seekAt, topic.seekAt);
  if (next.by === 'walk') {
    state.emit({ do: 'walk', topic: topic.id });
    return Math.max(topic.parted.seekAt, topic.seekAt);
  }
  topic.seeking = next.peer;
  state.connect(topic, next.peer, next.lost ? 'urgent' : 'plain', now);
  return Math.max(topic.parted.seekAt, now + OVERLAY_TIMES.seekingMs);
}

/** Sees to it that a few links are with peers of this device's choice, whoever offers the others. @returns when to look again */
export function choose(state: OverlayState, topic: OverlayTopic, now: number): number {
  const { links } = state;
  const { most, chosen } = topic.targets;
  if (topic.linkedSince === undefined || links.chosen(topic).length >= chosen) return NEVER;
  if (now < topic.chooseAt) return topic.chooseAt;
  topic.chooseAt = now + topic.jittered(OVERLAY_TIMES.chooseMs);
  const own = links.chosen(topic).length;
  // The last from all that are known: of whom the mesh tells is up to the neighbours.
  const told = own + 1 < chosen && state.random() < 0.5;
  const full = links.degree(topic) >= most;
  const gives = full ? oneTooMany(links, topic, 'least', now) : undefined;
  if (full && gives === undefined) return topic.chooseAt;
  const other = told ? anyOther(state, topic, now, gives) : undefined;
  const peer = other ?? drawn(state, topic, now, gives);
  if (peer === undefined) return topic.chooseAt;
  if (gives !== undefined) state.close(gives, now);
  if (state.room('some', now)) state.connect(topic, peer, 'plain', now);
  return topic.chooseAt;
}

/**
 * One of all that are known, whoever told of it. Where no way leads there a walk may find one; a server is not bothered at once, but in
 * the end it is: else the neighbours could see to it that only they and theirs are ever chosen.
 */
function drawn(
  state: OverlayState,
  topic: OverlayTopic,
  now: number,
  but: ActiveLink | undefined,
): PeerId | undefined {
  const waits = topic.drawn !== undefined && state.readyAt(topic.drawn.peer) <= now;
  if (!waits || (topic.drawn && !topic.known.has(topic.drawn.peer))) {
    const ready = [...topic.known].filter((peer) => state.readyAt(peer) <= now);
    const peer = ready[Math.floor(state.random() * ready.length)];
    topic.drawn = peer && { peer, at: now };
  }
  if (topic.drawn === undefined) return undefined;
  const { peer, at } = topic.drawn;
  const patient = state.links.chosen(topic).length > 0 ? DRAWN_MS.some : DRAWN_MS.none;
  if (!state.routed(topic, peer, but) && now < at + patient) {
    state.emit({ do: 'walk', topic: topic.id });
    return undefined;
  }
  topic.drawn = undefined;
  return peer;
}

/** Exchanges a neighbour now and then, so that the mesh stays random and its links become good. @returns when to look again */
export function mix(state: OverlayState, topic: OverlayTopic, now: number): number {
  const { links } = state;
  const { wanted, most } = topic.targets;
  if (now >= topic.measuredAt) {
    topic.measuredAt = NEVER;
    const link = costliest(links, topic, now);
    if (link !== undefined) state.close(link, now);
  }
  if (now >= topic.mixAt) {
    const enough = links.up(topic) >= wanted && topic.others > links.degree(topic);
    if (enough && !topic.mixing && now < state.mixFrom) {
      topic.mixAt = state.mixFrom + state.random() * OVERLAY_TIMES.mixMs;
    } else if (enough && !topic.mixing) {
      topic.mixing = true;
      state.mixFrom = now + 0.5 * OVERLAY_TIMES.mixMs;
      topic.mixAt = now + OVERLAY_TIMES.mixWalkMs;
      state.emit({ do: 'walk', topic: topic.id });
    } else {
      topic.mixing = false;
      topic.mixAt = now + topic.jittered(topic.mixMs);
      topic.mixMs = Math.min(topic.mixMs * 2, OVERLAY_TIMES.longestMixMs);
      const room = links.roomy && links.degree(topic) < most;
      const peer = enough && room ? anyOther(state, topic, now) : undefined;
      if (peer !== undefined) {
        topic.mixed = peer;
        state.connect(topic, peer, 'plain', now);
      } else if (enough && !room) topic.measuredAt = now + OVERLAY_TIMES.measureMs;
    }
  }
  return Math.min(topic.mixAt, topic.measuredAt);
}

function anyOther(
  state: OverlayState,
  topic: OverlayTopic,
  now: number,
  but?: ActiveLink,
): PeerId | undefined {
  const { known } = topic;
  const byServer = state.random() < BY_SERVER;
  for (let i = 0; i < 3 * DRAWN; i++) {
    const peer = known.at(Math.floor(state.random() * known.size));
    if (peer === undefined || state.readyAt(peer) > now) continue;
    if (byServer || state.routed(topic, peer, but)) return peer;
  }
  return undefined;
}

/**
 * Gives up what is more than a topic may hold. Links that serve others too stay: their other ends would have to replace
 * them, and whom they then choose would have one too many in turn. @returns when to look again
 */
export function trim(state: OverlayState, topic: OverlayTopic, now: number): number {
  const { links } = state;
  while (links.degree(topic) > topic.targets.most) {
    if (now < topic.shrinkAt) return topic.shrinkAt;
    const kept = links.chosen(topic);
    const own = links.settled(topic, now).filter((link) => link.serves.size === 1);
    const link = links.worst(own.filter((each) => !kept.includes(each)));
    if (link === undefined) return now + LOOK_AGAIN.short;
    state.close(link, now);
  }
  return NEVER;
}
