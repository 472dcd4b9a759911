/**
 * A connection to one signaling server, for as long as any topic meets there: authenticates, joins its topics again
 * whenever it has been away, and hands on what comes. What a server sends is parsed; what does not fit is counted.
 */
import { toBase64url } from '@snug/shared/crypto/bytes.ts';
import type { DeviceKey } from '@snug/shared/crypto/device-key.ts';
import type { PeerId, Topic } from '@snug/shared/protocol/ids.ts';
import { PROTOCOL_VERSION, SIGNALING_LIMITS } from '@snug/shared/protocol/limits.ts';
import {
  type Answer,
  Challenge,
  type ClientToServer,
  challengeBytes,
  type Here,
  HereAnswer,
  Joined,
  Problem,
  parseAnswer,
  Refused,
  RelayIn,
  type ServerToClient,
  SignalIn,
  Welcome,
} from '@snug/shared/protocol/signaling.ts';
import { io, type Socket } from 'socket.io-client';
import * as v from 'valibot';
import type { Clock, Timer } from '../clock.ts';
import type { ServerState, ServerStatus } from '../links-port.ts';
import { usableIceServers } from './ice-servers.ts';
import { RelayPace } from './relay-pace.ts';
import { countSignalingBytes } from './signaling-bytes.ts';

export type SignalingSocket = Socket<ServerToClient, ClientToServer>;

export type SignalingEvent =
  /** Connected or not: what `status` says has changed. */
  | { readonly is: 'state' }
  /** Answers to `join` and `ask` alike. `joined` lists a sample, `here` those of the asked who are here. */
  | {
      readonly is: 'joined' | 'here';
      readonly topic: Topic;
      readonly size: number;
      readonly peers: readonly Here[];
      readonly asked: readonly PeerId[];
    }
  | {
      readonly is: 'signal';
      readonly from: PeerId;
      readonly topic: Topic;
      readonly sealed: Uint8Array;
    }
  | { readonly is: 'relay'; readonly from: PeerId; readonly frame: Uint8Array }
  /** The server could not pass something on to this peer. */
  | { readonly is: 'not-here'; readonly peer: PeerId };

export interface SignalingClientOptions {
  readonly url: string;
  readonly device: DeviceKey;
  /** 16 bytes, of this run. */
  readonly nonce: Uint8Array;
  readonly connect: (url: string) => SignalingSocket;
  readonly clock: Clock;
  /** In [0, 1). */
  readonly random: () => number;
  readonly on: (event: SignalingEvent) => void;
}

const ANSWER_MS = 10_000;
const PROBE_MS = 4_000;
const AGAIN_MS = 2_000;
/** After a refusal that may pass: full, shutting down. */
const REFUSED_AGAIN_MS = 5_000;
/** After another program with this device's key took over: first and longest wait before trying again. */
const REPLACED_AGAIN_MS = 2 * 60_000;
const LONGEST_REPLACED_AGAIN_MS = 60 * 60_000;

/**
 * Socket.IO over WebSocket only; it reconnects by itself with jitter, up to half a minute apart.
 *
 * @param through another address that leads to the same server
 * @param when it connects: `told`, by its `connect`
 */
export function connectToServer(
  url: string,
  through?: string,
  when: 'now' | 'told' = 'now',
): SignalingSocket {
  const { origin, host } = new URL(url);
  return io(through ?? origin, {
    transports: ['websocket'],
    ...(through !== undefined && { extraHeaders: { host } }),
    forceNew: true,
    autoConnect: when === 'now',
    auth: { version: PROTOCOL_VERSION },
    reconnectionDelay: 1_000,
    reconnectionDelayMax: 30_000,
    randomizationFactor: 0.5,
  });
}

/** A server that does not answer is a refusal like others. */
type Answered<T> =
  | Answer<T>
  | { ok: false; problem: { readonly code: 'no-answer'; readonly message: string } };

/** Refusals that say nothing against this device or its program. */
const PASSING: ReadonlySet<string> = new Set([
  'no-answer',
  'internal',
  'rate-limited',
  'server-full',
  'shutting-down',
]);

export class SignalingClient {
  readonly url: string;
  readonly #options: SignalingClientOptions;
  readonly #socket: SignalingSocket | undefined;
  readonly #pace: RelayPace;
  readonly #topics = new Set<Topic>();
  /** Topics that are joined again in a moment, since the server would not. */
  readonly #joining = new Set<Topic>();
  readonly #timers = new Set<Timer>();
  readonly #count = { bytesIn: 0, bytesOut: 0, relaying: false };
  #state: ServerState = 'connecting';
  #problem: string | undefined;
  #iceServers: RTCIceServer[] = [];
  #closed = false;
  #connectedAt = 0;
  /** The server has asked who this is, and has not been answered. */
  #answerChallenge: (() => void) | undefined;
  /** How often another program took over of late. */
  #replaced = 0;
  /** What came that was not of the protocol. */
  garbage = 0;

  constructor(options: SignalingClientOptions) {
    this.#options = options;
    this.url = options.url;
    this.#pace = new RelayPace(options.clock.now());
    this.#socket = this.#open();
  }

  get status(): ServerStatus {
    const problem = this.#problem;
    return { url: this.url, state: this.#state, ...(problem !== undefined && { problem }) };
  }

  get ready(): boolean {
    return this.#state === 'connected';
  }

  get bytes(): { readonly bytesIn: number; readonly bytesOut: number } {
    return { bytesIn: this.#count.bytesIn, bytesOut: this.#count.bytesOut };
  }

  /** The server's own STUN responder and those that it names. */
  get iceServers(): readonly RTCIceServer[] {
    return this.#iceServers;
  }

  get topics(): ReadonlySet<Topic> {
    return this.#topics;
  }

  join(topic: Topic): void {
    if (this.#topics.has(topic)) return;
    this.#topics.add(topic);
    if (this.ready) this.#join(topic);
    else this.#comeIn();
  }

  /** To join again answers with another sample. */
  sample(topic: Topic): void {
    if (this.ready && this.#topics.has(topic)) this.#join(topic);
  }

  leave(topic: Topic): void {
    if (this.#topics.delete(topic) && this.ready) this.#leave(topic);
  }

  /** Which of at most 32 peers are in the topic. */
  ask(topic: Topic, peers: readonly PeerId[]): void {
    if (!this.ready || !this.#topics.has(topic)) return;
    this.#ask('here', { topic, peers: [...peers] }, HereAnswer, (answer) => {
      if (!answer.ok) return;
      const { size, peers: here } = answer.value;
      this.#options.on({ is: 'here', topic, size, peers: here, asked: peers });
    });
  }

  signal(to: PeerId, topic: Topic, sealed: Uint8Array): void {
    if (!this.ready) return;
    this.#ask('signal', { to, topic, sealed }, v.null(), (answer) => {
      if (!answer.ok && answer.problem.code === 'peer-not-here') {
        this.#options.on({ is: 'not-here', peer: to });
      }
    });
  }

  /** Bytes of relayed frames that the server takes from this device now. */
  relayRoom(): number {
    return this.ready ? this.#pace.room(this.#options.clock.now()) : 0;
  }

  relay(to: PeerId, frame: Uint8Array): void {
    if (!this.ready) return;
    this.#pace.spend(frame.length, this.#options.clock.now());
    this.#count.relaying = true;
    this.#socket?.emit('relay', { to, frame: new Uint8Array(frame) });
    this.#count.relaying = false;
  }

  /**
   * Addresses have changed: connects now rather than when the back-off says, or finds out whether the connection still
   * carries, which TCP alone would take a minute to notice.
   */
  probe(): void {
    if (this.#closed || this.#state === 'refused') return;
    const [topic] = this.#topics;
    if (!this.ready) this.#socket?.disconnect().connect();
    else if (topic !== undefined) this.#join(topic, PROBE_MS);
  }

  close(): void {
    this.#closed = true;
    for (const timer of this.#timers) this.#options.clock.clearTimeout(timer);
    this.#timers.clear();
    this.#socket?.disconnect();
    this.#socket?.removeAllListeners();
  }

  #open(): SignalingSocket | undefined {
    const url = URL.parse(this.url);
    if (url === null || !/^(?:https?|wss?):$/.test(url.protocol)) {
      this.#state = 'refused';
      this.#problem = `“${this.url}” is no address of a server; it begins with https:// or http://.`;
      queueMicrotask(() => !this.#closed && this.#options.on({ is: 'state' }));
      return undefined;
    }
    const socket = this.#options.connect(this.url);
    const count = () => countSignalingBytes(socket.io.engine, this.#count);
    socket.io.on('open', count);
    // One that was opened early.
    if (socket.io.engine?.readyState === 'open') count();
    socket.io.on('reconnect_error', (error) => this.#onConnectError(error));
    socket.on('connect_error', (error) => this.#onConnectError(error));
    socket.on('disconnect', (reason) => this.#onDisconnect(reason));
    socket.on('challenge', (raw) => {
      const challenge = this.#parse(Challenge, raw);
      if (challenge === undefined) return;
      this.#answerChallenge = () => void this.#authenticate(socket, url.host, challenge.nonce);
      this.#comeIn();
    });
    socket.on('signal', (raw) => {
      const signal = this.#parse(SignalIn, raw);
      if (signal !== undefined) this.#options.on({ is: 'signal', ...signal });
    });
    socket.on('relay', (raw) => {
      const relay = this.#parse(RelayIn, raw);
      if (relay !== undefined) this.#options.on({ is: 'relay', ...relay });
    });
    socket.on('refused', (raw) => {
      const refused = this.#parse(Refused, raw);
      if (refused !== undefined) this.#onRefused(refused);
    });
    return socket;
  }

  /** Once there is a topic to come for: it is joined by the way. */
  #comeIn(): void {
    if (this.#topics.size === 0) return;
    this.#answerChallenge?.();
    this.#answerChallenge = undefined;
  }

  async #authenticate(socket: SignalingSocket, host: string, challenge: Uint8Array): Promise<void> {
    const { device, nonce } = this.#options;
    try {
      const signature = await device.sign(challengeBytes(host, challenge, nonce));
      const message = {
        peer: device.peerId,
        nonce: toBase64url(nonce),
        signature: toBase64url(signature),
      };
      if (!socket.connected) return;
      const topics = [...this.#topics].slice(0, SIGNALING_LIMITS.topicsPerPeer);
      this.#ask('authenticate', { ...message, topics }, Welcome, (answer) => {
        if (answer.ok) this.#onWelcome(new URL(this.url).hostname, answer.value, topics);
        else if (PASSING.has(answer.problem.code)) this.#startAnew(socket, answer.problem.message);
        else this.#refuse(answer.problem.message);
      });
    } catch {
      this.#refuse('This device cannot sign with its key any more.');
    }
  }

  /** `asked` are the topics that the server was to let this device into by the way. */
  #onWelcome(hostname: string, welcome: Welcome, asked: readonly Topic[]): void {
    const own = welcome.stunPort > 0 ? [{ urls: [`stun:${hostname}:${welcome.stunPort}`] }] : [];
    this.#iceServers = usableIceServers([...own, ...welcome.iceServers]);
    this.#connectedAt = this.#options.clock.now();
    const wanted = [...this.#topics];
    this.#is('connected');
    const joined = new Map(asked.map((topic, i) => [topic, welcome.joined?.[i]]));
    for (const topic of wanted) {
      const here = joined.get(topic);
      joined.delete(topic);
      if (!this.#topics.has(topic)) continue;
      if (here) this.#options.on({ is: 'joined', topic, asked: [], ...here });
      else this.#join(topic);
    }
    // Left before the server could be told.
    for (const [topic, here] of joined) if (here) this.#leave(topic);
  }

  #leave(topic: Topic): void {
    this.#ask('leave', { topic }, v.null(), () => undefined);
  }

  #join(topic: Topic, answerMs = ANSWER_MS): void {
    const then = (answer: Answered<Joined>) => {
      if (!this.#topics.has(topic)) return;
      if (answer.ok) {
        this.#options.on({ is: 'joined', topic, asked: [], ...answer.value });
        return;
      }
      if (answer.problem.code === 'no-answer') this.#socket?.disconnect().connect();
      // One refusal, one further try: whoever asks for samples meanwhile must not begin ever more of them.
      if (this.#joining.has(topic)) return;
      this.#joining.add(topic);
      this.#later(AGAIN_MS, () => {
        this.#joining.delete(topic);
        if (this.ready && this.#topics.has(topic)) this.#join(topic);
      });
    };
    this.#ask('join', { topic }, Joined, then, answerMs);
  }

  /** One request and its parsed answer. */
  #ask<S extends v.GenericSchema>(
    event: 'authenticate' | 'join' | 'leave' | 'here' | 'signal',
    message: object,
    schema: S,
    then: (answer: Answered<v.InferOutput<S>>) => void,
    answerMs = ANSWER_MS,
  ): void {
    const timed = this.#socket?.timeout(answerMs);
    if (timed === undefined) return;
    const ack = (error: unknown, raw: unknown) => {
      if (this.#closed) return;
      if (error) {
        then({
          ok: false,
          problem: { code: 'no-answer', message: `${this.url} does not answer.` },
        });
        return;
      }
      const answer = parseAnswer(schema, raw);
      if (!answer.ok && answer.problem.code === 'bad-request') this.garbage++;
      then(answer);
    };
    // The type map's overloads do not take a union of events.
    Reflect.apply(timed.emit, timed, [event, message, ack]);
  }

  #parse<S extends v.GenericSchema>(schema: S, raw: unknown): v.InferOutput<S> | undefined {
    const parsed = v.safeParse(schema, raw);
    if (parsed.success) return parsed.output;
    this.garbage++;
    return undefined;
  }

  #onConnectError(error: Error): void {
    const refusal = v.safeParse(v.object({ data: Problem }), error);
    if (!refusal.success) {
      this.#is('unreachable', `The server at ${this.url} does not answer.`);
      return;
    }
    const { code, message } = refusal.output.data;
    if (code === 'version') {
      this.#is(
        'refused',
        `${message} Reload the page, or ask whoever runs the server to update it.`,
      );
      return;
    }
    this.#is('unreachable', message);
    this.#reconnectLater();
  }

  #onRefused({ event, to, problem }: Refused): void {
    if (event === 'relay' && to !== undefined && problem.code === 'peer-not-here') {
      this.#options.on({ is: 'not-here', peer: to });
    }
    if (event === 'disconnect') {
      if (problem.code === 'replaced') this.#stepBack();
      else this.#problem = problem.message;
    }
  }

  #onDisconnect(reason: string): void {
    this.#answerChallenge = undefined;
    if (this.#state === 'refused') return;
    this.#is('unreachable', this.#problem ?? `The connection to ${this.url} was lost.`);
    if (reason === 'io server disconnect') this.#reconnectLater();
  }

  /** A server that is slow, or has lost what it was told, refuses nobody. */
  #startAnew(socket: SignalingSocket, problem: string): void {
    this.#is('unreachable', problem);
    socket.disconnect();
    this.#reconnectLater();
  }

  /** For refusals after which Socket.IO does not reconnect by itself. */
  #reconnectLater(): void {
    this.#later(REFUSED_AGAIN_MS * (0.5 + this.#options.random()), () => {
      if (this.#state !== 'refused') this.#socket?.connect();
    });
  }

  #refuse(problem: string): void {
    this.#is('refused', problem);
    this.#socket?.disconnect();
  }

  /** Two programs that both came back at once would throw each other out for ever: each waits longer each time. */
  #stepBack(): void {
    const { clock, random } = this.#options;
    if (clock.now() - this.#connectedAt > LONGEST_REPLACED_AGAIN_MS) this.#replaced = 0;
    const wait = Math.min(REPLACED_AGAIN_MS * 2 ** this.#replaced, LONGEST_REPLACED_AGAIN_MS);
    this.#replaced = Math.min(this.#replaced + 1, 16);
    this.#refuse(
      'Another program uses this device’s key at this server; this one has stepped back, ' +
        `and tries again in about ${wait / 60_000} minutes.`,
    );
    this.#later(wait * (0.75 + random() * 0.5), () => {
      this.#is('connecting');
      this.#socket?.connect();
    });
  }

  #is(state: ServerState, problem?: string): void {
    if (this.#closed || (this.#state === state && this.#problem === problem)) return;
    this.#state = state;
    this.#problem = problem;
    this.#options.on({ is: 'state' });
  }

  #later(ms: number, run: () => void): void {
    const timer = this.#options.clock.setTimeout(() => {
      this.#timers.delete(timer);
      run();
    }, ms);
    this.#timers.add(timer);
  }
}
