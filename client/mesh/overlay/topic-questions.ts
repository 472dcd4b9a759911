/** How a topic learns who is here: questions and samples from servers, walks through the mesh. Quiet rooms ask little. */
import type { PeerId } from '@snug/shared/protocol/ids.ts';
import { SIGNALING_LIMITS } from '@snug/shared/protocol/limits.ts';
import type { OverlayState } from './overlay-state.ts';
import { OVERLAY_TIMES } from './overlay-times.ts';
import type { OverlayTopic } from './overlay-topic.ts';

const NEVER = Number.POSITIVE_INFINITY;

/** @returns when to look again */
export function learn(state: OverlayState, topic: OverlayTopic, now: number): number {
  const degree = state.links.degree(topic);
  // Everybody is linked, so there is nobody to learn of.
  if (topic.others <= degree) return NEVER;
  const short = degree < topic.targets.wanted;
  return Math.min(
    sample(state, topic, short, now),
    short && topic.dry ? ask(state, topic, now) : NEVER,
    short && topic.linkedSince !== undefined ? walk(state, topic, now) : NEVER,
  );
}

function sample(state: OverlayState, topic: OverlayTopic, short: boolean, now: number): number {
  const alone = topic.linkedSince === undefined;
  const soon = short && topic.dry && (alone || !topic.whole);
  const at = soon ? Math.min(topic.sampleAt, topic.shortSampleAt) : topic.sampleAt;
  if (now < at) return at;
  state.emit({ do: 'sample', topic: topic.id });
  topic.sampleMs = Math.min(topic.sampleMs * 2, OVERLAY_TIMES.longestSampleMs);
  if (soon && !alone) {
    const { longestShortSampleMs } = OVERLAY_TIMES;
    topic.shortSampleMs = Math.min(topic.shortSampleMs * 2, longestShortSampleMs);
  }
  topic.waitForSample(now);
  return soon ? Math.min(topic.sampleAt, topic.shortSampleAt) : topic.sampleAt;
}

function walk(state: OverlayState, topic: OverlayTopic, now: number): number {
  if (now < topic.walkAt) return topic.walkAt;
  state.emit({ do: 'walk', topic: topic.id });
  topic.walkAt = now + topic.jittered(topic.walkMs);
  topic.walkMs = Math.min(topic.walkMs * 2, OVERLAY_TIMES.longestWalkMs);
  return topic.walkAt;
}

/** Whether allowed peers without a link are here. Those who come offer by themselves, so this only mends what went wrong. */
export function ask(state: OverlayState, topic: OverlayTopic, now: number): number {
  if (now < topic.askAt) return topic.askAt;
  topic.askAt = now + topic.jittered(topic.askMs);
  topic.askMs = Math.min(topic.askMs * 2, OVERLAY_TIMES.longestAskMs);
  const missing = [...topic.allowed].filter((peer) => isMissing(state, topic, peer));
  if (missing.length === 0) return topic.askAt;
  const start = topic.askFrom % missing.length;
  const around = [...missing.slice(start), ...missing.slice(0, start)];
  const peers = around.slice(0, SIGNALING_LIMITS.hereQuestion);
  topic.askFrom = start + peers.length;
  state.emit({ do: 'ask', topic: topic.id, peers });
  return topic.askAt;
}

function isMissing(state: OverlayState, topic: OverlayTopic, peer: PeerId): boolean {
  if (peer === state.me || state.links.get(peer) !== undefined) return false;
  return !topic.known.has(peer) || state.patience.failures(peer) > 0;
}
