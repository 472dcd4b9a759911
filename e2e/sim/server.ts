/**
 * The signaling server, simulated: who is in which topic, random samples of them, and signals passed on. Its bytes are those
 * measured at a real one, in and out together (architecture, "Rendezvous and signaling").
 */
import type { PeerId, Topic } from '@snug/shared/protocol/ids.ts';
import { SIGNALING_LIMITS } from '@snug/shared/protocol/limits.ts';
import type { SeededRandom } from './seeded-random.ts';

const BYTES = {
  /** To connect and authenticate. */
  connect: 839,
  join: 250,
  question: 130,
  /** One peer id in a question, and one with its nonce in an answer. */
  asked: 60,
  named: 103,
  /** A sealed signal of n bytes is 2 n + this: once in, once out, their envelopes and the acknowledgement. */
  signal: 240,
  /** A ping and its pong each 25 s. */
  keepAlive: 12,
} as const;
const KEEP_ALIVE_MS = 25_000;

interface Room {
  readonly peers: PeerId[];
  readonly at: Map<PeerId, number>;
}

export class SimulatedServer {
  readonly #rooms = new Map<Topic, Room>();
  readonly #connected = new Map<PeerId, { readonly topics: Set<Topic>; readonly since: number }>();
  readonly #random: SeededRandom;
  #up = true;
  #keepAlive = 0;
  readonly #bytes = { connect: 0, join: 0, here: 0, signal: 0 };
  signals = 0;

  constructor(random: SeededRandom) {
    this.#random = random;
  }

  get up(): boolean {
    return this.#up;
  }

  /** In and out, keep-alives apart. */
  get bytes(): Readonly<Record<'connect' | 'join' | 'here' | 'signal', number>> {
    return this.#bytes;
  }

  /** All that, and the keep-alives. */
  allBytes(now: number): number {
    const { connect, join, here, signal } = this.#bytes;
    return connect + join + here + signal + this.#keepAliveBytes(now);
  }

  #keepAliveBytes(now: number): number {
    let sum = this.#keepAlive;
    for (const { since } of this.#connected.values()) sum += keepAlive(now - since);
    return sum;
  }

  isConnected(peer: PeerId): boolean {
    return this.#connected.has(peer);
  }

  connect(peer: PeerId, now: number): boolean {
    if (!this.#up) return false;
    this.disconnect(peer, now);
    this.#connected.set(peer, { topics: new Set(), since: now });
    this.#bytes.connect += BYTES.connect;
    return true;
  }

  disconnect(peer: PeerId, now: number): void {
    const connection = this.#connected.get(peer);
    if (connection === undefined) return;
    this.#keepAlive += keepAlive(now - connection.since);
    this.#connected.delete(peer);
    for (const topic of connection.topics) this.#remove(topic, peer);
  }

  /** Everybody loses it. @returns who did, in order of their coming */
  goDown(now: number): readonly PeerId[] {
    const lost = [...this.#connected.keys()];
    for (const peer of lost) this.disconnect(peer, now);
    this.#up = false;
    return lost;
  }

  comeUp(): void {
    this.#up = true;
  }

  /** Joining again answers with a fresh sample. */
  join(
    peer: PeerId,
    topic: Topic,
  ): { readonly size: number; readonly peers: readonly PeerId[] } | undefined {
    const connection = this.#connected.get(peer);
    if (connection === undefined) return undefined;
    const room = this.#rooms.get(topic) ?? { peers: [], at: new Map<PeerId, number>() };
    this.#rooms.set(topic, room);
    if (!connection.topics.has(topic)) {
      connection.topics.add(topic);
      room.at.set(peer, room.peers.length);
      room.peers.push(peer);
    }
    const some = this.#random.sample(room.peers, SIGNALING_LIMITS.sample + 1);
    const peers = some.filter((one) => one !== peer).slice(0, SIGNALING_LIMITS.sample);
    this.#bytes.join += BYTES.join + BYTES.named * peers.length;
    return { size: room.peers.length, peers };
  }

  here(peer: PeerId, topic: Topic, asked: readonly PeerId[]): readonly PeerId[] | undefined {
    const room = this.#rooms.get(topic);
    if (!this.#connected.has(peer) || room === undefined) return undefined;
    const peers = asked.slice(0, SIGNALING_LIMITS.hereQuestion).filter((one) => room.at.has(one));
    this.#bytes.here += BYTES.question + BYTES.asked * asked.length + BYTES.named * peers.length;
    return peers;
  }

  /** @returns whether the addressee is here, to whom it is passed on */
  signal(from: PeerId, to: PeerId, bytes: number): boolean {
    if (!this.#connected.has(from)) return false;
    this.signals++;
    const here = this.#connected.has(to);
    this.#bytes.signal += BYTES.signal + (here ? 2 : 1) * bytes;
    return here;
  }

  #remove(topic: Topic, peer: PeerId): void {
    const room = this.#rooms.get(topic);
    const at = room?.at.get(peer);
    if (room === undefined || at === undefined) return;
    room.at.delete(peer);
    const last = room.peers.pop();
    if (last === undefined || last === peer) return;
    room.peers[at] = last;
    room.at.set(last, at);
  }
}

function keepAlive(ms: number): number {
  return Math.floor(ms / KEEP_ALIVE_MS) * BYTES.keepAlive;
}
