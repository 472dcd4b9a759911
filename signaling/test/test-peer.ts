/** For tests: a server on a free port, and peers with real keys that speak to it over real sockets. */
import { randomBytes } from 'node:crypto';
import { ed25519 } from '@noble/curves/ed25519.js';
import { toBase64url } from '@snug/shared/crypto/bytes.ts';
import { peerIdFromPublicKey } from '@snug/shared/crypto/did-key.ts';
import type { PeerId, Topic as TopicId } from '@snug/shared/protocol/ids.ts';
import { Topic } from '@snug/shared/protocol/ids.ts';
import { PROTOCOL_VERSION } from '@snug/shared/protocol/limits.ts';
import {
  Challenge,
  challengeBytes,
  HereAnswer,
  Joined,
  parseAnswer,
  Refused,
  RelayIn,
  SignalIn,
  Welcome,
} from '@snug/shared/protocol/signaling.ts';
import { io, type Socket } from 'socket.io-client';
import * as v from 'valibot';
import { createSignalingServer, type Dependencies, type SignalingServer } from '../server.ts';
import type { Settings } from '../settings.ts';

export const TEST_SETTINGS: Settings = {
  port: 0,
  host: '127.0.0.1',
  stun: null,
  origins: [],
  publicHosts: [],
  trustProxy: false,
  ice: { urls: [], turnSecret: null, turnSeconds: 600 },
  maxPeers: 1000,
  maxPeersPerAddress: 1000,
  pageDir: null,
};

export interface TestServer extends SignalingServer {
  readonly url: string;
  readonly logged: { level: string; event: string; fields: unknown }[];
}

export async function startServer(
  settings: Partial<Settings> = {},
  dependencies: Partial<Dependencies> = {},
): Promise<TestServer> {
  const logged: TestServer['logged'] = [];
  const server = createSignalingServer(
    { ...TEST_SETTINGS, ...settings },
    {
      log: (level, event, fields = {}) => logged.push({ level, event, fields }),
      random: Math.random,
      now: Date.now,
      ...dependencies,
    },
  );
  const { port } = await server.listen();
  return Object.assign(Object.create(server), { url: `http://127.0.0.1:${port}`, logged });
}

export function randomTopic(): TopicId {
  return v.parse(Topic, randomBytes(32).toString('base64url'));
}

/** Takes messages in the order in which they came; waits for one that has not come yet. */
class Inbox<T> {
  readonly #waiting: T[] = [];
  readonly #takers: ((message: T) => void)[] = [];

  put(message: T): void {
    const taker = this.#takers.shift();
    if (taker === undefined) this.#waiting.push(message);
    else taker(message);
  }

  take(): Promise<T> {
    const message = this.#waiting.shift();
    if (message !== undefined) return Promise.resolve(message);
    return new Promise((resolve) => this.#takers.push(resolve));
  }

  get size(): number {
    return this.#waiting.length;
  }
}

interface ConnectOptions {
  readonly secretKey?: Uint8Array;
  readonly version?: unknown;
  readonly headers?: Record<string, string>;
  readonly auth?: Record<string, unknown>;
}

/** A connection and its device key. What arrives is parsed by the schemas of the wire and waits in inboxes. */
export class TestPeer {
  readonly secretKey: Uint8Array;
  readonly id: PeerId;
  readonly nonce = new Uint8Array(randomBytes(16));
  readonly socket: Socket;
  readonly host: string;
  readonly challenges = new Inbox<Challenge>();
  readonly signals = new Inbox<SignalIn>();
  readonly frames = new Inbox<RelayIn>();
  readonly refusals = new Inbox<Refused>();
  /** The reason of a `connect_error`, or of the end of the connection. */
  readonly failed: Promise<Error & { data?: unknown }>;
  readonly disconnected: Promise<string>;

  constructor(url: string, options: ConnectOptions = {}) {
    this.secretKey = options.secretKey ?? new Uint8Array(randomBytes(32));
    this.id = peerIdFromPublicKey(ed25519.getPublicKey(this.secretKey));
    this.host = new URL(url).host;
    this.socket = io(url, {
      transports: ['websocket'],
      reconnection: false,
      forceNew: true,
      auth: options.auth ?? { version: options.version ?? PROTOCOL_VERSION },
      ...(options.headers && { extraHeaders: options.headers }),
    });
    this.socket.on('challenge', (raw) => this.challenges.put(v.parse(Challenge, raw)));
    this.socket.on('signal', (raw) => this.signals.put(v.parse(SignalIn, raw)));
    this.socket.on('relay', (raw) => this.frames.put(v.parse(RelayIn, raw)));
    this.socket.on('refused', (raw) => this.refusals.put(v.parse(Refused, raw)));
    this.failed = new Promise((resolve) => this.socket.on('connect_error', resolve));
    this.disconnected = new Promise((resolve) => this.socket.on('disconnect', resolve));
  }

  /** Connects and authenticates; rejects if either fails. */
  static async connect(url: string, options: ConnectOptions = {}): Promise<TestPeer> {
    const peer = new TestPeer(url, options);
    const failed = peer.failed.then((error) => Promise.reject(error));
    const challenge = await Promise.race([peer.challenges.take(), failed]);
    const welcome = await peer.authenticate(challenge.nonce);
    if (!welcome.ok) throw new Error(welcome.problem.message);
    return peer;
  }

  async authenticate(challenge: Uint8Array, host = this.host, topics?: readonly string[]) {
    const message = challengeBytes(host, challenge, this.nonce);
    const signature = ed25519.sign(message, this.secretKey);
    const answer = await this.ask('authenticate', {
      peer: this.id,
      nonce: toBase64url(this.nonce),
      signature: toBase64url(signature),
      ...(topics && { topics }),
    });
    return parseAnswer(Welcome, answer);
  }

  /** Sends an event and waits for its acknowledgement, unparsed. */
  ask(event: string, ...args: unknown[]): Promise<unknown> {
    return new Promise((resolve) => this.socket.emit(event, ...args, resolve));
  }

  async join(topic: string) {
    return parseAnswer(Joined, await this.ask('join', { topic }));
  }

  async leave(topic: string) {
    return parseAnswer(v.null(), await this.ask('leave', { topic }));
  }

  async here(topic: string, peers: readonly string[]) {
    return parseAnswer(HereAnswer, await this.ask('here', { topic, peers }));
  }

  async signal(to: string, topic: string, sealed: Uint8Array) {
    return parseAnswer(v.null(), await this.ask('signal', { to, topic, sealed }));
  }

  relay(to: string, frame: Uint8Array): void {
    this.socket.emit('relay', { to, frame });
  }

  close(): void {
    this.socket.disconnect();
  }
}
