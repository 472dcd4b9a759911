/**
 * One link's life, sans-I/O: `PathChoice` says which path carries it, `LinkNegotiation` agrees on it with the other end,
 * `LinkSession` keeps it reliable across changes of path, and this joins them to packets and frames.
 */

import { LINK_LIMITS } from '@snug/shared/protocol/limits.ts';
import type { Path } from '../links-port.ts';
import { NeighbourConduct } from '../routes/neighbour-conduct.ts';
import type { Goodbye } from '../signaling/goodbye.ts';
import type { SignalPayload } from '../signaling/signal-payload.ts';
import type { Ending } from './ending.ts';
import { LinkCounters, type LinkCounts } from './link-counters.ts';
import type { LinkInput, LinkOutput } from './link-inputs.ts';
import { LinkNegotiation, type LinkNegotiationOptions } from './link-negotiation.ts';
import { LinkSession, MANNERS } from './link-session.ts';
import { carriesFrame, decodePacket, encodePacket, type HeardPacket } from './packet.ts';
import { PathChoice, type PathChoiceOptions, type PathDecision } from './path-choice.ts';

export interface LinkOptions extends PathChoiceOptions, LinkNegotiationOptions {
  /** Bytes that a path takes now: all that the link asks of the world. */
  readonly room: {
    direct(attempt: number): number;
    relayed(): number;
  };
}

/** Least time from one answer to a ping to the next on the same path: honest neighbours ask once a second at most. */
const PONG_MS = 200;

export class Link {
  readonly #options: LinkOptions;
  readonly #choice: PathChoice;
  readonly #negotiation: LinkNegotiation;
  readonly #session = new LinkSession();
  readonly #counters = new LinkCounters();
  /** Of packets that only a later version knows: ignored, as control messages of such are, and within the same rates. */
  readonly #unknown: NeighbourConduct;
  #out: LinkOutput[] = [];
  #closed = false;
  #upAt = 0;
  readonly #pongAt = { direct: Number.NEGATIVE_INFINITY, relayed: Number.NEGATIVE_INFINITY };
  /** The path of which the last event spoke. */
  #told: Path | undefined;

  constructor(options: LinkOptions, now: number) {
    this.#options = options;
    this.#choice = new PathChoice(options, now);
    this.#unknown = new NeighbourConduct(now);
    const out = (output: LinkOutput) => this.#out.push(output);
    this.#negotiation = new LinkNegotiation(options, this.#choice, out, now);
  }

  /** `undefined` until the link is up. */
  get path(): Path | undefined {
    return this.#choice.path;
  }

  get closed(): boolean {
    return this.#closed;
  }

  /** When to hand in a `tick` at the latest, on the clock of `now`. */
  get wakeAt(): number | undefined {
    if (this.#closed) return undefined;
    return Math.min(this.#choice.wakeAt, this.#session.wakeAt ?? Number.POSITIVE_INFINITY);
  }

  /** Whether a frame waits for room; then a `tick` is due as soon as there is some. */
  get wantsRoom(): boolean {
    return this.path !== undefined && this.#session.wantsRoom;
  }

  /** As the last heartbeat that was answered measured it. */
  get rttMs(): number | undefined {
    return this.#counters.rttMs;
  }

  /** `undefined` until the link is up. */
  stats(): LinkCounts | undefined {
    if (this.path === undefined) return undefined;
    return this.#counters.stats(this.#options.peer, this.path, this.#choice.cause, this.#upAt);
  }

  /** Never throws, whatever the other end sends. Outputs are to be carried out in order. */
  handle(input: LinkInput, now: number): readonly LinkOutput[] {
    this.#out = [];
    if (this.#closed) return [];
    this.#take(input, now);
    this.#decide(now);
    this.#pump(now);
    return this.#out;
  }

  #take(input: LinkInput, now: number): void {
    const choice = this.#choice;
    switch (input.is) {
      case 'start':
        if (choice.directAllowed) choice.start(now);
        else this.#negotiation.describe(1);
        return;
      case 'signal':
        this.#onSignal(input.payload, now);
        return;
      case 'described':
        if (choice.attempts.get(input.attempt) === undefined) return;
        this.#negotiation.describe(input.attempt, input);
        return;
      case 'gathered':
        if (choice.attempts.get(input.attempt) === undefined) return;
        this.#negotiation.signal({ ...input, is: 'candidates' });
        return;
      case 'opened':
        choice.opened(input.attempt, now);
        return;
      case 'packet':
        this.#onDirectPacket(input.attempt, input.bytes, now);
        return;
      case 'closed':
        this.#noteProblem(input.attempt, input.problem);
        this.#negotiation.attemptClosed(input.attempt);
        return;
      case 'relayed':
        this.#onRelayed(input.frame, now);
        return;
      case 'relay-lost':
        if (this.path === 'relayed') this.#session.pathChanged(MANNERS.relayed, now);
        return;
      case 'send':
        this.#counters.framesOut++;
        if (this.#session.send(input.frame, input.priority)) return;
        this.#end('the frame is too long or too much waits to be sent', 'lost');
        return;
      case 'control':
        this.#control(input.body, now);
        return;
      case 'close':
        this.#end(input.reason, input.code === 'surplus' ? 'surplus' : 'closed', input.code);
        return;
      case 'give-way':
        this.#finish('the other end began anew', 'closed');
        return;
      case 'network-changed':
        choice.tryAnew(now);
        return;
      case 'relay-only':
        choice.setRelayOnly(input.relayOnly, now);
        return;
      case 'tick':
        return;
    }
  }

  #decide(now: number): void {
    if (this.#closed) return;
    for (const decision of this.#choice.decide(now)) {
      if (!this.#closed || decision.is === 'abandon') this.#carryOut(decision, now);
    }
  }

  #carryOut(decision: PathDecision, now: number): void {
    switch (decision.is) {
      case 'attempt':
        this.#out.push({ do: 'attempt', attempt: decision.attempt });
        return;
      case 'abandon':
        this.#out.push({ do: 'abandon', attempt: decision.attempt, linger: decision.linger });
        return;
      case 'ask-retry':
        this.#negotiation.signal({ is: 'retry' });
        return;
      case 'move':
        this.#move(decision.path, decision.first, now);
        return;
      case 'ping': {
        const token = this.#counters.ping(now);
        const { lost } = this.#choice.attempts;
        this.#put(encodePacket({ is: 'ping', token, lost }), decision.attempt, now);
        return;
      }
      case 'dead':
        this.#end(decision.reason, decision.ending);
        return;
    }
  }

  #move(path: Path, first: boolean, now: number): void {
    const { keys } = this.#negotiation;
    // `PathChoice` has been told of them, or it would not move.
    if (keys === undefined) throw new Error('a path was chosen before the session had its keys');
    this.#session.pathChanged(MANNERS[path], now);
    if (first) {
      this.#upAt = now;
      this.#out.push({ do: 'up', binding: keys.binding, path });
    } else {
      this.#counters.pathChanges++;
      if (path !== this.#told) this.#out.push({ do: 'path', path });
    }
    this.#told = path;
  }

  #pump(now: number): void {
    if (this.#closed || this.path === undefined) return;
    const { attempt } = this.#choice;
    const room = this.#room(attempt);
    for (const packet of this.#session.take(room - LINK_LIMITS.controlBytes, now, room > 0)) {
      this.#put(packet, attempt, now);
    }
  }

  #room(attempt: number | undefined): number {
    const { room } = this.#options;
    return attempt === undefined ? room.relayed() : room.direct(attempt);
  }

  /** That one which is overtaken or given up closes is none. */
  #noteProblem(attempt: number, problem: string | undefined): void {
    const closed = this.#choice.attempts.get(attempt);
    if (problem === undefined || closed === undefined || closed.retireAt !== undefined) return;
    this.#counters.directProblem = problem;
  }

  // Signals

  #onSignal(payload: SignalPayload, now: number): void {
    if (payload.is === 'bye') this.#onBye(payload.code, payload.reason);
    else if (!this.#negotiation.take(payload, now))
      this.#end('the session’s key is missing or is none', 'misbehaved');
  }

  // Packets

  #onDirectPacket(attempt: number, bytes: Uint8Array, now: number): void {
    // Before there are keys nobody can have said anything: the link would hand out frames and not be up.
    if (this.#choice.attempts.get(attempt) === undefined || !this.#negotiation.keys) return;
    this.#counters.direct.bytesIn += bytes.length;
    if (!carriesFrame(bytes)) this.#counters.overhead.bytesIn += bytes.length;
    this.#choice.heard(attempt, now);
    this.#onPacket(decodePacket(bytes), attempt, now);
  }

  #onRelayed(frame: Uint8Array, now: number): void {
    const packet = this.#negotiation.keys?.relay.open(frame) ?? 'forged';
    // Whoever forged it was not the neighbour.
    if (packet === 'forged') return;
    this.#counters.relayed.bytesIn += frame.length;
    if (packet !== 'malformed' && packet.is !== 'data') {
      this.#counters.overhead.bytesIn += frame.length;
    }
    this.#choice.heard(undefined, now);
    this.#onPacket(packet === 'malformed' ? undefined : packet, undefined, now);
  }

  /** @param attempt what it came on; `undefined` for the relay */
  #onPacket(packet: HeardPacket | undefined, attempt: number | undefined, now: number): void {
    switch (packet?.is) {
      case undefined:
        this.#end('a malformed packet', 'misbehaved');
        return;
      case 'data':
      case 'ack': {
        const received = this.#session.receive(packet, now);
        if (!received.ok) {
          this.#end(received.reason, 'misbehaved');
          return;
        }
        // The other end was up first: so is this one, before it hands out a frame.
        this.#decide(now);
        for (const frame of received.frames) {
          this.#counters.framesIn++;
          this.#out.push({ do: 'frame', frame });
        }
        return;
      }
      case 'control':
        // The other end was up first.
        this.#decide(now);
        if (!this.#closed) this.#out.push({ do: 'control', body: packet.body });
        return;
      case 'ping':
        for (const { number } of this.#choice.attempts.all) {
          if (number <= packet.lost) this.#choice.abandon(number, false);
        }
        this.#pong(packet.token, attempt, now);
        return;
      case 'pong':
        this.#counters.pong(packet.token, now);
        return;
      case 'bye':
        this.#onBye(packet.code, packet.reason);
        return;
      case 'unknown':
        if (this.#unknown.judge(packet, now) === 'misbehaved')
          this.#end('packets of an unknown kind without end', 'misbehaved');
        return;
    }
  }

  /** The relay's budget is one for all links: a neighbour that asks without end must not use it up. */
  #pong(token: number, attempt: number | undefined, now: number): void {
    const path: Path = attempt === undefined ? 'relayed' : 'direct';
    if (now < this.#pongAt[path] + PONG_MS || this.#room(attempt) <= 0) return;
    this.#pongAt[path] = now;
    this.#put(encodePacket({ is: 'pong', token }), attempt, now);
  }

  /** What does not fit is dropped: a control message that waited would tell of what was. */
  #control(body: Uint8Array, now: number): void {
    if (this.path === undefined) return;
    const { attempt } = this.#choice;
    const packet = encodePacket({ is: 'control', body });
    if (packet.length <= this.#room(attempt)) this.#put(packet, attempt, now);
  }

  #put(packet: Uint8Array, attempt: number | undefined, now: number): void {
    this.#choice.sent(attempt, now);
    const { overhead } = this.#counters;
    const { keys } = this.#negotiation;
    if (attempt !== undefined) {
      this.#counters.direct.bytesOut += packet.length;
      if (!carriesFrame(packet)) overhead.bytesOut += packet.length;
      this.#out.push({ do: 'send-direct', attempt, packet });
    } else if (keys !== undefined) {
      const frame = keys.relay.seal(packet);
      this.#counters.relayed.bytesOut += frame.length;
      if (!carriesFrame(packet)) overhead.bytesOut += frame.length;
      this.#out.push({ do: 'send-relayed', frame });
    }
  }

  // Endings

  /** Ends the link from this side and says so to the other. */
  #end(reason: string, ending: Ending, code: Goodbye = goodbyeFor(ending)): void {
    if (this.#closed) return;
    const { attempt } = this.#choice;
    if (attempt !== undefined) {
      const packet = encodePacket({ is: 'bye', code, reason });
      this.#out.push({ do: 'send-direct', attempt, packet });
    } else if (this.#negotiation.begun) this.#negotiation.signal({ is: 'bye', code, reason });
    this.#finish(reason, ending);
  }

  /** The other end ends it. Only one that never was up can be refused, for want of room or whatever. */
  #onBye(code: Goodbye, reason: string): void {
    if (code === 'surplus') this.#finish(reason, 'surplus');
    else if (code === 'failed')
      this.#finish(reason, this.path === undefined ? 'no-answer' : 'lost');
    else if (this.path !== undefined) this.#finish(reason, 'left');
    else this.#finish(reason, code === 'full' ? 'full' : 'refused');
  }

  #finish(reason: string, ending: Ending): void {
    if (this.#closed) return;
    this.#closed = true;
    for (const { number } of this.#choice.attempts.all) {
      this.#out.push({ do: 'abandon', attempt: number, linger: true });
    }
    this.#out.push({ do: 'down', reason, ending });
  }
}

/** Whoever merely could not be heard is neither refused nor gone. */
function goodbyeFor(ending: Ending): Goodbye {
  return ending === 'no-answer' || ending === 'lost' ? 'failed' : 'other';
}
