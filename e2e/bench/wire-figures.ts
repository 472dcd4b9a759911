/** W1, W3, A1 and Q1 from what came over the links of a room while somebody wrote, and while nobody did. */
import { HERE_MS } from '@snug/client/mesh/presence/attendance.ts';
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

/** Idling that is shorter may hold everybody's word that they are here, or nobody's. */
const SHORT_IDLE_MS = HERE_MS;

/**
 * Q1: frames a second and peer while nobody wrote, heartbeats apart. Everybody says "here" each half a minute or more, whether
 * anybody writes or not, and who came together says it together: where idling was shorter than that, presence is counted over
 * the whole time.
 */
export function idleFramesPerSecond({ writing, idle, peers }: RoomWire): number {
  const presence = idle.classes.presence.frames;
  const rest = (framesOf(idle) - presence) / idle.ms;
  const said =
    idle.ms >= SHORT_IDLE_MS
      ? presence / idle.ms
      : (presence + writing.classes.presence.frames) / (writing.ms + idle.ms);
  return ((said + rest) * 1000) / peers;
}
