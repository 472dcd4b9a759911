/** What a run counts. */
import type { Entry } from './documents.ts';

/**
 * `entries` pushed along the tree; `tree`: announcements, grafts and prunes; `repair`: digests and what they bring; `control`:
 * between the links' sides of neighbours.
 */
export type Traffic = 'entries' | 'tree' | 'repair' | 'control';

export interface Delivery {
  readonly entry: Entry;
  readonly by: 'push' | 'repair';
  readonly hop: number;
  readonly at: number;
  /** Since when the receiver has been running, ms. */
  readonly since: number;
}

export class Figures {
  readonly bytes: Record<Traffic, number> = { entries: 0, tree: 0, repair: 0, control: 0 };
  readonly frames: Record<Traffic, number> = { entries: 0, tree: 0, repair: 0, control: 0 };
  readonly deliveries = { push: 0, repair: 0 };
  #before = { duplicates: 0, deliveries: 0 };
  /** Which way signals went: over the mesh, by a server for want of a route, by a server because the mesh was silent. */
  readonly signals = { mesh: 0, server: 0, again: 0 };
  /** What was pushed to who had it already. */
  duplicates = 0;
  /** How often a neighbour was found to promise in vain. */
  vain = 0;
  mostLinks = 0;
  /** ms from writing to holding, of those who were here when it was written. */
  readonly latencies: number[] = [];
  readonly hops: number[] = [];
  /** ms from a neighbour's death until there are as many links again. */
  readonly relinked: number[] = [];
  /** ms from the end of a partition until all that was written before is everywhere. */
  healedMs: number | undefined;
  /** What a sound core never does, by how often. */
  readonly oddities = new Map<string, number>();

  sent(traffic: Traffic, bytes: number): void {
    this.bytes[traffic] += bytes;
    this.frames[traffic]++;
  }

  links(count: number): void {
    this.mostLinks = Math.max(this.mostLinks, count);
  }

  delivered({ entry, by, hop, at, since }: Delivery): void {
    this.deliveries[by]++;
    if (since > entry.writtenAt) return;
    this.latencies.push(at - entry.writtenAt);
    if (by === 'push') this.hops.push(hop);
  }

  oddity(what: string): void {
    this.oddities.set(what, (this.oddities.get(what) ?? 0) + 1);
  }

  /** From now on is the steady state. */
  steadyFromHere(): void {
    this.#before = { duplicates: this.duplicates, deliveries: this.allDeliveries };
  }

  /** W3: copies too many, a delivery, in the steady state. */
  get steadyDuplicates(): number {
    const { duplicates, deliveries } = this.#before;
    return (this.duplicates - duplicates) / (this.allDeliveries - deliveries);
  }

  get allDeliveries(): number {
    return this.deliveries.push + this.deliveries.repair;
  }

  /** W1: entries with IHAVE, GRAFT and PRUNE, a delivery. */
  get broadcastBytes(): number {
    return (this.bytes.entries + this.bytes.tree) / this.allDeliveries;
  }

  /** What the engine sends in all, a delivery. */
  get engineBytes(): number {
    return this.broadcastBytes + this.bytes.repair / this.allDeliveries;
  }
}

export function mean(all: readonly number[]): number {
  return all.reduce((sum, x) => sum + x, 0) / all.length;
}
