/** How a newcomer, who knows nobody yet, asks to be let in: a few peers at a time, until one admits it. */
import type { PeerId } from '@snug/shared/protocol/ids.ts';
import type { OverlayState } from './overlay-state.ts';
import { OVERLAY_TIMES } from './overlay-times.ts';
import type { OverlayTopic } from './overlay-topic.ts';
import { silentGuests } from './surplus-links.ts';
import { ask } from './topic-questions.ts';

const NEVER = Number.POSITIVE_INFINITY;

/** @returns when to look again */
export function knock(state: OverlayState, topic: OverlayTopic, now: number): number {
  return Math.min(lookAround(state, topic, now), offer(state, topic, now));
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

function offer(state: OverlayState, topic: OverlayTopic, now: number): number {
  const { links } = state;
  let linking = 0;
  for (const link of links.all) if (link.state !== 'up' && link.topic === topic.id) linking++;
  // A few unanswered knocks are enough.
  if (linking >= OVERLAY_TIMES.knocksAtOnce) return NEVER;
  const at = Math.max(answeredUntil(state, topic), linking > 0 ? topic.knockAt : 0);
  if (now < at) return at;
  const { peer, readyAt } = next(state, topic, now);
  if (peer === undefined) return readyAt;
  if (!roomForGuest(state, now)) return now + OVERLAY_TIMES.knockMs;
  topic.knockAt = now + OVERLAY_TIMES.knockMs;
  state.connect(topic, peer, 'knock', now);
  return linking + 1 < OVERLAY_TIMES.knocksAtOnce ? topic.knockAt : NEVER;
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
function answeredUntil({ links }: OverlayState, topic: OverlayTopic): number {
  let until = 0;
  for (const link of links.all) {
    if (link.state !== 'up' || link.topic !== topic.id) continue;
    until = Math.max(until, link.since + OVERLAY_TIMES.answeredMs);
  }
  return until;
}

/** Those that the invite names first. */
function next(
  state: OverlayState,
  topic: OverlayTopic,
  now: number,
): { readonly peer: PeerId | undefined; readonly readyAt: number } {
  let earliest = NEVER;
  for (const view of [topic.known, topic.strangers]) {
    for (const peer of view) {
      const readyAt = state.readyAt(peer);
      if (readyAt <= now) return { peer, readyAt };
      earliest = Math.min(earliest, readyAt);
    }
  }
  return { peer: undefined, readyAt: earliest };
}
