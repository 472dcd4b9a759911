/** What a load test found: the detail of its JSON, and all that its report shows. */

import type { Arrivals } from '@snug/client/engine/traffic.ts';
import type { Machine } from '../bench/measure.ts';
import type { Percentiles } from '../bench/quantiles.ts';
import type { Mode } from './modes.ts';
import type { Options } from './options.ts';
import type { InAndOut } from './participant.ts';
import type { ServerBytes, ServerReading } from './server-traffic.ts';

/** Wire bytes that came to peers without a browser, all links, by what they were for; mesh only. */
export interface MeshWire {
  readonly entries: number;
  readonly tree: number;
  readonly receipts: number;
  readonly presence: number;
  readonly repair: number;
  /** Heartbeats, acknowledgements that rode on nothing, routes. */
  readonly overhead: number;
}

export interface MeshFigures {
  /** To the peers without a browser, whose wire bytes these are. */
  readonly deliveries: number;
  /** While messages were written, and until what they brought about was done. */
  readonly writing: MeshWire;
  readonly idle: MeshWire;
  /** Entries that came while messages were written, by how: what came by a repair is in no figure of the tree. */
  readonly arrivals: Arrivals;
  /** W1: entries and tree, with their share of framing and acknowledgements, bytes a delivery; absent where nothing was pushed. */
  readonly bytesPerDelivery?: number;
  /** W3; absent, like A1, where nothing was delivered. */
  readonly duplicatesPerDelivery?: number;
  /** A1. */
  readonly receiptsAndPresencePerEntryByte?: number;
  /** Q1: frames a second and peer when nobody writes, heartbeats apart. Presence comes in rounds: half a minute says something. */
  readonly idleFramesPerSecond: number;
  /** The same by what they were for. */
  readonly idleFramesByKind?: Readonly<Record<string, number>>;
  /** W4. */
  readonly mostLinks: number;
  readonly directLinks: number;
  readonly relayedLinks: number;
  /**
   * R3: server bytes, STUN included and heartbeats not, from a newcomer connecting to its first direct link, of those who came
   * one by one; absent where they came otherwise.
   */
  readonly firstLinkBytes?: Percentiles;
}

export interface ModeResult {
  readonly mode: Mode;
  /** Messages × (peers − 1), as the plan has it: who joins late gets what was written before, too. */
  readonly deliveries: number;
  readonly delivered: number;
  /** In the end, of `deliveries`. */
  readonly lost: number;
  /** Shown twice to somebody, as it came or in the channel in the end. */
  readonly repeated: number;
  /** From the call that writes to the other peer's view, of those who were there, ms. */
  readonly latencyMs: Percentiles;
  /** Counts of deliveries by latency: each bucket holds those below its bound (ms) and not below the one before. */
  readonly latencyHistogram: readonly { readonly belowMs: number; readonly count: number }[];
  /** From a peer's start to `ready`, ms. */
  readonly joinMs: Percentiles;
  readonly server: {
    /** In the order of time, one a second at least; here `atMs` counts from the first peer's start. */
    readonly series: readonly ServerReading[];
    /** When the first message was written, the last delivery was made, idling began and ended: ms from the first peer's start. */
    readonly firstMessageAtMs: number;
    readonly lastDeliveryAtMs: number;
    readonly idleBeganAtMs: number;
    readonly idleEndedAtMs: number;
    /** Until everybody who comes early was in and, in the mesh, all had settled and its warm-up was over. */
    readonly setUp: ServerBytes;
    /** From there until the last delivery was made, and what follows it. */
    readonly writing: ServerBytes;
    /** Both: what every sum over a whole session is of. Idling is not in it. */
    readonly session: ServerBytes;
    /** As long in every mode. */
    readonly idle: ServerBytes;
    /**
     * R3idle: bytes a second and idle peer, keep-alives and STUN included. Where idling was shorter than a minute the keep-alives
     * are those of as many whole intervals between them as there were since everybody came; absent where there was none.
     */
    readonly idleBytesPerSecond?: number;
    /** User and system time, what it took to start left out. */
    readonly cpuMs: number;
    readonly mostMemoryBytes: number;
  };
  /** Sums over all peers without a browser, from start to end. */
  readonly peers: {
    readonly direct: InAndOut;
    readonly relayed: InAndOut;
    readonly signaling: InAndOut;
    /** Of all three together, until everybody who comes early was in and, in the mesh, the links had settled. */
    readonly joining: InAndOut;
  };
  /** Of the browsers, from WebRTC's own statistics; absent without browsers. */
  readonly browsers?: { readonly direct: InAndOut };
  readonly mesh?: MeshFigures;
}

/** A whole run: every mode that was asked for, with the same plan, on the same machine. */
export interface LoadtestResult {
  readonly options: Options;
  readonly startedAt: string;
  readonly machine: Machine;
  readonly commit: string;
  /** Of those that were finished. */
  readonly modes: readonly ModeResult[];
  /** Sentences about what was lost, repeated, or does not add up: where there are any, nothing is judged. */
  readonly wrong: readonly string[];
  /** Somebody ended it before all modes were through. */
  readonly brokenOff?: true;
}
