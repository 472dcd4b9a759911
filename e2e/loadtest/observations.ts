/** What was seen of one mode's run, before anything is made of it. */
import type { WireReading } from '../bench/wire-meter.ts';
import type { Ledger } from './ledger.ts';
import type { Mode } from './modes.ts';
import type { InAndOut, PeerBytes } from './participant.ts';
import type { ServerReading } from './server-traffic.ts';

/** A peer's channel in the end. */
export interface Shown {
  readonly peer: number;
  /** Texts too many: the second of each, the third. */
  readonly repeated: number;
  /** That came to it, and are not there. */
  readonly lacking: number;
  /** That are in no plan. */
  readonly strange: number;
}

/** Times are of the machine's clock, ms. */
export interface Observations {
  readonly mode: Mode;
  readonly ledger: Ledger;
  readonly firstMessageAtMs: number;
  /** When the last peer was ready. */
  readonly allInAtMs: number;
  /** From each peer's start to `ready`, ms. */
  readonly joinMs: readonly number[];
  /** What the server told, once a second and when it was asked. */
  readonly series: readonly ServerReading[];
  readonly server: {
    /** Before the first peer starts; the server itself has. */
    readonly started: ServerReading;
    /** Everybody who comes early is in and all has settled. */
    readonly setUp: ServerReading;
    /** The last delivery has been made, and what follows it. */
    readonly written: ServerReading;
    readonly idled: ServerReading;
  };
  /** Sums over all peers without a browser: when everybody who comes early was in and all had settled, and in the end. */
  readonly peersJoined: PeerBytes;
  readonly peers: PeerBytes;
  readonly browsers: { readonly direct: InAndOut } | undefined;
  /** What each peer without a browser shows in the end, held to the plan. */
  readonly shown: readonly Shown[];
  readonly mesh: MeshObservations | undefined;
  /** Sentences: what happened that makes the run not to be believed. */
  readonly troubles: readonly string[];
}

export interface MeshObservations {
  readonly setUp: WireReading;
  readonly written: WireReading;
  readonly idled: WireReading;
  /** Indices of the peers that were metered: those without a browser. */
  readonly metered: ReadonlySet<number>;
  readonly directLinks: number;
  readonly relayedLinks: number;
  /** Of each newcomer: server bytes, heartbeats apart, until its first direct link. Empty where they did not come one by one. */
  readonly firstLinks: readonly number[];
}
