/** How a newcomer, who knows nobody in a space yet, asks to be let in: a few peers at a time, until one admits it. */
import type { PeerId } from '@snug/shared/protocol/ids.ts';
import type { ActiveLink } from './active-view.ts';
import type { OverlayState } from './overlay-state.ts';
import { OVERLAY_TIMES } from './overlay-times.ts';
import type { OverlayTopic } from './overlay-topic.ts';
import { oneTooMany, silentGuests } from './surplus-links.ts';
import { ask } from './topic-questions.ts';

const NEVER = Number.POSITIVE_INFINITY;

/** @returns when to look again */
export function knock(state: OverlayState, topic: OverlayTopic, now: number): number {
  topic.overLinks.lapse(now);
  return Math.min(
    lookAround(state, topic, now),
    lookThroughMesh(state, topic, now),
    knockNext(state, topic, now),
    topic.overLinks.lapseAt,
  );
}

/** Who waits in a lobby offers nothing, and no server tells of those who come: a newcomer has to ask, and people wait. */
function lookAround(state: OverlayState, topic: OverlayTopic, now: number): number {
  const at = Math.max(answeredUntil(state, topic), topic.lookAt);
  if (now < at) return at;
  state.emit({ do: 'sample', topic: topic.id });
  topic.askAt = Math.min(topic.askAt, now);
  ask(state, topic, now);
  const { early, earlyForMs, late } = OVERLAY_TIMES.lookMs;
  topic.lookAt = now + topic.jittered(now < topic.bareSince + earlyForMs ? early : late);
  return topic.lookAt;
}

/** Where the invite names somebody of another space to whom no way over its mesh is known, a walk there may find one. */
function lookThroughMesh(state: OverlayState, topic: OverlayTopic, now: number): number {
  const at = Math.max(answeredUntil(state, topic), topic.walkAt);
  if (now < at) return at;
  const { topics, links } = state;
  const unlinked = [...topic.allowed].filter((peer) => links.get(peer) === undefined);
  for (const { id, listed, allowed, known } of topics.values()) {
    const sought = (peer: PeerId) => allowed.has(peer) && !known.routed(peer);
    if (listed && unlinked.some(sought)) state.emit({ do: 'walk', topic: id });
  }
  topic.walkAt = now + topic.jittered(topic.walkMs);
  topic.walkMs = Math.min(topic.walkMs * 2, OVERLAY_TIMES.lookMs.late);
  return topic.walkAt;
}

function knockNext(state: OverlayState, topic: OverlayTopic, now: number): number {
  const underWay = beingLinked(state, topic) + topic.overLinks.unanswered;
  // A few unanswered knocks are enough.
  if (underWay >= OVERLAY_TIMES.knocksAtOnce) return NEVER;
  const at = Math.max(answeredUntil(state, topic), underWay > 0 ? topic.knockAt : 0);
  if (now < at) return at;
  const next = takeNext(state, topic, now);
  if (next !== 'taken') return next;
  topic.knockAt = now + OVERLAY_TIMES.knockMs;
  return underWay + 1 < OVERLAY_TIMES.knocksAtOnce ? topic.knockAt : NEVER;
}

/** Links that are being made so that a knock can be answered. */
function beingLinked({ links }: OverlayState, topic: OverlayTopic): number {
  let count = 0;
  for (const { state, topic: begun, peer } of links.all)
    if (state !== 'up' && (begun === topic.id || topic.allowed.has(peer))) count++;
  return count;
}

/** Whether there is room for a link that serves no topic, at either end of a knock; made, if others had their time. */
export function roomForGuest(state: OverlayState, now: number): boolean {
  if (state.links.guestsFull) {
    const silent = silentGuests(state.links, now).sort((a, b) => a.since - b.since)[0];
    if (silent === undefined) return false;
    state.close(silent, now);
  }
  return state.room('some', now);
}

/**
 * A knock that one peer has answered needs no other for a while. Whoever was let in by then no longer knocks; who
 * still does was let in by somebody who cannot admit, or will not.
 */
function answeredUntil(state: OverlayState, topic: OverlayTopic): number {
  let until = topic.overLinks.answeredUntil;
  for (const link of state.links.all) {
    if (link.state !== 'up' || !answers(state, topic, link)) continue;
    until = Math.max(until, link.since + OVERLAY_TIMES.answeredMs);
  }
  return until;
}

/**
 * Whether a link came of a knock that was let in. One that began with a knock at somebody who knows this device from
 * another space did not: they take its offer without asking what for.
 */
function answers(state: OverlayState, topic: OverlayTopic, link: ActiveLink): boolean {
  return link.topic === topic.id && !isListed(state, link.peer);
}

function isListed({ topics }: OverlayState, peer: PeerId): boolean {
  for (const { listed, allowed } of topics.values()) if (listed && allowed.has(peer)) return true;
  return false;
}

// Whom to knock at, and how

type Way =
  /** Over the link that there is. */
  | { readonly by: 'link'; readonly peer: PeerId }
  /** In the offer of a link. */
  | { readonly by: 'offer'; readonly peer: PeerId }
  /** By a link in another topic, for which no server is needed; the knock follows over that link. */
  | { readonly by: 'other topic'; readonly peer: PeerId; readonly other: OverlayTopic };

/** Knocks at one peer. @returns otherwise when that may be possible */
function takeNext(state: OverlayState, topic: OverlayTopic, now: number): 'taken' | number {
  let earliest = NEVER;
  const noRoom = new Set<Way['by']>();
  for (const way of ways(state, topic)) {
    const readyAt = way.by === 'link' ? topic.overLinks.readyAt(way.peer) : state.readyAt(way.peer);
    earliest = Math.min(earliest, readyAt);
    if (readyAt > now || noRoom.has(way.by)) continue;
    if (take(state, topic, way, now)) return 'taken';
    noRoom.add(way.by);
  }
  return noRoom.size > 0 ? now + OVERLAY_TIMES.knockMs : earliest;
}

/**
 * Those that the invite names come first. A peer whom neither the invite names nor a server has seen in the lobby is not asked,
 * so nobody hears of a lobby by a knock who is not in it.
 */
function* ways(state: OverlayState, topic: OverlayTopic): Generator<Way> {
  const { links } = state;
  const late: Way[] = [];
  for (const link of links.all) {
    const { peer } = link;
    const named = topic.allowed.has(peer);
    if (link.state !== 'up' || !(named || topic.strangers.has(peer))) continue;
    const first = !answers(state, topic, link) && (named || isListed(state, peer));
    if (first) yield { by: 'link', peer };
    else late.push({ by: 'link', peer });
  }
  for (const peer of topic.allowed) {
    const other = links.get(peer) === undefined ? otherTopic(state, topic, peer) : undefined;
    if (other !== undefined) yield { by: 'other topic', peer, other };
  }
  for (const view of [topic.known, topic.strangers])
    for (const peer of view) if (links.get(peer) === undefined) yield { by: 'offer', peer };
  // One at a time: whoever keeps silent here keeps nobody else waiting.
  if (topic.overLinks.unanswered === 0) yield* late;
}

/** Where else a peer is known who is not linked: rather by the mesh than by a server, and rather in the lobby than there. */
function otherTopic(
  state: OverlayState,
  lobby: OverlayTopic,
  peer: PeerId,
): OverlayTopic | undefined {
  const seenInLobby = lobby.known.has(peer);
  // They have links enough there, but may have room for a guest.
  if (seenInLobby && state.patience.ending(peer) === 'full') return undefined;
  for (const other of state.topics.values()) {
    if (!other.listed || !other.known.has(peer)) continue;
    if (!seenInLobby || other.known.routed(peer)) return other;
  }
  return undefined;
}

/** False: there is no room for it. */
function take(state: OverlayState, topic: OverlayTopic, way: Way, now: number): boolean {
  const { peer } = way;
  switch (way.by) {
    case 'link':
      topic.overLinks.asked(peer, now);
      state.emit({ do: 'knock', peer, topic: topic.id });
      return true;
    case 'offer':
      if (!roomForGuest(state, now)) return false;
      state.connect(topic, peer, 'knock', now);
      return true;
    case 'other topic':
      if (!roomIn(state, way.other, now)) return false;
      state.connect(way.other, peer, 'urgent', now);
      return true;
  }
}

/** A topic holds no more links for a knock's sake: one of them gives way. */
function roomIn(state: OverlayState, other: OverlayTopic, now: number): boolean {
  const { links } = state;
  if (links.degree(other) < other.targets.most) return state.room('some', now);
  const link = oneTooMany(links, other, 'least', now);
  if (link === undefined) return false;
  state.close(link, now);
  return true;
}
