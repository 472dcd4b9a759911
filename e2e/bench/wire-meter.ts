/** What goes over all links of a room, by what it was for, links that come and go included. */
import type { Traffic } from '@snug/client/engine/traffic.ts';
import type { NodePeer } from '@snug/client/headless/node-peer.ts';
import { delay } from '../chaos/waiting.ts';

export interface Share {
  frames: number;
  /** Of the frames, and of what their links add to them. */
  bytes: number;
}

/** Sums over all peers, of what was sent. */
export interface Wire {
  readonly classes: Readonly<Record<keyof Traffic, Share>>;
  /** Frames received that carried an entry. */
  readonly entriesReceived: number;
  /** Heartbeats, acknowledgements that rode on nothing, what the links say to each other. */
  readonly overheadBytes: number;
  readonly relayedBytes: number;
  readonly mostLinks: number;
  readonly ms: number;
}

const LOOK_MS = 250;

interface Carried {
  bytes: number;
  overhead: number;
  relayed: number;
}

/** Counts from `start` to `stop`. */
export class WireMeter {
  readonly #peers: readonly NodePeer[];
  readonly #last = new Map<string, Carried>();
  readonly #carried: Carried = { bytes: 0, overhead: 0, relayed: 0 };
  readonly #before: readonly Traffic[];
  readonly #startedAt = performance.now();
  readonly #looking: Promise<void>;
  #mostLinks = 0;
  #stopped = false;

  private constructor(peers: readonly NodePeer[]) {
    this.#peers = peers;
    this.#look(false);
    this.#before = peers.map(({ engine }) => engine.traffic);
    this.#looking = this.#lookOn();
  }

  static start(peers: readonly NodePeer[]): WireMeter {
    return new WireMeter(peers);
  }

  async stop(): Promise<Wire> {
    this.#stopped = true;
    await this.#looking;
    this.#look(true);
    const kinds = ['entries', 'tree', 'receipts', 'presence', 'repair'] as const;
    const none = (): Share => ({ frames: 0, bytes: 0 });
    const classes = {
      entries: none(),
      tree: none(),
      receipts: none(),
      presence: none(),
      repair: none(),
    };
    let entriesReceived = 0;
    for (const [i, { engine }] of this.#peers.entries()) {
      const [now, before] = [engine.traffic, this.#before[i]];
      if (before === undefined) continue;
      entriesReceived += now.entries.received.frames - before.entries.received.frames;
      for (const kind of kinds) {
        classes[kind].frames += now[kind].sent.frames - before[kind].sent.frames;
        classes[kind].bytes += now[kind].sent.bytes - before[kind].sent.bytes;
      }
    }
    this.#addFraming(Object.values(classes));
    return {
      classes,
      entriesReceived,
      overheadBytes: this.#carried.overhead,
      relayedBytes: this.#carried.relayed,
      mostLinks: this.#mostLinks,
      ms: performance.now() - this.#startedAt,
    };
  }

  /** Links number each packet: the same few bytes a frame, whatever is in it. */
  #addFraming(shares: readonly Share[]): void {
    const frames = shares.reduce((sum, share) => sum + share.frames, 0);
    const bytes = shares.reduce((sum, share) => sum + share.bytes, 0);
    const framing = Math.max(0, this.#carried.bytes - this.#carried.overhead - bytes);
    for (const share of shares) share.bytes += (framing * share.frames) / Math.max(1, frames);
  }

  async #lookOn(): Promise<void> {
    while (!this.#stopped) {
      await delay(LOOK_MS);
      this.#look(true);
    }
  }

  /** Adds what each link has carried since it was last looked at. */
  #look(count: boolean): void {
    for (const [i, { links }] of this.#peers.entries()) {
      const all = links.status().links;
      this.#mostLinks = Math.max(this.#mostLinks, all.length);
      for (const { peer, upSinceMs, direct, relayed, overhead } of all) {
        const key = `${i} ${peer} ${upSinceMs}`;
        const now: Carried = {
          bytes: direct.bytesOut + relayed.bytesOut,
          overhead: overhead.bytesOut,
          relayed: relayed.bytesOut,
        };
        const last = this.#last.get(key) ?? { bytes: 0, overhead: 0, relayed: 0 };
        this.#last.set(key, now);
        if (!count) continue;
        this.#carried.bytes += now.bytes - last.bytes;
        this.#carried.overhead += now.overhead - last.overhead;
        this.#carried.relayed += now.relayed - last.relayed;
      }
    }
  }
}
