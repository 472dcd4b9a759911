/** W1, W3, A1 and Q1 from what came over the links of a room while somebody wrote, and while nobody did. */
import type { Wire } from './wire-meter.ts';

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
 * W1: bytes a delivery of entries, announcements, grafts and prunings, with what links add to them. Of acknowledgements that
 * rode on nothing those count that were not there when nobody wrote, in proportion to the frames.
 */
export function bytesPerDelivery({ writing, idle, deliveries }: RoomWire): number {
  const { entries, tree } = writing.classes;
  const usual = (idle.overheadBytes / idle.ms) * writing.ms;
  const acknowledgements = Math.max(0, writing.overheadBytes - usual);
  const part = (entries.frames + tree.frames) / Math.max(1, framesOf(writing));
  return (entries.bytes + tree.bytes + acknowledgements * part) / deliveries;
}

/** W3. */
export function duplicatesPerDelivery({ writing, deliveries }: RoomWire): number {
  return Math.max(0, writing.classes.entries.frames - deliveries) / deliveries;
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
