/** Broadcast trees on a random graph with latency, on a virtual clock: what a test wants to count, and no link or document. */
import { toBase64url } from '@snug/shared/crypto/bytes.ts';
import { seeded as seededBytes } from '@snug/shared/entries/test/data.ts';
import { EntryId, type PeerId, type SpaceId } from '@snug/shared/protocol/ids.ts';
import * as v from 'valibot';
import { BroadcastTree, type TreeInput, type TreeOutput } from '../broadcast/broadcast-tree.ts';
import { seeded } from './random.ts';

export const group = 'group' as SpaceId;
export const peerAt = (n: number) => `peer ${String(n).padStart(4, '0')}` as PeerId;
export const idAt = (n: number): EntryId => v.parse(EntryId, toBase64url(seededBytes(n, 32)));

export interface Node {
  readonly peer: PeerId;
  readonly tree: BroadcastTree;
  readonly held: Map<EntryId, number>;
  readonly links: Set<Node>;
  alive: boolean;
  /** Takes what is sent, and says and passes on nothing. */
  withholds: boolean;
  /** How long it takes to let one pushed entry in, ms: one at a time, and one after the other. */
  takesMs: number;
  /** It has let in what has been pushed so far by then. */
  busyUntil: number;
  wake: number;
}

interface Event {
  readonly at: number;
  readonly order: number;
  readonly run: () => void;
}

/** To see that an entry is known takes such a part of what it takes to let one in. */
const KNOWN_TAKES = 0.25;

interface Line {
  readonly waiting: { readonly handle: () => void; readonly pushed: EntryId | undefined }[];
  isBusy: boolean;
}

export class TreeNetwork {
  readonly nodes: Node[] = [];
  readonly random: () => number;
  now = 0;
  readonly count = {
    push: 0,
    first: 0,
    again: 0,
    announce: 0,
    announced: 0,
    graft: 0,
    prune: 0,
    compare: 0,
  };
  readonly #latency = new Map<string, number>();
  /** When the last frame of a direction arrives: links keep order. */
  readonly #arrives = new Map<string, number>();
  /** What has arrived in a direction and waits to be handled. */
  readonly #lines = new Map<string, Line>();
  readonly #events: Event[] = [];
  #order = 0;

  constructor(size: number, seed: number) {
    this.random = seeded(seed);
    for (let n = 0; n < size; n++) {
      const peer = peerAt(n);
      this.nodes.push({
        peer,
        tree: new BroadcastTree({ me: peer, random: this.random }),
        held: new Map(),
        links: new Set(),
        alive: true,
        withholds: false,
        takesMs: 0,
        busyUntil: 0,
        wake: Number.POSITIVE_INFINITY,
      });
    }
  }

  /** Links everybody to five to eight others, drawn for each, of those they may link to; some get one or two fewer. */
  linkAtRandom(may: (a: Node, b: Node) => boolean = () => true): void {
    const wanted = new Map(this.nodes.map((node) => [node, 5 + Math.floor(this.random() * 4)]));
    const open = (node: Node) => node.links.size < (wanted.get(node) ?? 0);
    for (const node of this.nodes) {
      for (let tries = 0; open(node) && tries < 200; tries++) {
        const other = this.nodes[Math.floor(this.random() * this.nodes.length)];
        if (other && other !== node && open(other) && !node.links.has(other) && may(node, other))
          this.link(node, other);
      }
    }
  }

  link(a: Node, b: Node): void {
    a.links.add(b);
    b.links.add(a);
    this.#latency.set(pair(a, b), 10 + this.random() * 90);
    this.#give(a, { is: 'neighbour', peer: b.peer, group });
    this.#give(b, { is: 'neighbour', peer: a.peer, group });
  }

  unlink(a: Node, b: Node): void {
    if (!a.links.delete(b)) return;
    b.links.delete(a);
    this.#arrives.delete(way(a, b));
    this.#arrives.delete(way(b, a));
    this.#give(a, { is: 'down', peer: b.peer });
    this.#give(b, { is: 'down', peer: a.peer });
  }

  kill(node: Node): void {
    node.alive = false;
    for (const other of [...node.links]) this.unlink(node, other);
  }

  write(node: Node, id: EntryId): void {
    this.#store(node, id, undefined, 'own');
  }

  /** What a repair with a neighbour brought. */
  repair(node: Node, from: Node, ids: Iterable<EntryId>): void {
    for (const id of ids) if (!node.held.has(id)) this.#store(node, id, from.peer, 'repair');
  }

  /** As fast as a node lets things in. */
  #repairSlowly(node: Node, from: Node): void {
    const ids = [...from.held.keys()].filter((id) => !node.held.has(id));
    node.busyUntil = Math.max(this.now, node.busyUntil) + node.takesMs * ids.length;
    if (node.takesMs === 0) this.repair(node, from, ids);
    else this.at(node.busyUntil, () => this.repair(node, from, ids));
  }

  run(ms: number): void {
    const until = this.now + ms;
    for (;;) {
      const event = this.#events[0];
      if (!event || event.at > until) break;
      this.#take();
      this.now = event.at;
      event.run();
    }
    this.now = until;
  }

  at(time: number, run: () => void): void {
    this.#put({ at: Math.max(time, this.now), order: this.#order++, run });
  }

  resetCount(): void {
    for (const key of Object.keys(this.count)) this.count[key as keyof typeof this.count] = 0;
  }

  /** Who is alive and lacks it. */
  lacking(id: EntryId): readonly Node[] {
    return this.nodes.filter((node) => node.alive && !node.held.has(id));
  }

  #store(node: Node, id: EntryId, from: PeerId | undefined, by: 'own' | 'push' | 'repair'): void {
    node.held.set(id, this.now);
    this.#give(node, { is: 'stored', group, id, from, by });
  }

  #give(node: Node, input: TreeInput): void {
    this.#perform(node, node.tree.handle(input, this.now));
    const at = node.tree.wakeAt;
    if (at === undefined || at >= node.wake) return;
    node.wake = at;
    this.at(at, () => {
      if (node.wake > this.now) return;
      node.wake = Number.POSITIVE_INFINITY;
      this.#give(node, { is: 'tick' });
    });
  }

  #perform(node: Node, outputs: readonly TreeOutput[]): void {
    if (!node.alive || node.withholds) return;
    for (const output of outputs) {
      const to = this.nodes.find((other) => other.peer === output.peer);
      if (!to || !node.links.has(to)) throw new Error('an output for somebody who is not linked');
      this.count[output.do]++;
      const from = node.peer;
      switch (output.do) {
        case 'push': {
          const { id } = output;
          this.#send(node, to, () => this.#pushed(node, to, id), id);
          break;
        }
        case 'announce':
          this.count.announced += output.ids.length;
          this.#send(node, to, () =>
            this.#give(to, { is: 'announced', group, ids: output.ids, from }),
          );
          break;
        case 'graft':
          this.#send(node, to, () =>
            this.#give(to, { is: 'grafted', group, ids: output.ids, from }),
          );
          break;
        case 'prune':
          this.#send(node, to, () => this.#give(to, { is: 'pruned', group, from }));
          break;
        case 'compare':
          this.at(this.now + 2 * this.#latencyOf(node, to), () => {
            if (!node.links.has(to) || to.withholds) return;
            this.#repairSlowly(node, to);
            this.#repairSlowly(to, node);
          });
      }
    }
  }

  #pushed(from: Node, to: Node, id: EntryId): void {
    if (to.held.has(id)) {
      this.count.again++;
      this.#give(to, { is: 'repeated', group, id, from: from.peer });
    } else {
      this.count.first++;
      this.#store(to, id, from.peer, 'push');
    }
  }

  /** @param pushed the entry that it carries, which takes time to be let in */
  #send(from: Node, to: Node, handle: () => void, pushed?: EntryId): void {
    const key = way(from, to);
    const takes = this.#latencyOf(from, to) * (1 + this.random() * 0.2);
    const at = Math.max(this.now + takes, this.#arrives.get(key) ?? 0);
    this.#arrives.set(key, at);
    this.at(at, () => {
      const line = this.#lines.get(key) ?? { waiting: [], isBusy: false };
      this.#lines.set(key, line);
      line.waiting.push({ handle, pushed });
      if (!line.isBusy) this.#handleNext(from, to, line);
    });
  }

  /** What came over one link is handled in its order; what holds entries waits for those of other links, too. */
  #handleNext(from: Node, to: Node, line: Line): void {
    for (let next = line.waiting.shift(); next; next = line.waiting.shift()) {
      if (!from.links.has(to) || !to.alive) continue;
      const { handle, pushed } = next;
      if (pushed === undefined || to.takesMs === 0) {
        handle();
        continue;
      }
      line.isBusy = true;
      to.busyUntil =
        Math.max(this.now, to.busyUntil) + to.takesMs * (to.held.has(pushed) ? KNOWN_TAKES : 1);
      this.at(to.busyUntil, () => {
        line.isBusy = false;
        if (from.links.has(to) && to.alive) handle();
        this.#handleNext(from, to, line);
      });
      return;
    }
  }

  #latencyOf(a: Node, b: Node): number {
    return this.#latency.get(pair(a, b)) ?? 50;
  }

  #put(event: Event): void {
    const heap = this.#events;
    heap.push(event);
    for (let i = heap.length - 1; i > 0; ) {
      const up = (i - 1) >> 1;
      if (!this.#swapIfBefore(i, up)) break;
      i = up;
    }
  }

  #take(): void {
    const heap = this.#events;
    const last = heap.pop();
    if (!last || heap.length === 0) return;
    heap[0] = last;
    for (let i = 0; ; ) {
      const left = 2 * i + 1;
      const right = left + 1;
      const child = before(heap[right], heap[left]) ? right : left;
      if (!this.#swapIfBefore(child, i)) break;
      i = child;
    }
  }

  #swapIfBefore(i: number, j: number): boolean {
    const [a, b] = [this.#events[i], this.#events[j]];
    if (!a || !b || !before(a, b)) return false;
    this.#events[i] = b;
    this.#events[j] = a;
    return true;
  }
}

function before(a: Event | undefined, b: Event | undefined): boolean {
  if (!a) return false;
  return !b || a.at < b.at || (a.at === b.at && a.order < b.order);
}

const way = (a: Node, b: Node) => `${a.peer}>${b.peer}`;
const pair = (a: Node, b: Node) => (a.peer < b.peer ? way(a, b) : way(b, a));
