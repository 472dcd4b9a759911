/** Which links that others begin are accepted. */
import type { PeerId, Topic } from '@snug/shared/protocol/ids.ts';
import { LINK_LIMITS } from '@snug/shared/protocol/limits.ts';
import { roomForGuest } from './knocking.ts';
import type { OverlayInput } from './overlay-inputs.ts';
import type { OverlayState } from './overlay-state.ts';
import { OVERLAY_SIZES, OVERLAY_TIMES } from './overlay-times.ts';
import type { OverlayTopic } from './overlay-topic.ts';
import { leastNeeded, longestServed, oneTooMany, silentGuests } from './surplus-links.ts';

type Offered = Extract<OverlayInput, { is: 'offered' }>;

/** Whether a link that a peer offers is accepted; its place is then kept for a while. Makes room where it must. */
export function judge(
  state: OverlayState,
  { peer, topic: id, urgent }: Offered,
  now: number,
): boolean {
  const { links, patience, topics } = state;
  if (patience.ending(peer) === 'misbehaved' && now < patience.retryAt(peer)) return false;
  const link = links.get(peer);
  if (link !== undefined) {
    // It takes the place of the one there is.
    link.replacedUntil = now + OVERLAY_TIMES.promiseMs;
    return true;
  }
  const topic = topics.get(id);
  // Whoever has only such neighbours takes them.
  const enough = topic !== undefined && links.up(topic) >= topic.targets.least;
  if (enough && now < state.broken.until(peer)) return false;
  const serves = topic?.listed === true && topic.allowed.has(peer);
  const room = serves
    ? roomIn(state, topic, urgent, now)
    : topic !== undefined && roomForGuest(state, now);
  if (room) links.begin(peer, id, 'promised', now);
  return room;
}

function roomIn(state: OverlayState, topic: OverlayTopic, urgent: boolean, now: number): boolean {
  const { links } = state;
  const { wanted, most } = topic.targets;
  const degree = links.degree(topic);
  if (degree >= most) {
    if (!urgent) return false;
    const link = oneTooMany(links, topic, 'least', now);
    if (link !== undefined) state.close(link, now);
    // A topic holds more only where links that others need make it so many, and as long as the device may.
    const shared = links.degree(topic) - links.own(topic) > 0;
    return link !== undefined || (shared && state.room('none', now));
  }
  if (urgent ? !links.full : links.roomy) return true;
  return (urgent || degree < wanted) && state.room(urgent || degree === 0 ? 'none' : 'some', now);
}

/** A link has begun. Whoever began it may not have asked first. */
export function begun(state: OverlayState, peer: PeerId, topic: Topic, now: number): void {
  const { links } = state;
  const link = links.get(peer);
  if (link?.state === 'linking' && link.topic === topic) return;
  const made = links.begin(peer, topic, 'linking', now);
  if (links.size > LINK_LIMITS.links) {
    const other = leastNeeded(links, 'one', now) ?? longestServed(links, now) ?? made;
    state.close(other, now);
  } else if (links.guests.length > OVERLAY_SIZES.guests) {
    state.close(silentGuests(links, now)[0] ?? made, now);
  }
}
