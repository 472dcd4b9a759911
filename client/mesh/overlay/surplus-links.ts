/** Which link to give up so that a better or more needed one has room. */
import type { ActiveLink, ActiveView, Floor } from './active-view.ts';
import { OVERLAY_TIMES } from './overlay-times.ts';
import type { OverlayTopic } from './overlay-topic.ts';

/**
 * One of a topic that has too many, if its other topics keep so many without it; the oldest if all are young. None of the few
 * that this device chose: whoever wants its place may say what it likes.
 */
export function oneTooMany(
  view: ActiveView,
  topic: OverlayTopic,
  floor: Floor,
  now: number,
): ActiveLink | undefined {
  const kept = view.chosen(topic);
  const spare = (link: ActiveLink) => !kept.includes(link) && view.spares(link, floor, topic);
  const links = view.settled(topic, now);
  const worst = view.worst(links.filter(spare));
  if (worst !== undefined || links.length > 0) return worst;
  return [...view.all]
    .filter((link) => link.state === 'up' && link.serves.has(topic) && spare(link))
    .sort((a, b) => a.since - b.since)[0];
}

/**
 * The costliest of a topic that has more than it wants, if no other topic misses it. The one that is held longest and
 * one by lot are kept whatever they cost, as are the few of this device's choice: links by cost alone fall into clusters.
 */
export function costliest(
  view: ActiveView,
  topic: OverlayTopic,
  now: number,
): ActiveLink | undefined {
  if (view.up(topic) <= topic.targets.wanted) return undefined;
  const links = view.settled(topic, now);
  const [oldest, ...rest] = links.sort((a, b) => a.since - b.since);
  const [drawn, ...others] = rest.sort((a, b) => a.lot - b.lot);
  if (oldest === undefined || drawn === undefined) return undefined;
  const kept = view.chosen(topic);
  return view.worst(
    others.filter((link) => !kept.includes(link) && view.spares(link, 'wanted', topic)),
  );
}

/** A link of any topic, or of none, to make room on the device; `floor` says how much its topics must keep. */
export function leastNeeded(view: ActiveView, floor: Floor, now: number): ActiveLink | undefined {
  const guest = view.worst(silentGuests(view, now));
  if (guest !== undefined) return guest;
  const links = view.settled(undefined, now);
  const floors: readonly Floor[] = ['wanted', 'least', 'one'];
  for (const each of floors.slice(0, floors.indexOf(floor) + 1)) {
    const worst = view.worst(
      links.filter((link) => link.serves.size > 0 && view.spares(link, each, undefined)),
    );
    if (worst !== undefined) return worst;
  }
  return undefined;
}

/** Where each link is the only one of some topic: the one that has served longest of those that serve fewest. */
export function longestServed(view: ActiveView, now: number): ActiveLink | undefined {
  let chosen: ActiveLink | undefined;
  let fewest = Number.POSITIVE_INFINITY;
  for (const link of view.settled(undefined, now)) {
    const serves = link.serves.size;
    if (now < link.since + OVERLAY_TIMES.turnMs.least) continue;
    const better =
      serves < fewest || (serves === fewest && chosen !== undefined && link.since < chosen.since);
    if (!better) continue;
    chosen = link;
    fewest = serves;
  }
  return chosen;
}

/** Strangers who have been let in and have become nothing since. */
export function silentGuests(view: ActiveView, now: number): ActiveLink[] {
  return view.guests.filter(
    ({ state, since }) => state === 'up' && now >= since + OVERLAY_TIMES.guestMs,
  );
}
