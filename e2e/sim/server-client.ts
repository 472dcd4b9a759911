/** A device's connection to the simulated server: joins its topics, asks, sends signals, and comes back when it has lost it. */
import type { Sighted } from '@snug/client/mesh/routes/route-message.ts';
import type { PeerId, Topic } from '@snug/shared/protocol/ids.ts';
import type { Host, Network } from './network.ts';
import type { SeededRandom } from './seeded-random.ts';
import type { SimulatedServer } from './server.ts';
import type { VirtualClock } from './virtual-clock.ts';

/** Socket.IO tries again after so long, ms. */
const AGAIN_MS = [1_000, 10_000] as const;
/** A server notices a connection that has died without a word after so long, ms. */
const NOTICED_MS = [1_000, 45_000] as const;

export interface ServerClientOptions {
  readonly me: Sighted;
  readonly host: Host;
  readonly random: SeededRandom;
  readonly joined: (topic: Topic, size: number, peers: readonly PeerId[]) => void;
  readonly here: (topic: Topic, peers: readonly PeerId[], asked: readonly PeerId[]) => void;
  readonly gone: (peer: PeerId) => void;
  /** What the server passes on, at the addressee. */
  readonly deliver: (peer: PeerId, sealed: Uint8Array) => void;
}

export interface ServerWorld {
  readonly clock: VirtualClock;
  readonly network: Network;
  readonly server: SimulatedServer;
}

export class ServerClient {
  readonly #o: ServerClientOptions;
  readonly #world: ServerWorld;
  readonly #topics = new Set<Topic>();
  readonly #oneWay: number;
  #state: 'off' | 'connecting' | 'connected' | 'closed' = 'off';

  constructor(world: ServerWorld, options: ServerClientOptions) {
    this.#world = world;
    this.#o = options;
    this.#oneWay = world.network.latencyToServer(options.host);
  }

  join(topic: Topic): void {
    this.#topics.add(topic);
    if (this.#state === 'connected') this.#ask(() => this.#join(topic));
    else this.#connect(0);
  }

  ask(topic: Topic, asked: readonly PeerId[]): void {
    const { server } = this.#world;
    const { me, here } = this.#o;
    this.#ask(() => {
      const peers = server.here(me.peer, topic, asked);
      return peers && (() => here(topic, peers, asked));
    });
  }

  /** @returns whether there is a connection to send it by */
  signal(to: PeerId, sealed: Uint8Array): boolean {
    const { server } = this.#world;
    const { me, deliver, gone } = this.#o;
    this.#ask(() => {
      if (!server.isConnected(me.peer)) return undefined;
      if (!server.signal(me.peer, to, sealed.length)) return () => gone(to);
      deliver(to, sealed);
      return undefined;
    });
    return this.#state === 'connected';
  }

  /** The connection is gone: it is made anew, after a while and as often as it takes. */
  lost(): void {
    if (this.#state === 'closed') return;
    this.#state = 'off';
    this.#connect(this.#o.random.between(...AGAIN_MS));
  }

  leave(): void {
    this.#state = 'closed';
    this.#world.server.disconnect(this.#o.me.peer, this.#world.clock.now);
  }

  /** The server learns of it later, and thinks the peer here until then. */
  crash(stillRunning: () => boolean): void {
    this.#state = 'closed';
    const { clock, server } = this.#world;
    clock.after(this.#o.random.between(...NOTICED_MS), () => {
      if (!stillRunning()) server.disconnect(this.#o.me.peer, clock.now);
    });
  }

  #connect(afterMs: number): void {
    if (this.#state !== 'off') return;
    this.#state = 'connecting';
    const { clock, server } = this.#world;
    // TCP, WebSocket, challenge and its answer.
    clock.after(afterMs + 6 * this.#oneWay, () => {
      if (this.#state !== 'connecting') return;
      if (this.#cutOff || !server.connect(this.#o.me.peer, clock.now)) return this.lost();
      this.#state = 'connected';
      for (const topic of this.#topics) this.#ask(() => this.#join(topic));
    });
  }

  get #cutOff(): boolean {
    return this.#world.network.isCutOff(this.#o.host);
  }

  #join(topic: Topic): (() => void) | undefined {
    const answer = this.#world.server.join(this.#o.me.peer, topic);
    return answer && (() => this.#o.joined(topic, answer.size, answer.peers));
  }

  /** A question, to the server and back. */
  #ask(atServer: () => (() => void) | undefined): void {
    const { clock } = this.#world;
    if (this.#state !== 'connected' || this.#cutOff) return;
    clock.after(this.#oneWay, () => {
      const answer = this.#cutOff ? undefined : atServer();
      if (answer === undefined) return;
      clock.after(this.#oneWay, () => {
        if (this.#state === 'connected' && !this.#cutOff) answer();
      });
    });
  }
}
