/**
 * One link's life, sans-I/O: `PathChoice` says which path carries it, `LinkSession` keeps it reliable across changes of
 * path, and this joins them to signals, packets and frames.
 */
import type { PeerId } from '@snug/shared/protocol/ids.ts';
import { type Candidate, type CompactDescription, MAX_CANDIDATES } from './compact-description.ts';
import { LinkCounters } from './link-counters.ts';
import type { LinkInput, LinkOutput } from './link-inputs.ts';
import { LinkSession, MANNERS } from './link-session.ts';
import type { LinkStats, Path } from './links-port.ts';
import { CONTROL_BYTES, decodePacket, encodePacket, type Packet } from './packet.ts';
import {
  type Ending,
  PathChoice,
  type PathChoiceOptions,
  type PathDecision,
} from './path-choice.ts';
import { type EphemeralKeys, type SessionKeys, sessionKeys } from './relay-path.ts';
import type { SignalPayload } from './signal-payload.ts';

export interface LinkOptions extends PathChoiceOptions {
  readonly me: PeerId;
  readonly peer: PeerId;
  /** 16 random bytes. */
  readonly session: Uint8Array;
  readonly keys: EphemeralKeys;
  /** Rides in the first offer. */
  readonly note?: Uint8Array;
  /** Bytes that a path takes now: all that the link asks of the world. */
  readonly room: {
    direct(attempt: number): number;
    relayed(): number;
  };
}

type Described = Extract<SignalPayload, { is: 'offer' | 'answer' }>;

/** Least time from one answer to a ping to the next on the same path: honest neighbours ask once a second at most. */
const PONG_MS = 200;

interface Local {
  readonly description: CompactDescription;
  readonly candidates: readonly Candidate[];
}

export class Link {
  readonly #options: LinkOptions;
  readonly #choice: PathChoice;
  readonly #session = new LinkSession();
  readonly #counters = new LinkCounters();
  #out: LinkOutput[] = [];
  #closed = false;
  #keysSent = false;
  #keys: SessionKeys | undefined;
  #upAt = 0;
  readonly #pongAt = { direct: Number.NEGATIVE_INFINITY, relayed: Number.NEGATIVE_INFINITY };
  /** The path of which the last event spoke. */
  #told: Path | undefined;
  /** Candidates that came before the offer they belong to. */
  #early: { attempt: number; candidates: readonly Candidate[] } | undefined;

  constructor(options: LinkOptions, now: number) {
    this.#options = options;
    this.#choice = new PathChoice(options, now);
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

  /** `undefined` until the link is up. */
  stats(): LinkStats | undefined {
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
        else this.#offer(1);
        return;
      case 'signal':
        this.#onSignal(input.payload, now);
        return;
      case 'described':
        if (choice.attempts.get(input.attempt) === undefined) return;
        if (this.#options.initiator) this.#offer(input.attempt, input);
        else this.#answer(input.attempt, input);
        return;
      case 'gathered':
        if (choice.attempts.get(input.attempt) === undefined) return;
        this.#signal({ ...input, is: 'candidates' });
        return;
      case 'opened':
        choice.opened(input.attempt, now);
        return;
      case 'packet':
        this.#onDirectPacket(input.attempt, input.bytes, now);
        return;
      case 'closed':
        this.#onAttemptClosed(input.attempt);
        return;
      case 'relayed':
        this.#onRelayed(input.frame, now);
        return;
      case 'send':
        this.#counters.framesOut++;
        if (this.#session.send(input.frame, input.priority)) return;
        this.#end('the frame is too long or too much waits to be sent', 'lost');
        return;
      case 'close':
        this.#end(input.reason, 'closed');
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
        this.#signal({ is: 'retry' });
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
    if (this.#keys === undefined) return;
    this.#session.pathChanged(MANNERS[path], now);
    if (first) {
      this.#upAt = now;
      this.#out.push({ do: 'up', binding: this.#keys.binding, path });
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
    for (const packet of this.#session.take(room - CONTROL_BYTES, now, room > 0)) {
      this.#put(packet, attempt, now);
    }
  }

  #room(attempt: number | undefined): number {
    const { room } = this.#options;
    return attempt === undefined ? room.relayed() : room.direct(attempt);
  }

  // Signals

  #onSignal(payload: SignalPayload, now: number): void {
    const { initiator } = this.#options;
    const { attempts } = this.#choice;
    switch (payload.is) {
      case 'offer':
        if (initiator || payload.attempt <= attempts.latest) return;
        if (this.#learnKey(payload.ephemeral, now)) {
          this.#onOffer(payload, now);
        }
        return;
      case 'answer':
        if (!initiator || payload.attempt > attempts.latest) return;
        if (this.#learnKey(payload.ephemeral, now)) {
          this.#onAnswer(payload);
        }
        return;
      case 'candidates':
        this.#onCandidates(payload.attempt, payload.candidates);
        return;
      case 'retry':
        if (initiator) this.#choice.askedToRetry(now);
        return;
      case 'bye':
        this.#finish(payload.reason, this.path === undefined ? 'refused' : 'left');
        return;
    }
  }

  #learnKey(theirs: Uint8Array | undefined, now: number): boolean {
    if (this.#keys !== undefined) return true;
    const { session, me, peer, initiator, keys: mine } = this.#options;
    this.#keys = theirs && sessionKeys({ session, me, peer, initiator, mine, theirs });
    if (this.#keys === undefined) {
      this.#end('the session’s key is missing or is none', 'misbehaved');
      return false;
    }
    this.#choice.keysKnown(now);
    return true;
  }

  #onOffer({ attempt, description: offer, candidates = [] }: Described, now: number): void {
    const choice = this.#choice;
    choice.theyWantRelayOnly(offer === undefined);
    if (offer === undefined || !choice.directAllowed) {
      choice.attempts.skip(attempt);
      this.#answer(attempt);
      return;
    }
    // Whoever offers anew has given up what was still coming up.
    for (const { number } of choice.attempts.connecting) choice.abandon(number, false);
    choice.attempts.begin(attempt, now);
    this.#out.push({ do: 'attempt', attempt, offer });
    const early = this.#early?.attempt === attempt ? this.#early.candidates : [];
    this.#early = undefined;
    this.#onCandidates(attempt, [...candidates, ...early]);
  }

  #onAnswer({ attempt, description, candidates = [] }: Described): void {
    this.#choice.theyWantRelayOnly(description === undefined);
    if (this.#choice.attempts.get(attempt)?.open !== false) return;
    if (description === undefined) this.#choice.abandon(attempt, false);
    else {
      this.#out.push({ do: 'answer', attempt, description });
      this.#onCandidates(attempt, candidates);
    }
  }

  #onCandidates(attempt: number, candidates: readonly Candidate[]): void {
    if (candidates.length === 0) return;
    if (this.#choice.attempts.get(attempt) !== undefined) {
      this.#out.push({ do: 'candidates', attempt, candidates });
    } else if (attempt > this.#choice.attempts.latest) {
      const before = this.#early?.attempt === attempt ? this.#early.candidates : [];
      const all = [...before, ...candidates].slice(0, MAX_CANDIDATES);
      this.#early = { attempt, candidates: all };
    }
  }

  /** WebRTC failed, perhaps before it described anything: the session still begins, over the relay. */
  #onAttemptClosed(attempt: number): void {
    if (!this.#choice.attempts.end(attempt) || this.#keysSent) return;
    if (this.#options.initiator) this.#offer(attempt);
    else this.#answer(attempt);
  }

  #offer(attempt: number, local?: Local): void {
    this.#choice.attempts.skip(attempt);
    const note = this.#keysSent ? undefined : this.#options.note;
    this.#signal({ is: 'offer', attempt, ...this.#described(local), ...(note && { note }) });
  }

  #answer(attempt: number, local?: Local): void {
    this.#signal({ is: 'answer', attempt, ...this.#described(local) });
  }

  /** What this end's WebRTC says of itself, and the session's key the first time. */
  #described(local: Local | undefined): Partial<Local & { ephemeral: Uint8Array }> {
    const ephemeral = this.#keysSent ? undefined : this.#options.keys.publicKey;
    this.#keysSent = true;
    const { description, candidates } = local ?? {};
    return {
      ...(ephemeral && { ephemeral }),
      ...(description && { description }),
      ...(candidates && candidates.length > 0 && { candidates }),
    };
  }

  #signal(payload: SignalPayload): void {
    this.#out.push({ do: 'signal', payload });
  }

  // Packets

  #onDirectPacket(attempt: number, bytes: Uint8Array, now: number): void {
    if (this.#choice.attempts.get(attempt) === undefined) return;
    this.#counters.direct.bytesIn += bytes.length;
    this.#choice.heard(attempt, now);
    this.#onPacket(decodePacket(bytes), attempt, now);
  }

  #onRelayed(frame: Uint8Array, now: number): void {
    const packet = this.#keys?.relay.open(frame) ?? 'forged';
    // Whoever forged it was not the neighbour.
    if (packet === 'forged') return;
    this.#counters.relayed.bytesIn += frame.length;
    this.#choice.heard(undefined, now);
    this.#onPacket(packet === 'malformed' ? undefined : packet, undefined, now);
  }

  /** @param attempt what it came on; `undefined` for the relay */
  #onPacket(packet: Packet | undefined, attempt: number | undefined, now: number): void {
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
        this.#finish(packet.reason, 'left');
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

  #put(packet: Uint8Array, attempt: number | undefined, now: number): void {
    this.#choice.sent(attempt, now);
    if (attempt !== undefined) {
      this.#counters.direct.bytesOut += packet.length;
      this.#out.push({ do: 'send-direct', attempt, packet });
    } else if (this.#keys !== undefined) {
      const frame = this.#keys.relay.seal(packet);
      this.#counters.relayed.bytesOut += frame.length;
      this.#out.push({ do: 'send-relayed', frame });
    }
  }

  // Endings

  /** Ends the link from this side and says so to the other. */
  #end(reason: string, ending: Ending): void {
    if (this.#closed) return;
    const { attempt } = this.#choice;
    if (attempt !== undefined) {
      const packet = encodePacket({ is: 'bye', reason });
      this.#out.push({ do: 'send-direct', attempt, packet });
    } else if (this.#keysSent || !this.#options.initiator) this.#signal({ is: 'bye', reason });
    this.#finish(reason, ending);
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
