/** What a load test found: the detail of its JSON, and all that its report shows. */
import type { Mode, Options } from './options.ts';
import type { InAndOut } from './participant.ts';
import type { ServerBytes, ServerReading } from './server-traffic.ts';

export interface Percentiles {
  readonly p50: number;
  readonly p95: number;
  readonly p99: number;
  readonly max: number;
}

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
  /** W1: entries and tree, with their share of framing and acknowledgements, bytes a delivery. */
  readonly bytesPerDelivery: number;
  /** W3. */
  readonly duplicatesPerDelivery: number;
  /** A1. */
  readonly receiptsAndPresencePerEntryByte: number;
  /** Q1: frames a second and peer when nobody writes, heartbeats apart. Presence comes in rounds: half a minute says something. */
  readonly idleFramesPerSecond: number;
  /** The same by what they were for. */
  readonly idleFramesByKind?: Readonly<Record<string, number>>;
  /** W4. */
  readonly mostLinks: number;
  readonly directLinks: number;
  readonly relayedLinks: number;
  /**
   * R3: server bytes from a newcomer connecting to its first direct link, median over the peers; where they did not come one by
   * one all server bytes of the set-up, further links included, for each peer. Heartbeats apart.
   */
  readonly firstLinkBytes: number;
}

export interface ModeResult {
  readonly mode: Mode;
  /** Messages × (peers − 1), as the plan has it: who joins late gets what was written before, too. */
  readonly deliveries: number;
  readonly delivered: number;
  /** In the end, of `deliveries`. */
  readonly lost: number;
  /** Shown twice to somebody. */
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
    readonly setUp: ServerBytes;
    readonly writing: ServerBytes;
    readonly idle: ServerBytes;
    /** From start to end, set-up included. */
    readonly total: ServerBytes;
    /**
     * R3idle: bytes a second and idle peer, keep-alives included. Where idling was shorter than a minute the keep-alives are
     * those of as many whole intervals between them as there were since everybody came; absent where there was none.
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
  readonly machine: {
    readonly node: string;
    readonly platform: string;
    readonly processors: number;
    readonly model: string;
    readonly memoryGiB: number;
  };
  readonly commit: string;
  readonly modes: readonly ModeResult[];
}
