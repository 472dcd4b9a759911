/**
 * The whole wire between a peer and a signaling server: Socket.IO events, one type map a direction, and the
 * schemas that each end parses the other by. The server introduces peers and forwards what they sealed for each
 * other; nothing here names a space, a person or a message.
 *
 * 1. The client connects with `auth: { version }`. Another version is refused with a `connect_error` whose `data`
 *    is a `Problem` of code `version`.
 * 2. The server sends `challenge`. The client answers `authenticate`, signing `challengeBytes`, and names the topics that it
 *    wants to join, which saves it a round trip and the server the half of its work.
 * 3. From then on the client may `join` further topics, ask who is `here`, send `signal`s and, where no direct path can
 *    be made, `relay` frames.
 */
import { base64urlnopad } from '@scure/base';
import * as v from 'valibot';
import { PeerId, Topic } from './ids.ts';
import { SIGNALING_LIMITS as LIMITS } from './limits.ts';

/** Bytes as Socket.IO hands them over: `Buffer` in Node, `ArrayBuffer` in browsers. */
const bytes = (min: number, max: number) =>
  v.pipe(
    v.union([v.instance(Uint8Array), v.instance(ArrayBuffer)]),
    v.transform((b) =>
      b instanceof ArrayBuffer
        ? new Uint8Array(b)
        : new Uint8Array(b.buffer, b.byteOffset, b.byteLength),
    ),
    v.check((b) => b.byteLength >= min && b.byteLength <= max, `expected ${min} to ${max} bytes`),
  );

export const PROBLEM_CODES = [
  /** The message does not fit its schema. */
  'bad-request',
  /** Client and server speak different versions of this protocol. */
  'version',
  /** Something was asked before `authenticate` succeeded. */
  'unauthenticated',
  /** The challenge's signature is not the peer's. */
  'bad-signature',
  'rate-limited',
  'too-many-topics',
  /** A signal, relay or question names a topic that the sender has not joined. */
  'not-in-topic',
  /** The addressee is not connected here, or shares no topic with the sender. */
  'peer-not-here',
  /** The same peer id has connected anew; this connection ends. */
  'replaced',
  'server-full',
  'shutting-down',
  'internal',
] as const;
export const Problem = v.object({
  code: v.picklist(PROBLEM_CODES),
  /** For a person: what was expected, what came, what to do. */
  message: v.pipe(v.string(), v.maxLength(500)),
});
export type Problem = v.InferOutput<typeof Problem>;

/** Sent as Socket.IO's `auth` at connect. */
export const Hello = v.object({ version: v.pipe(v.number(), v.integer()) });
export type Hello = v.InferOutput<typeof Hello>;

/** What the last character may be, its spare bits being zero. */
const LAST_OF = { 16: '[AQgw]', 32: '[AEIMQUYcgkosw048]', 64: '[AQgw]' } as const;

/**
 * Bytes as base64url text on the wire, bytes once parsed. Bytes of their own would travel as a frame each, which a server has to
 * read and put together again; and Socket.IO's parser refuses a packet of more than ten.
 */
const bytesAsText = (length: keyof typeof LAST_OF) => {
  const digits = Math.floor((length * 4) / 3);
  return v.pipe(
    v.string(),
    v.regex(
      new RegExp(`^[A-Za-z0-9_-]{${digits}}${LAST_OF[length]}$`),
      `expected ${length} bytes as base64url`,
    ),
    v.transform((text) => base64urlnopad.decode(text)),
  );
};

/** Somebody present in a topic. `nonce` is fresh for each run of their program; signals to them carry it. */
export const Here = v.object({ peer: PeerId, nonce: bytesAsText(16) });
export type Here = v.InferOutput<typeof Here>;
/** `Here` as it travels. */
export type HereOnWire = v.InferInput<typeof Here>;

export const Challenge = v.object({ nonce: bytesAsText(32) });
export type Challenge = v.InferOutput<typeof Challenge>;

export const Authenticate = v.object({
  peer: PeerId,
  nonce: bytesAsText(16),
  signature: bytesAsText(64),
  /** To be joined at once. */
  topics: v.optional(v.pipe(v.array(Topic), v.maxLength(LIMITS.topicsPerPeer))),
});
export type Authenticate = v.InferOutput<typeof Authenticate>;

/** `size` counts everybody in the topic, oneself included; `peers` is a random sample of the others. */
export const Joined = v.object({
  size: v.pipe(v.number(), v.integer(), v.minValue(1)),
  peers: v.pipe(v.array(Here), v.maxLength(LIMITS.sample)),
});
export type Joined = v.InferOutput<typeof Joined>;

export const IceServer = v.object({
  urls: v.pipe(v.array(v.pipe(v.string(), v.maxLength(300))), v.minLength(1), v.maxLength(8)),
  username: v.optional(v.pipe(v.string(), v.maxLength(300))),
  credential: v.optional(v.pipe(v.string(), v.maxLength(300))),
});
export type IceServer = v.InferOutput<typeof IceServer>;

export const Welcome = v.object({
  /** Of the server's own STUN responder, on the host that the client already knows; 0 when it is off. */
  stunPort: v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(65535)),
  iceServers: v.pipe(v.array(IceServer), v.maxLength(16)),
  /** Seconds for which ephemeral TURN credentials in `iceServers` hold; 0 when there are none. */
  iceSeconds: v.pipe(v.number(), v.integer(), v.minValue(0)),
  /**
   * For each of the `topics` of `authenticate`, in their order; `null` for one that was refused, of which `join` tells why.
   * Missing from a server that knows `join` only.
   */
  joined: v.optional(v.pipe(v.array(v.nullable(Joined)), v.maxLength(LIMITS.topicsPerPeer))),
});
export type Welcome = v.InferOutput<typeof Welcome>;

export const Join = v.object({ topic: Topic });
export type Join = v.InferOutput<typeof Join>;

export const Leave = v.object({ topic: Topic });
export type Leave = v.InferOutput<typeof Leave>;

export const HereQuestion = v.object({
  topic: Topic,
  peers: v.pipe(v.array(PeerId), v.minLength(1), v.maxLength(LIMITS.hereQuestion)),
});
export type HereQuestion = v.InferOutput<typeof HereQuestion>;
export const HereAnswer = v.object({
  size: v.pipe(v.number(), v.integer(), v.minValue(0)),
  peers: v.pipe(v.array(Here), v.maxLength(LIMITS.hereQuestion)),
});
export type HereAnswer = v.InferOutput<typeof HereAnswer>;

export const SignalOut = v.object({
  to: PeerId,
  topic: Topic,
  sealed: bytes(1, LIMITS.signalBytes),
});
export type SignalOut = v.InferOutput<typeof SignalOut>;
export const SignalIn = v.object({
  from: PeerId,
  topic: Topic,
  sealed: bytes(1, LIMITS.signalBytes),
});
export type SignalIn = v.InferOutput<typeof SignalIn>;

export const RelayOut = v.object({ to: PeerId, frame: bytes(1, LIMITS.relayFrameBytes) });
export type RelayOut = v.InferOutput<typeof RelayOut>;
export const RelayIn = v.object({ from: PeerId, frame: bytes(1, LIMITS.relayFrameBytes) });
export type RelayIn = v.InferOutput<typeof RelayIn>;

/** A refused `relay`, which has no acknowledgement of its own, or the reason of a disconnect. */
export const Refused = v.object({
  event: v.pipe(v.string(), v.maxLength(32)),
  to: v.optional(PeerId),
  problem: Problem,
});
export type Refused = v.InferOutput<typeof Refused>;

/** What an acknowledgement carries. */
export type Answer<T> = { ok: true; value: T } | { ok: false; problem: Problem };
type Ack<T> = (answer: Answer<T>) => void;

export interface ClientToServer {
  authenticate(
    message: v.InferInput<typeof Authenticate>,
    ack: Ack<v.InferInput<typeof Welcome>>,
  ): void;
  join(message: Join, ack: Ack<v.InferInput<typeof Joined>>): void;
  leave(message: Leave, ack: Ack<null>): void;
  here(message: HereQuestion, ack: Ack<v.InferInput<typeof HereAnswer>>): void;
  signal(message: SignalOut, ack: Ack<null>): void;
  relay(message: RelayOut): void;
}

export interface ServerToClient {
  challenge(message: v.InferInput<typeof Challenge>): void;
  signal(message: SignalIn): void;
  relay(message: RelayIn): void;
  refused(message: Refused): void;
}

/** Parses an acknowledgement whose value fits `schema`; anything else becomes a `bad-request` problem. */
export function parseAnswer<S extends v.GenericSchema>(
  schema: S,
  raw: unknown,
): Answer<v.InferOutput<S>> {
  const answer = v.safeParse(
    v.variant('ok', [
      v.object({ ok: v.literal(true), value: schema }),
      v.object({ ok: v.literal(false), problem: Problem }),
    ]),
    raw,
  );
  if (answer.success) return answer.output as Answer<v.InferOutput<S>>;
  return {
    ok: false,
    problem: {
      code: 'bad-request',
      message: `The server's answer is not of this protocol: ${answer.issues[0].message}`,
    },
  };
}

const encoder = new TextEncoder();

/**
 * What a peer signs to show a server that its peer id is its own. The host (as in the `Host` header: name and
 * port) is inside, so a hostile server cannot pass another server's challenge on and appear there under this id.
 */
export function challengeBytes(host: string, challenge: Uint8Array, nonce: Uint8Array): Uint8Array {
  const head = encoder.encode(`snug/challenge/v1\0${host.toLowerCase()}\0`);
  const all = new Uint8Array(head.length + challenge.length + nonce.length);
  all.set(head);
  all.set(challenge, head.length);
  all.set(nonce, head.length + challenge.length);
  return all;
}
