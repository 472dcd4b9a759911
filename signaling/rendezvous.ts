import type { PeerId, Topic } from '@snug/shared/protocol/ids.ts';

/** A topic's members in a dense array, with each one's place in it: O(1) to add, to remove and to pick at random. */
interface Members {
  readonly order: PeerId[];
  readonly place: Map<PeerId, number>;
}

/**
 * Who is in which topic. Nothing here costs more in a large topic than in a small one, apart from memory: that is
 * what lets a room of thousands be joined at the price of a room of ten.
 */
export class Rendezvous {
  readonly #topics = new Map<Topic, Members>();

  /** How many topics have anybody in them. */
  get topics(): number {
    return this.#topics.size;
  }

  /** Adds a peer to a topic; twice is the same as once. Returns the topic's size. */
  join(topic: Topic, peer: PeerId): number {
    let members = this.#topics.get(topic);
    if (members === undefined) {
      members = { order: [], place: new Map() };
      this.#topics.set(topic, members);
    }
    if (!members.place.has(peer)) {
      members.place.set(peer, members.order.length);
      members.order.push(peer);
    }
    return members.order.length;
  }

  /** Removes a peer from a topic, and forgets the topic with its last member. */
  leave(topic: Topic, peer: PeerId): void {
    const members = this.#topics.get(topic);
    const place = members?.place.get(peer);
    if (members === undefined || place === undefined) return;
    members.place.delete(peer);
    const last = members.order.pop();
    if (last !== undefined && last !== peer) {
      members.order[place] = last;
      members.place.set(last, place);
    }
    if (members.order.length === 0) this.#topics.delete(topic);
  }

  has(topic: Topic, peer: PeerId): boolean {
    return this.#topics.get(topic)?.place.has(peer) ?? false;
  }

  size(topic: Topic): number {
    return this.#topics.get(topic)?.order.length ?? 0;
  }

  /** Which of `peers` are in the topic, each once. */
  here(topic: Topic, peers: readonly PeerId[]): PeerId[] {
    return [...new Set(peers)].filter((peer) => this.has(topic, peer));
  }

  /**
   * Up to `count` members other than `self`, each set of them as likely as any other, in random order.
   * Robert Floyd's sampling (Bentley, "Programming Pearls", CACM 30(9), 1987): O(count), whatever the topic's size.
   * `random` gives numbers in [0, 1).
   */
  sample(topic: Topic, self: PeerId, count: number, random: () => number): PeerId[] {
    const members = this.#topics.get(topic);
    if (members === undefined) return [];
    const own = members.place.get(self);
    const others = members.order.length - (own === undefined ? 0 : 1);
    const picked: number[] = [];
    const seen = new Set<number>();
    for (let top = Math.max(0, others - count); top < others; top++) {
      const drawn = Math.floor(random() * (top + 1));
      const index = seen.has(drawn) ? top : drawn;
      seen.add(index);
      // Inserted at a random place, since Floyd's order of drawing favours the end of the array for late draws.
      const at = Math.floor(random() * (picked.length + 1));
      picked.push(picked[at] ?? index);
      picked[at] = index;
    }
    return picked.flatMap((index) => {
      const peer = members.order[own !== undefined && index >= own ? index + 1 : index];
      return peer === undefined ? [] : [peer];
    });
  }
}
