/** A signaling server that lies: a real one whose clients' sockets pass through somebody who tampers with all that is said. */
import {
  connectToServer,
  type SignalingSocket,
} from '@snug/client/mesh/signaling/signaling-client.ts';
import { toBase64url } from '@snug/shared/crypto/bytes.ts';
import { peerIdFromPublicKey } from '@snug/shared/crypto/did-key.ts';
import type { PeerId, Topic } from '@snug/shared/protocol/ids.ts';
import { SIGNALING_LIMITS } from '@snug/shared/protocol/limits.ts';
import { RelayOut, SignalOut } from '@snug/shared/protocol/signaling.ts';
import * as v from 'valibot';
import type { SeededRandom } from '../sim/seeded-random.ts';
import { mutated, noise } from './mutation.ts';

/** Of signals and relayed frames: how many are lost, come later, come twice, are spoilt, or go to somebody else. */
const SIGNALS = { lost: 0.25, late: 0.4, twice: 0.3, spoilt: 0.15, swapped: 0.2 };
const RELAYED = { lost: 0.02, late: 0.1, twice: 0.05, spoilt: 0.02, swapped: 0.05 };
/** Answers to `join` and `here` that name strangers, or say what no answer says. */
const FALSE_ANSWERS = 0.4;
const LATE_MS = 400;
const ANSWER_MS = 10_000;
const KEPT = 400;

interface Caught {
  readonly topic: Topic;
  readonly sealed: Uint8Array;
}

export class HostileServer {
  readonly #random: SeededRandom;
  readonly #sockets: SignalingSocket[] = [];
  readonly #peers: readonly PeerId[];
  readonly #topics: readonly Topic[];
  readonly #signals: Caught[] = [];
  readonly #frames: Uint8Array[] = [];
  readonly #timers = new Set<NodeJS.Timeout>();
  /** It goes on delaying, repeating, spoiling and swapping; what was said arrives as well, and answers are true. */
  mild = false;
  /** What passed through these hands, or was made up by them. */
  tampered = 0;

  constructor(random: SeededRandom, peers: readonly PeerId[], topics: readonly Topic[]) {
    this.#random = random;
    this.#peers = peers;
    this.#topics = topics;
  }

  readonly connect = (url: string): SignalingSocket => {
    const socket = connectToServer(url);
    this.#sockets.push(socket);
    const emit = socket.emit.bind(socket);
    const pass = (...parts: readonly unknown[]) => {
      if (!socket.connected) return;
      if (parts[0] === 'signal') socket.timeout(ANSWER_MS);
      Reflect.apply(emit, socket, parts);
    };
    socket.emit = (...args) => {
      const [event, message, ack]: readonly unknown[] = args;
      const signal = event === 'signal' ? v.safeParse(SignalOut, message) : undefined;
      if (signal?.success) {
        const { topic, sealed } = signal.output;
        remember(this.#signals, { topic, sealed });
        for (const { bytes, to } of this.#tamper(SIGNALS, sealed, signal.output.to))
          this.#later(SIGNALS.late, () => pass('signal', { to, topic, sealed: bytes }, ack));
        return socket;
      }
      const relayed = event === 'relay' ? v.safeParse(RelayOut, message) : undefined;
      if (relayed?.success) {
        const { frame } = relayed.output;
        remember(this.#frames, frame);
        for (const { bytes, to } of this.#tamper(RELAYED, frame, relayed.output.to))
          this.#later(RELAYED.late, () => pass('relay', { to, frame: bytes }));
        return socket;
      }
      if ((event === 'join' || event === 'here') && typeof ack === 'function') {
        // With a time limit an acknowledgement begins with the error.
        const tampered = (error: unknown, answer: unknown) =>
          Reflect.apply(ack, undefined, [error, error ? answer : this.#answer(answer)]);
        Reflect.apply(emit, socket, [event, message, tampered]);
        return socket;
      }
      return emit(...args);
    };
    return socket;
  };

  #tamper(
    how: typeof SIGNALS,
    bytes: Uint8Array,
    to: PeerId,
  ): { readonly bytes: Uint8Array; readonly to: PeerId }[] {
    const random = this.#random;
    this.tampered++;
    const out: { bytes: Uint8Array; to: PeerId }[] = [];
    if (this.mild || !random.chance(how.lost)) out.push({ bytes, to });
    if (random.chance(how.twice)) out.push({ bytes, to });
    if (random.chance(how.spoilt))
      out.push({ bytes: mutated(bytes, random).slice(0, SIGNALING_LIMITS.signalBytes), to });
    if (random.chance(how.swapped)) out.push({ bytes, to: random.pick(this.#peers) ?? to });
    return out.filter((one) => one.bytes.length > 0);
  }

  #later(part: number, run: () => void): void {
    if (!this.#random.chance(part)) return run();
    const timer = setTimeout(() => {
      this.#timers.delete(timer);
      run();
    }, this.#random.below(LATE_MS));
    this.#timers.add(timer);
  }

  #answer(answer: unknown): unknown {
    const random = this.#random;
    if (this.mild || !random.chance(FALSE_ANSWERS)) return answer;
    this.tampered++;
    const stranger = () => ({
      peer: peerIdFromPublicKey(random.bytes(32)),
      nonce: toBase64url(random.bytes(16)),
    });
    const crowd = (count: number, make: () => unknown) => ({
      ok: true,
      value: { size: 10_001, peers: Array.from({ length: count }, make) },
    });
    switch (random.below(5)) {
      case 0:
        return crowd(10_000, stranger);
      case 1:
        return crowd(SIGNALING_LIMITS.sample, stranger);
      case 2:
        return random.pick([
          null,
          7,
          'x',
          [],
          { ok: 1 },
          { ok: true },
          { ok: true, value: { size: -1, peers: {} } },
        ]);
      case 3:
        return { ok: false, problem: { code: 'internal', message: 'no' } };
      default:
        return answer;
    }
  }

  /** Says something to one of the clients that nobody asked the server to say. */
  speak(): void {
    const random = this.#random;
    const socket = random.pick(this.#sockets);
    if (!socket?.connected) return;
    this.tampered++;
    const from = random.chance(0.8)
      ? random.pick(this.#peers)
      : peerIdFromPublicKey(random.bytes(32));
    const topic = random.pick(this.#topics);
    const caught = random.pick(this.#signals);
    const sealed =
      caught && random.chance(0.7) ? caught.sealed : noise(random, 1 + random.below(5_000));
    const frame = random.chance(0.6)
      ? (random.pick(this.#frames) ?? random.bytes(40))
      : noise(random, 1 + random.below(20_000));
    const nonsense = random.pick([
      undefined,
      null,
      0,
      '',
      [],
      {},
      { from: 1 },
      { from, topic, sealed: 'x' },
    ]);
    const [event, message] = random.pick<
      readonly ['signal' | 'relay' | 'refused' | 'challenge', unknown]
    >([
      ['signal', { from, topic, sealed }],
      ['signal', { from, topic, sealed }],
      ['relay', { from, frame }],
      ['relay', { from, frame }],
      ['signal', nonsense],
      ['relay', nonsense],
      ['refused', nonsense],
      ['challenge', nonsense],
    ]) ?? ['signal', nonsense];
    for (const listener of socket.listeners(event)) Reflect.apply(listener, socket, [message]);
  }

  close(): void {
    for (const timer of this.#timers) clearTimeout(timer);
  }
}

function remember<T>(kept: T[], one: T): void {
  kept.push(one);
  if (kept.length > KEPT) kept.shift();
}
