import { type Bytes, toBase64url } from '@snug/shared/crypto/bytes.ts';
import type { PeerId, Topic } from '@snug/shared/protocol/ids.ts';
import type { SIGNALING_LIMITS } from '@snug/shared/protocol/limits.ts';
import type {
  ClientToServer,
  Problem,
  RelayIn,
  ServerToClient,
  SignalIn,
} from '@snug/shared/protocol/signaling.ts';
import { type Rate, TokenBucket } from '@snug/shared/protocol/token-bucket.ts';
import type { Socket } from 'socket.io';
import { type Backlog, ConnectionBacklog } from './backlog.ts';

/** How long a connection that the server has closed is still read, ms: time for the reason to be sent. */
const LAST_WORDS_MS = 1000;

export type ServerSocket = Socket<ClientToServer, ServerToClient>;

/** `SIGNALING_LIMITS`, or others of the same shape for tests. */
export type Limits = {
  readonly [K in keyof typeof SIGNALING_LIMITS]: (typeof SIGNALING_LIMITS)[K] extends number
    ? number
    : Rate;
};

/**
 * Closes a connection when what was written to it has gone. The other end may take no notice, or read nothing; so what is
 * beneath it ends soon after, whatever it does.
 */
export function closeSoon(connection: ServerSocket['conn']): void {
  connection.close();
  destroySoon(connection);
}

function destroySoon({ request }: ServerSocket['conn'], then?: () => void): void {
  setTimeout(() => {
    request.socket.destroy();
    then?.();
  }, LAST_WORDS_MS).unref();
}

/** One connection: who it is, what it has joined, and what it may still ask. */
export class Session {
  /** `null` until the challenge is answered. */
  peer: PeerId | null = null;
  /** As on the wire. */
  nonce = '';
  /** The challenge still to be answered; it is good for one attempt. */
  challenge: Bytes | null;
  readonly topics = new Set<Topic>();
  /** Those that the challenge may be signed for. */
  hosts: readonly string[];
  readonly events: TokenBucket;
  readonly backlog: ConnectionBacklog;
  /** Most peers never relay and never break a rule, and an idle peer should cost next to nothing. */
  #relay: { bytes: TokenBucket; frames: TokenBucket } | null = null;
  #violations: TokenBucket | null = null;
  #late: NodeJS.Timeout | undefined;
  readonly #limits: Limits;
  readonly #socket: ServerSocket;
  #ended = false;

  constructor(
    socket: ServerSocket,
    hosts: readonly string[],
    challenge: Bytes,
    backlog: Backlog,
    limits: Limits,
    now: number,
  ) {
    this.#socket = socket;
    this.hosts = hosts;
    this.challenge = challenge;
    this.backlog = new ConnectionBacklog(backlog);
    this.#limits = limits;
    this.events = new TokenBucket(limits.events, now);
  }

  /** Whether the connection has ended, by whichever side. */
  get ended(): boolean {
    return this.#ended;
  }

  /** Calls `late` unless the challenge has been answered, or the connection has ended, within so many milliseconds. */
  expectAnswer(ms: number, late: () => void): void {
    this.#late = setTimeout(late, ms);
  }

  /** The challenge has been answered. */
  authenticated(peer: PeerId, nonce: string): void {
    this.#forget();
    this.peer = peer;
    this.nonce = nonce;
  }

  /** Counts a violation. False when there have been too many. */
  forgives(now: number): boolean {
    const burst = this.#limits.violationsPerMinute;
    this.#violations ??= new TokenBucket({ perSecond: burst / 60, burst }, now);
    return this.#violations.take(1, now);
  }

  /** Whether the connection may relay another frame of so many bytes. */
  mayRelay(bytes: number, now: number): boolean {
    this.#relay ??= {
      bytes: new TokenBucket(this.#limits.relayBytes, now),
      frames: new TokenBucket(this.#limits.relayFrames, now),
    };
    return this.#relay.frames.take(1, now) && this.#relay.bytes.take(bytes, now);
  }

  /** Takes room in the backlog for bytes about to be written, and a payload among them; false when there is none. */
  reserve(bytes: number, payload?: Bytes): boolean {
    return this.backlog.reserve(bytes, payload);
  }

  sendChallenge(nonce: Bytes): void {
    this.#socket.emit('challenge', { nonce: toBase64url(nonce) });
  }

  signal(message: SignalIn): void {
    this.#socket.emit('signal', message);
  }

  relay(message: RelayIn): void {
    this.#socket.emit('relay', message);
  }

  refuse(event: string, to: PeerId | null, problem: Problem): void {
    const about = to === null ? {} : { to };
    this.#socket.emit('refused', { event: event.slice(0, 32), ...about, problem });
  }

  /** Ends the connection, and says why unless the other side ended it. */
  end(problem: Problem | null): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#forget();
    if (problem === null) {
      this.backlog.clear();
      return;
    }
    this.refuse('disconnect', null, problem);
    this.#socket.disconnect(true);
    // Until then what waits is in memory.
    destroySoon(this.#socket.conn, () => this.backlog.clear());
  }

  /** Ends the connection of who does not read: what waits for it goes at once, and a reason would not arrive. */
  abandon(): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#forget();
    this.#socket.conn.request.socket.destroy();
    this.backlog.clear();
  }

  /** What is only there until somebody has authenticated. */
  #forget(): void {
    clearTimeout(this.#late);
    this.#late = undefined;
  }
}
