/**
 * What lies between the peers: how long things take, who cannot reach whom, and links. A link is reliable and ordered, as a
 * data channel is, so a lost packet shows as a delay of everything behind it, and a link that dies takes with it what was
 * under way.
 */
import { fraction, type SeededRandom } from './seeded-random.ts';
import type { VirtualClock } from './virtual-clock.ts';

/** What of a peer matters to the network. */
export interface Host {
  /** Counts the peers of a run from 0. */
  readonly index: number;
}

export interface NetworkOptions {
  readonly clock: VirtualClock;
  readonly random: SeededRandom;
  readonly seed: number;
  readonly loss: number;
  readonly unreachable: number;
}

/** A retransmission comes after so long, ms: a timeout of SCTP, once or twice. */
const RETRANSMISSION_MS = [200, 1000] as const;
/** Of one link in one direction, bytes/ms. */
const BANDWIDTH = 1000;
/** To judge and store what has come, ms: to the others it is as if the way were longer. */
const JUDGING_MS = 3;
/** A dead neighbour is noticed after so long, ms: consent expires, heartbeats are missed. */
const NOTICED_MS = [5_000, 12_000] as const;
/** A reset channel is noticed after so long, ms. */
const RESET_NOTICED_MS = [10, 300] as const;

export class Network {
  readonly #o: NetworkOptions;
  /** Hosts that are cut off from the others, while it lasts. */
  #cutOff: ReadonlySet<number> = new Set();
  readonly #links = new Set<Link>();

  constructor(options: NetworkOptions) {
    this.#o = options;
  }

  get clock(): VirtualClock {
    return this.#o.clock;
  }

  get links(): ReadonlySet<Link> {
    return this.#links;
  }

  /**
   * One way, ms, without jitter: the same for a pair however often it is asked. Hosts live in a few regions and have an access
   * line each, which makes 10 to 150 ms, and detours longer than straight ways, as on the Internet.
   */
  latency(a: Host, b: Host): number {
    const [from, to] = [this.#place(a), this.#place(b)];
    return 4 + this.#access(a) + this.#access(b) + Math.hypot(from.x - to.x, from.y - to.y);
  }

  /** To and from a server in the middle. */
  latencyToServer(a: Host): number {
    const { x, y } = this.#place(a);
    return 4 + this.#access(a) + Math.hypot(x - 50, y - 35);
  }

  /** Where a host is, in ms of way, on a map of about 100 by 70. */
  #place({ index }: Host): { readonly x: number; readonly y: number } {
    const { seed } = this.#o;
    const region = Math.floor(fraction(seed, index, 1) * 3);
    const angle = fraction(seed, index, 2) * 2 * Math.PI;
    const far = Math.sqrt(fraction(seed, index, 3)) * 15;
    return {
      x: 15 + region * 35 + far * Math.cos(angle),
      y: (region === 1 ? 55 : 15) + far * Math.sin(angle),
    };
  }

  #access({ index }: Host): number {
    // Most lines are quick, a few are not.
    return 2 + 23 * fraction(this.#o.seed, index, 4) ** 3;
  }

  /** Whether a direct path between these two can be made at all, for ever the same. */
  reachable(a: Host, b: Host): boolean {
    const [low, high] = a.index < b.index ? [a.index, b.index] : [b.index, a.index];
    return fraction(this.#o.seed, low, high, 5) >= this.#o.unreachable;
  }

  parted(a: Host, b: Host): boolean {
    return this.#cutOff.has(a.index) !== this.#cutOff.has(b.index);
  }

  /** Whether the host is on the side without the server. */
  isCutOff(host: Host): boolean {
    return this.#cutOff.has(host.index);
  }

  /** Nothing passes between these hosts and the others until `heal`. */
  part(cutOff: ReadonlySet<number>): void {
    this.#cutOff = cutOff;
    for (const link of this.#links) {
      if (!this.parted(link.hosts[0], link.hosts[1])) continue;
      for (const end of [0, 1] as const)
        this.clock.after(this.#o.random.between(...NOTICED_MS), () => {
          if (this.parted(link.hosts[0], link.hosts[1])) this.break(link, end);
        });
    }
  }

  heal(): void {
    const [first, second] = [this.#cutOff, new Set<number>()];
    this.#cutOff = second;
    for (const link of this.#links)
      if (first.has(link.hosts[0].index) !== first.has(link.hosts[1].index)) link.release();
  }

  /** A link between two that are both ready for it. */
  open(hosts: readonly [Host, Host], ends: readonly [LinkEvents, LinkEvents]): Link {
    const link = new Link(this, this.#o.random, this.#o.loss, hosts, ends);
    this.#links.add(link);
    return link;
  }

  /** The channel is reset: both ends notice soon, and what was under way is gone. */
  reset(link: Link): void {
    for (const end of [0, 1] as const)
      this.clock.after(this.#o.random.between(...RESET_NOTICED_MS), () => this.break(link, end));
    link.broken = true;
    this.#links.delete(link);
  }

  /** One end's program ends without a word: the other notices when nothing comes any more. */
  crash(link: Link, end: 0 | 1): void {
    link.broken = true;
    this.#links.delete(link);
    this.clock.after(this.#o.random.between(...NOTICED_MS), () =>
      this.break(link, end === 0 ? 1 : 0),
    );
  }

  /** This end knows of it: nothing more arrives at either. */
  close(link: Link): void {
    link.broken = true;
    this.#links.delete(link);
  }

  break(link: Link, noticing: 0 | 1): void {
    this.close(link);
    link.ends[noticing].lost();
  }
}

export interface LinkEvents {
  /** The link is gone, and this end has noticed. May come late, or twice. */
  lost(): void;
}

export type Lane = 'chat' | 'bulk';

interface Direction {
  /** When the last of the lane has left, and has arrived. */
  readonly left: Record<Lane, number>;
  readonly arrived: Record<Lane, number>;
}

/** A link that is up; its bytes, and the order in which they arrive. */
export class Link {
  readonly hosts: readonly [Host, Host];
  readonly ends: readonly [LinkEvents, LinkEvents];
  readonly latency: number;
  broken = false;
  readonly #network: Network;
  readonly #random: SeededRandom;
  readonly #loss: number;
  readonly #directions: readonly [Direction, Direction];
  /** Sent while a partition lasts. */
  #held: (() => void)[] = [];

  constructor(
    network: Network,
    random: SeededRandom,
    loss: number,
    hosts: readonly [Host, Host],
    ends: readonly [LinkEvents, LinkEvents],
  ) {
    this.#network = network;
    this.#random = random;
    this.#loss = loss;
    this.hosts = hosts;
    this.ends = ends;
    this.latency = network.latency(...hosts);
    const direction = () => ({ left: { chat: 0, bulk: 0 }, arrived: { chat: 0, bulk: 0 } });
    this.#directions = [direction(), direction()];
  }

  /** @param arrive is called at the other end, unless the link dies before */
  send(from: 0 | 1, bytes: number, lane: Lane, arrive: () => void): void {
    if (this.broken) return;
    const { clock } = this.#network;
    if (this.#network.parted(this.hosts[0], this.hosts[1])) {
      this.#held.push(() => this.send(from, bytes, lane, arrive));
      return;
    }
    const { left, arrived } = this.#directions[from];
    left[lane] = Math.max(left[lane], clock.now) + bytes / BANDWIDTH;
    const late = this.#random.chance(this.#loss) ? this.#random.between(...RETRANSMISSION_MS) : 0;
    const jitter = this.latency * 0.1 * this.#random.next();
    arrived[lane] = Math.max(arrived[lane], left[lane] + this.latency + jitter + late + JUDGING_MS);
    clock.at(arrived[lane], () => {
      if (!this.broken) arrive();
    });
  }

  release(): void {
    const held = this.#held;
    this.#held = [];
    for (const send of held) send();
  }
}
