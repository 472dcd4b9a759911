/** What comes over all links of a room's peers, by what it is for, links that come and go included. */
import type { Arrivals, Traffic } from '@snug/client/engine/traffic.ts';
import type { NodePeer } from '@snug/client/headless/node-peer.ts';

export const WIRE_KINDS = ['entries', 'tree', 'receipts', 'presence', 'repair'] as const;
export type WireKind = (typeof WIRE_KINDS)[number];

export interface Share {
  readonly frames: number;
  readonly bytes: number;
}

/** Since a meter began, of all its peers. What arrives is counted: in a closed room that is what was sent. */
export interface WireReading {
  /** Of frames as links hand them up, before what links add to them. */
  readonly classes: Readonly<Record<WireKind, Share>>;
  /** Of links, framing included. */
  readonly direct: { readonly in: number; readonly out: number };
  readonly relayed: { readonly in: number; readonly out: number };
  /** Of those that came in, what carried nothing of a frame. */
  readonly overheadIn: number;
  /** Others' entries, by how they came. */
  readonly arrivals: Arrivals;
  /** Most links that one of the peers held since the last reading. */
  readonly mostLinks: number;
  readonly atMs: number;
}

/** Between two readings. */
export interface Wire {
  /** With what links add to the frames. */
  readonly classes: Readonly<Record<WireKind, Share>>;
  /** Heartbeats, acknowledgements that rode on nothing, what the links say to each other. */
  readonly overheadBytes: number;
  readonly relayedBytes: number;
  readonly arrivals: Arrivals;
  readonly mostLinks: number;
  readonly ms: number;
}

type Metered = Pick<NodePeer, 'engine' | 'links'>;

interface Carried {
  directIn: number;
  directOut: number;
  relayedIn: number;
  relayedOut: number;
  overheadIn: number;
}

const LOOK_MS = 250;
const NOTHING: Carried = { directIn: 0, directOut: 0, relayedIn: 0, relayedOut: 0, overheadIn: 0 };
const CARRIED = ['directIn', 'directOut', 'relayedIn', 'relayedOut', 'overheadIn'] as const;

export class WireMeter {
  readonly #peers: Metered[] = [];
  readonly #last = new Map<string, Carried>();
  readonly #carried: Carried = { ...NOTHING };
  readonly #timer = setInterval(() => this.#look(), LOOK_MS);
  #mostLinks = 0;

  constructor(peers: readonly Metered[] = []) {
    for (const peer of peers) this.add(peer);
  }

  add(peer: Metered): void {
    this.#peers.push(peer);
  }

  read(): WireReading {
    this.#look();
    const { directIn, directOut, relayedIn, relayedOut, overheadIn } = this.#carried;
    const mostLinks = this.#mostLinks;
    this.#mostLinks = 0;
    this.#look();
    return {
      classes: sumOfTraffic(this.#peers.map(({ engine }) => engine.traffic)),
      direct: { in: directIn, out: directOut },
      relayed: { in: relayedIn, out: relayedOut },
      overheadIn,
      arrivals: sumOfArrivals(this.#peers.map(({ engine }) => engine.arrivals)),
      mostLinks,
      atMs: performance.now(),
    };
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  /** Adds what each link has carried since it was last looked at. */
  #look(): void {
    for (const [i, { links }] of this.#peers.entries()) {
      const all = links.status().links;
      this.#mostLinks = Math.max(this.#mostLinks, all.length);
      for (const { peer, upSinceMs, direct, relayed, overhead } of all) {
        const key = `${i} ${peer} ${upSinceMs}`;
        const now: Carried = {
          directIn: direct.bytesIn,
          directOut: direct.bytesOut,
          relayedIn: relayed.bytesIn,
          relayedOut: relayed.bytesOut,
          overheadIn: overhead.bytesIn,
        };
        const last = this.#last.get(key) ?? NOTHING;
        this.#last.set(key, now);
        for (const kind of CARRIED) this.#carried[kind] += now[kind] - last[kind];
      }
    }
  }
}

function sumOfTraffic(all: readonly Traffic[]): WireReading['classes'] {
  return byKind((kind) => sum(all.map((traffic) => traffic[kind].received)));
}

function sumOfArrivals(all: readonly Arrivals[]): Arrivals {
  return arrivals((how) => all.reduce((sum, each) => sum + each[how], 0));
}

function arrivals(count: (how: keyof Arrivals) => number): Arrivals {
  return { pushed: count('pushed'), repaired: count('repaired'), again: count('again') };
}

function sum(shares: readonly Share[]): Share {
  return shares.reduce(
    (one, other) => ({ frames: one.frames + other.frames, bytes: one.bytes + other.bytes }),
    { frames: 0, bytes: 0 },
  );
}

function byKind(share: (kind: WireKind) => Share): WireReading['classes'] {
  return {
    entries: share('entries'),
    tree: share('tree'),
    receipts: share('receipts'),
    presence: share('presence'),
    repair: share('repair'),
  };
}

/** Of meters in several processes, read at about the same time. */
export function sumOfReadings(readings: readonly WireReading[]): WireReading {
  const total = (pick: (reading: WireReading) => number) =>
    readings.reduce((all, reading) => all + pick(reading), 0);
  return {
    classes: byKind((kind) => sum(readings.map(({ classes }) => classes[kind]))),
    direct: { in: total(({ direct }) => direct.in), out: total(({ direct }) => direct.out) },
    relayed: { in: total(({ relayed }) => relayed.in), out: total(({ relayed }) => relayed.out) },
    overheadIn: total(({ overheadIn }) => overheadIn),
    arrivals: sumOfArrivals(readings.map((reading) => reading.arrivals)),
    mostLinks: Math.max(0, ...readings.map(({ mostLinks }) => mostLinks)),
    atMs: Math.max(0, ...readings.map(({ atMs }) => atMs)),
  };
}

export function wireBetween(before: WireReading, after: WireReading): Wire {
  const classes = byKind((kind) => ({
    frames: after.classes[kind].frames - before.classes[kind].frames,
    bytes: after.classes[kind].bytes - before.classes[kind].bytes,
  }));
  const overheadBytes = after.overheadIn - before.overheadIn;
  const relayedBytes = after.relayed.in - before.relayed.in;
  const carried = after.direct.in - before.direct.in + relayedBytes - overheadBytes;
  return {
    classes: withFraming(classes, carried),
    overheadBytes,
    relayedBytes,
    arrivals: arrivals((how) => after.arrivals[how] - before.arrivals[how]),
    mostLinks: after.mostLinks,
    ms: after.atMs - before.atMs,
  };
}

/** Links number each packet: the same few bytes a frame, whatever is in it. */
function withFraming(classes: WireReading['classes'], carried: number): WireReading['classes'] {
  const all = sum(Object.values(classes));
  const perFrame = Math.max(0, carried - all.bytes) / Math.max(1, all.frames);
  return byKind((kind) => {
    const { frames, bytes } = classes[kind];
    return { frames, bytes: bytes + perFrame * frames };
  });
}
