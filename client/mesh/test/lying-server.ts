/** For tests: signaling servers that lie until they do not, and devices with real links at them, all on vitest's fake timers. */
import { ed25519 } from '@noble/curves/ed25519.js';
import { toBase64url } from '@snug/shared/crypto/bytes.ts';
import { type DeviceKey, openDeviceKey } from '@snug/shared/crypto/device-key.ts';
import { peerIdFromPublicKey } from '@snug/shared/crypto/did-key.ts';
import type { PeerId, Topic } from '@snug/shared/protocol/ids.ts';
import * as ids from '@snug/shared/protocol/ids.ts';
import { SIGNALING_LIMITS } from '@snug/shared/protocol/limits.ts';
import {
  Authenticate,
  type HereOnWire,
  HereQuestion,
  Join,
  RelayOut,
  SignalOut,
} from '@snug/shared/protocol/signaling.ts';
import { io } from 'socket.io-client';
import * as v from 'valibot';
import { vi } from 'vitest';
import { createLinks, type Links } from '../device/links.ts';
import type { LinksEvent, TopicSpec } from '../links-port.ts';
import type { SignalingSocket } from '../signaling/signaling-client.ts';

const ONE_WAY_MS = 20;
const LATE_MS = 3_000;
const KEPT = 50;

/** What a server may say in place of the truth, each drawn anew for each answer. */
export const LIES = {
  answers: ['true', 'nobody', 'crowd', 'false nonce', 'error', 'nonsense', 'silence'],
  signals: ['passed', 'lost', 'late', 'twice', 'not here', 'not here, yet passed', 'silence'],
  relayed: ['passed', 'lost', 'late', 'twice', 'not here'],
  unasked: ['nothing', 'an old signal', 'not here'],
} as const;
export type Lies = { readonly [K in keyof typeof LIES]: readonly (typeof LIES)[K][number][] };

/** Whom no topic lists. */
const STRANGERS = Array.from({ length: SIGNALING_LIMITS.sample }, (_, i) => strangerOf(100 + i));

const HONEST: Lies = { answers: [], signals: [], relayed: [], unasked: [] };

type Ack = (error: Error | null, answer?: unknown) => void;

interface Connection {
  readonly socket: SignalingSocket;
  readonly topics: Set<Topic>;
  here?: { readonly peer: PeerId; readonly nonce: Uint8Array };
}

/** One server. Nobody's connection breaks; what is late arrives after at most `LATE_MS`. */
export class LyingServer {
  readonly url: string;
  readonly #random: () => number;
  readonly #connections: Connection[] = [];
  readonly #old: { from: PeerId; topic: Topic; sealed: Uint8Array }[] = [];
  lies: Lies = HONEST;
  /** How often it was asked to let somebody join, or for a sample, which is the same. */
  joins = 0;

  constructor(url: string, random: () => number) {
    this.url = url;
    this.#random = random;
  }

  connect(): SignalingSocket {
    const socket = io(this.url, { autoConnect: false, forceNew: true });
    const connection: Connection = { socket, topics: new Set() };
    this.#connections.push(connection);
    let answerMs = 0;
    socket.timeout = (ms) => {
      answerMs = ms;
      return socket as ReturnType<typeof socket.timeout>;
    };
    socket.emit = (event, ...args) => {
      const [message, ack]: readonly unknown[] = args;
      const answer: Ack = (error, value) =>
        typeof ack === 'function' && Reflect.apply(ack, undefined, [error, value]);
      this.#heard(connection, event, message, answer, answerMs);
      return socket;
    };
    socket.disconnect = () => socket;
    socket.connect = () => socket;
    later(ONE_WAY_MS, () => {
      socket.connected = true;
      this.#tell(connection, 'challenge', { nonce: toBase64url(new Uint8Array(32)) });
    });
    return socket;
  }

  /** Says something that nobody asked for. */
  speak(): void {
    const { unasked } = this.lies;
    const connection = this.#pick(this.#connections);
    const other = this.#pick(this.#connections)?.here?.peer;
    if (connection === undefined || other === undefined) return;
    switch (this.#pick(unasked)) {
      case 'an old signal':
        this.#tell(connection, 'signal', this.#pick(this.#old));
        return;
      case 'not here': {
        const problem = { code: 'peer-not-here', message: '' };
        this.#tell(connection, 'refused', { event: 'relay', to: other, problem });
        return;
      }
      default:
        return;
    }
  }

  #heard(from: Connection, event: string, message: unknown, ack: Ack, answerMs: number): void {
    let answered = false;
    const once: Ack = (error, value) => {
      if (answered) return;
      answered = true;
      ack(error, value);
    };
    if (event !== 'relay') later(answerMs, () => once(new Error('no answer in time')));
    const answer = (value: unknown) => later(2 * ONE_WAY_MS, () => once(null, value));
    const ok = (value: unknown) => answer({ ok: true, value });
    switch (event) {
      case 'authenticate': {
        const { peer, nonce } = v.parse(Authenticate, message);
        from.here = { peer, nonce };
        ok({ stunPort: 0, iceServers: [], iceSeconds: 0 });
        return;
      }
      case 'join': {
        const { topic } = v.parse(Join, message);
        this.joins++;
        from.topics.add(topic);
        this.#answer(answer, this.#present(topic, from));
        return;
      }
      case 'here': {
        const { topic, peers } = v.parse(HereQuestion, message);
        const asked = new Set<string>(peers);
        const here = this.#present(topic, from).filter(({ peer }) => asked.has(peer));
        this.#answer(answer, here);
        return;
      }
      case 'signal':
        this.#signal(from, v.parse(SignalOut, message), answer);
        return;
      case 'relay':
        this.#relay(from, v.parse(RelayOut, message));
        return;
      default:
        ok(null);
    }
  }

  #present(topic: Topic, but: Connection): HereOnWire[] {
    return this.#connections.flatMap((one) =>
      one !== but && one.here && one.topics.has(topic)
        ? [{ peer: one.here.peer, nonce: toBase64url(one.here.nonce) }]
        : [],
    );
  }

  #answer(answer: (value: unknown) => void, here: readonly HereOnWire[]): void {
    const say = (size: number, peers: readonly HereOnWire[]) =>
      answer({ ok: true, value: { size, peers } });
    const noise = (bytes: number) =>
      Uint8Array.from({ length: bytes }, () => Math.floor(this.#random() * 256));
    const nonce = () => toBase64url(noise(16));
    switch (this.#pick(this.lies.answers)) {
      case 'nobody':
        say(1, []);
        return;
      case 'crowd': {
        say(
          10_001,
          STRANGERS.map((peer) => ({ peer, nonce: nonce() })),
        );
        return;
      }
      case 'false nonce':
        say(
          here.length + 1,
          here.map(({ peer }) => ({ peer, nonce: nonce() })),
        );
        return;
      case 'error':
        answer({ ok: false, problem: { code: 'internal', message: 'no' } });
        return;
      case 'nonsense':
        answer({ ok: true, value: { size: -1, peers: {} } });
        return;
      case 'silence':
        return;
      default:
        say(here.length + 1, here);
    }
  }

  #signal(
    from: Connection,
    { to, topic, sealed }: v.InferOutput<typeof SignalOut>,
    answer: (value: unknown) => void,
  ): void {
    const there = this.#connections.find(
      ({ here, topics }) => here?.peer === to && topics.has(topic),
    );
    const notHere = { ok: false, problem: { code: 'peer-not-here', message: '' } };
    if (from.here === undefined || there === undefined) {
      answer(notHere);
      return;
    }
    const signal = { from: from.here.peer, topic, sealed };
    this.#old.push(signal);
    if (this.#old.length > KEPT) this.#old.shift();
    const pass = (lateMs = 0) => later(lateMs, () => this.#tell(there, 'signal', signal));
    const lie = this.#pick(this.lies.signals) ?? 'passed';
    if (lie === 'late') pass(this.#random() * LATE_MS);
    else if (lie !== 'lost' && lie !== 'not here') pass();
    if (lie === 'twice') pass(this.#random() * LATE_MS);
    if (lie !== 'silence') answer(lie.startsWith('not here') ? notHere : { ok: true, value: null });
  }

  #relay(from: Connection, { to, frame }: v.InferOutput<typeof RelayOut>): void {
    const there = this.#connections.find(({ here }) => here?.peer === to);
    if (from.here === undefined || there === undefined) return;
    const relayed = { from: from.here.peer, frame: frame.slice() };
    const pass = (lateMs = 0) => later(lateMs, () => this.#tell(there, 'relay', relayed));
    switch (this.#pick(this.lies.relayed) ?? 'passed') {
      case 'lost':
        return;
      case 'late':
        pass(this.#random() * LATE_MS);
        return;
      case 'twice':
        pass();
        pass();
        return;
      case 'not here': {
        const problem = { code: 'peer-not-here', message: '' };
        this.#tell(from, 'refused', { event: 'relay', to, problem });
        return;
      }
      default:
        pass();
    }
  }

  #tell(
    { socket }: Connection,
    event: 'challenge' | 'signal' | 'relay' | 'refused',
    message: unknown,
  ) {
    later(ONE_WAY_MS, () => {
      for (const listener of socket.listeners(event)) Reflect.apply(listener, socket, [message]);
    });
  }

  #pick<T>(all: readonly T[]): T | undefined {
    return all[Math.floor(this.#random() * all.length)];
  }
}

function later(ms: number, run: () => void): void {
  if (ms <= 0) run();
  else setTimeout(run, ms);
}

/** A device whose links go by these servers and by no direct path. */
export class ServedPeer {
  readonly device: DeviceKey;
  readonly links: Links;
  readonly events: LinksEvent[] = [];

  private constructor(device: DeviceKey, servers: readonly LyingServer[], random: () => number) {
    this.device = device;
    const byUrl = new Map(servers.map((server) => [server.url, server]));
    const [first] = servers;
    this.links = createLinks({
      device,
      clock: {
        now: () => Date.now(),
        setTimeout: (run, ms) => setTimeout(run, ms),
        clearTimeout: (timer) => clearTimeout(timer),
      },
      random: (bytes) => Uint8Array.from({ length: bytes }, () => Math.floor(random() * 256)),
      connect: (url) => {
        const server = byUrl.get(url) ?? first;
        if (server === undefined) throw new Error('no server');
        return server.connect();
      },
      ice: { relayOnly: true },
      directDeadlineMs: 500,
      emit: (event) => this.events.push(event),
    });
  }

  static async make(
    number: number,
    servers: readonly LyingServer[],
    random: () => number,
  ): Promise<ServedPeer> {
    const signing = new Uint8Array(32).fill(number);
    const device = await openDeviceKey({ kind: 'raw', signing, sealing: signing });
    return new ServedPeer(device, servers, random);
  }

  join(spec: TopicSpec): void {
    this.links.command({ do: 'join', spec });
  }

  isLinkedTo(peer: PeerId): boolean {
    return this.links.status().links.some((link) => link.peer === peer);
  }
}

export function specOf(servers: readonly LyingServer[], allowed: readonly PeerId[]): TopicSpec {
  return {
    topic: v.parse(ids.Topic, toBase64url(new Uint8Array(32).fill(9))),
    signalKey: new Uint8Array(32).fill(8),
    servers: servers.map(({ url }) => url),
    initiate: 'listed',
    allowed: [...allowed],
  };
}

function strangerOf(number: number): PeerId {
  return peerIdFromPublicKey(ed25519.getPublicKey(new Uint8Array(32).fill(number)));
}

const turn = () => new Promise((resolve) => setImmediate(resolve));

/** Lets so much of the fake time pass, and all that follows from it happen. */
export async function pass(ms: number): Promise<void> {
  let over = false;
  setTimeout(() => {
    over = true;
  }, ms);
  await turn();
  while (!over) {
    vi.advanceTimersToNextTimer();
    await turn();
  }
}
