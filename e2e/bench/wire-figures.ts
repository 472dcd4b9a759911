/** W1, W3, A1 and Q1 from what came over the links of a room while somebody wrote, and while nobody did. */
import type { Wire } from './wire-meter.ts';

/** What W1 stands beside in a room of 30: automerge-repo 2.5.6 over a full mesh, unsigned and unsealed, bytes a delivery. */
export const AUTOMERGE_REPO_AT_30 = 13_310;
/** What Q1 stands beside: stock sync after one lost message, frames a second and peer. */
export const STOCK_SYNC_AFTER_LOSS = 170;

export interface RoomWire {
  readonly writing: Wire;
  readonly idle: Wire;
  /** Messages that came to one of the metered peers from another, each once. */
  readonly deliveries: number;
  /** Metered. */
  readonly peers: number;
}

function framesOf({ classes }: Wire): number {
  return Object.values(classes).reduce((sum, { frames }) => sum + frames, 0);
}

/**
 * W1: bytes a delivery of entries, announcements, grafts and prunings, with what links add to them. A delivery is here one that was
 * pushed: what came by a repair brought its bytes elsewhere, and would make those of the tree look fewer. Of acknowledgements
 * that rode on nothing those count that were not there when nobody wrote, in proportion to the frames. NaN where nothing was
 * pushed.
 */
export function bytesPerDelivery({ writing, idle, deliveries }: RoomWire): number {
  const { entries, tree } = writing.classes;
  const usual = (idle.overheadBytes / idle.ms) * writing.ms;
  const acknowledgements = Math.max(0, writing.overheadBytes - usual);
  const part = (entries.frames + tree.frames) / Math.max(1, framesOf(writing));
  const pushed = Math.min(writing.arrivals.pushed, deliveries);
  return pushed === 0
    ? Number.NaN
    : (entries.bytes + tree.bytes + acknowledgements * part) / pushed;
}

/** W3: entries that came, in whatever way, to who held them, a delivery. */
export function duplicatesPerDelivery({ writing, deliveries }: RoomWire): number {
  return writing.arrivals.again / deliveries;
}

/** A1. */
export function receiptsAndPresencePerEntryByte({ writing }: RoomWire): number {
  const { entries, receipts, presence } = writing.classes;
  return (receipts.bytes + presence.bytes) / entries.bytes;
}

/** Q1: a second and peer, heartbeats apart. */
export function idleFramesPerSecond({ idle, peers }: RoomWire): number {
  return framesOf(idle) / (idle.ms / 1000) / peers;
}
