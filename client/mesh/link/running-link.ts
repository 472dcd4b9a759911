/** A link with its channels, its timer and its place in the world: carries out what `link.ts` decides. */
import { ephemeralKeyPair } from '@snug/shared/crypto/relay-cipher.ts';
import type { PeerId, Topic } from '@snug/shared/protocol/ids.ts';
import type { Clock, Timer } from '../clock.ts';
import type { LinkStats, LinksEvent, Path, Priority, TopicSpec } from '../links-port.ts';
import type { CompactDescription } from '../signaling/compact-description.ts';
import type { Goodbye } from '../signaling/goodbye.ts';
import type { Signal } from '../signaling/sealed-signals.ts';
import type { SignalPayload } from '../signaling/signal-payload.ts';
import type { SignalingClient } from '../signaling/signaling-client.ts';
import { DirectPath, type DirectPathEvent, type WebRtc } from './direct-path.ts';
import type { Ending } from './ending.ts';
import { Link } from './link.ts';
import type { LinkInput, LinkOutput } from './link-inputs.ts';

export interface RunningLinkOptions {
  readonly me: PeerId;
  readonly peer: PeerId;
  /** Unlike that of any other link of this device. */
  readonly number: number;
  readonly spec: TopicSpec;
  readonly session: Uint8Array;
  readonly initiator: boolean;
  /** Both ride in the first offer. */
  readonly note?: Uint8Array;
  readonly urgent?: boolean;
  readonly wrtc: WebRtc | undefined;
  readonly webrtc: boolean;
  readonly relayOnly: boolean;
  readonly directDeadlineMs: number;
  /** Whether the peer can be reached in no other way than by this link. */
  readonly relayNeeded: () => boolean;
  readonly clock: Clock;
  readonly iceServers: () => readonly RTCIceServer[];
  /** The way by which the peer is reached now. */
  readonly server: () => SignalingClient | undefined;
  readonly signal: (payload: SignalPayload) => void;
  readonly emit: (event: LinksEvent) => void;
  /** A control message has come from the other end's links. */
  readonly onControl: (body: Uint8Array) => void;
  /** A direct path has come up, the first or a further one: what was signalled of it has arrived. */
  readonly onOpen: () => void;
  /** `nonce` is that of the peer's run, as it signed it. */
  readonly onUp: (path: Path, nonce: Uint8Array) => void;
  /** How good the link is: about every 10 s, and when its path has changed. */
  readonly onQuality: (path: Path, rttMs: number | undefined) => void;
  readonly onDown: (ending: Ending, reason: string) => void;
}

/** Least time from one `onQuality` to the next on the same path, ms. */
const QUALITY_MS = 10_000;
/** How soon to look again when the relay's rate is spent, ms. */
const PACE_MS = 50;
/** Most that is kept of what a platform says. */
const PROBLEM_CHARACTERS = 200;

export class RunningLink {
  readonly peer: PeerId;
  readonly number: number;
  readonly topic: Topic;
  readonly spec: TopicSpec;
  readonly session: Uint8Array;
  readonly initiator: boolean;
  readonly #options: RunningLinkOptions;
  readonly #link: Link;
  readonly #paths = new Map<number, DirectPath>();
  #inputs: LinkInput[] | undefined;
  #timer: Timer | undefined;
  /** The other end's first signal of this session. */
  #first: { readonly sequence: number; readonly nonce: Uint8Array } | undefined;
  #quality: { readonly path: Path; readonly at: number } | undefined;
  #misbehaved = false;
  #wasUp = false;
  #ended = false;

  constructor(options: RunningLinkOptions) {
    const { me, peer, session, initiator, note, urgent } = options;
    const { webrtc, relayOnly, directDeadlineMs } = options;
    this.#options = options;
    this.peer = peer;
    this.number = options.number;
    this.spec = options.spec;
    this.topic = options.spec.topic;
    this.session = session;
    this.initiator = initiator;
    this.#link = new Link(
      {
        me,
        peer,
        session,
        initiator,
        keys: ephemeralKeyPair(),
        ...(note && { note }),
        ...(urgent && { urgent }),
        webrtc,
        relayOnly,
        directDeadlineMs,
        relayNeeded: options.relayNeeded,
        room: {
          direct: (attempt) => this.#paths.get(attempt)?.room ?? 0,
          relayed: () => options.server()?.relayRoom() ?? 0,
        },
      },
      options.clock.now(),
    );
  }

  get up(): boolean {
    return this.#link.path !== undefined && !this.#link.closed && !this.#ended;
  }

  /** Whether it ever was up: the end of such a one is news. */
  get wasUp(): boolean {
    return this.#wasUp;
  }

  /** Whether nothing of this session has come from the other end. */
  get unanswered(): boolean {
    return this.#first === undefined;
  }

  /**
   * The number of the other end's first signal, and the run of its program that it counts in: an offer of another session with a
   * lower number of the same run is older.
   */
  get first(): { readonly sequence: number; readonly nonce: Uint8Array } | undefined {
    return this.#first;
  }

  stats(): LinkStats | undefined {
    const counts = this.#link.stats();
    return counts && { ...counts, link: this.number };
  }

  start(): void {
    this.handle({ is: 'start' });
  }

  onSignal(signal: Signal): void {
    this.#first ??= { sequence: signal.sequence, nonce: signal.fromNonce };
    this.handle({ is: 'signal', payload: signal.payload });
  }

  send(frame: Uint8Array, priority: Priority): void {
    this.handle({ is: 'send', frame, priority });
  }

  /** A message to the other end's links: goes now, or not at all. */
  control(body: Uint8Array): void {
    this.handle({ is: 'control', body });
  }

  close(reason: string, misbehaved: boolean, code: Goodbye = 'other'): void {
    this.#misbehaved = misbehaved;
    this.handle({ is: 'close', reason, code });
  }

  /** Ends without a word to the other end, which has begun anew. */
  giveWay(): void {
    this.handle({ is: 'give-way' });
  }

  /** No server reaches the peer. A link of which nothing has come has no other way; else the server errs. */
  unreachable(): void {
    if (!this.up && this.unanswered) this.close('the peer is not here', false, 'failed');
  }

  /** One input after another, also when one comes of another's outputs. Never throws: an error ends the link. */
  handle(input: LinkInput): void {
    if (this.#ended) return;
    if (this.#inputs !== undefined) {
      this.#inputs.push(input);
      return;
    }
    this.#inputs = [input];
    try {
      for (let next = this.#inputs.shift(); next !== undefined; next = this.#inputs.shift()) {
        for (const output of this.#link.handle(next, this.#options.clock.now())) this.#do(output);
      }
    } catch (error) {
      this.#fail(error);
    } finally {
      this.#inputs = undefined;
      this.#tellQuality();
      this.#schedule();
    }
  }

  /**
   * An error of this program must cost no more than this link. The neighbour may have found out how to cause it, and
   * is left alone for a while.
   */
  #fail(error: unknown): void {
    if (this.#ended) return;
    console.error(error);
    const reason = 'an error in the program';
    const goodbye = () => {
      for (const output of this.#link.handle({ is: 'close', reason }, this.#options.clock.now())) {
        if (output.do !== 'down') this.#do(output);
      }
    };
    const abandon = () => {
      for (const path of this.#paths.values()) path.close(true);
      this.#paths.clear();
    };
    const end = () => this.#end('misbehaved', reason);
    for (const step of [goodbye, abandon, end]) {
      try {
        step();
      } catch (another) {
        console.error(another);
      }
    }
  }

  #end(ending: Ending, reason: string): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#options.onDown(ending, reason);
  }

  #do(output: LinkOutput): void {
    const { peer, topic, number: link } = this;
    const { emit } = this.#options;
    switch (output.do) {
      case 'attempt':
        this.#attempt(output.attempt, output.offer);
        return;
      case 'answer':
        this.#paths.get(output.attempt)?.setRemote(output.description);
        return;
      case 'candidates':
        this.#paths.get(output.attempt)?.addCandidates(output.candidates);
        return;
      case 'abandon':
        this.#paths.get(output.attempt)?.close(output.linger);
        this.#paths.delete(output.attempt);
        return;
      case 'signal':
        this.#options.signal(output.payload);
        return;
      case 'send-direct':
        this.#paths.get(output.attempt)?.send(output.packet);
        return;
      case 'send-relayed':
        this.#options.server()?.relay(peer, output.frame);
        return;
      case 'up':
        this.#wasUp = true;
        // First: what `onUp` leads to may be about this link.
        emit({ is: 'up', peer, link, topic, binding: output.binding, path: output.path });
        if (this.#first) this.#options.onUp(output.path, this.#first.nonce);
        return;
      case 'path':
        emit({ is: 'path', peer, path: output.path });
        return;
      case 'frame':
        emit({ is: 'frame', peer, frame: output.frame });
        return;
      case 'control':
        this.#options.onControl(output.body);
        return;
      case 'down':
        this.#end(this.#misbehaved ? 'misbehaved' : output.ending, output.reason);
        return;
    }
  }

  #attempt(attempt: number, offer: CompactDescription | undefined): void {
    const { wrtc, clock, iceServers } = this.#options;
    try {
      const path = new DirectPath({
        initiator: offer === undefined,
        iceServers: iceServers(),
        wrtc,
        clock,
        on: (event) => this.#onPath(attempt, event),
      });
      this.#paths.set(attempt, path);
      if (offer !== undefined) path.setRemote(offer);
    } catch (error) {
      // Too many connections, or WebRTC switched off: as if the attempt had failed.
      const problem = error instanceof Error ? error.message : 'no connection could be made';
      this.#pathClosed(attempt, problem);
    }
  }

  #onPath(attempt: number, event: DirectPathEvent): void {
    switch (event.is) {
      case 'description':
        this.handle({ ...event, is: 'described', attempt });
        return;
      case 'candidates':
        this.handle({ is: 'gathered', attempt, candidates: event.candidates });
        return;
      case 'open':
        this.handle({ is: 'opened', attempt });
        this.#options.onOpen();
        return;
      case 'packet':
        this.handle({ is: 'packet', attempt, bytes: event.bytes });
        return;
      case 'drained':
        if (this.#link.wantsRoom) this.handle({ is: 'tick' });
        return;
      case 'closed':
        this.#paths.delete(attempt);
        this.#pathClosed(attempt, event.reason);
        return;
    }
  }

  #pathClosed(attempt: number, problem: string): void {
    this.handle({ is: 'closed', attempt, problem: problem.slice(0, PROBLEM_CHARACTERS) });
  }

  #tellQuality(): void {
    const path = this.#link.path;
    if (path === undefined || !this.up) return;
    const now = this.#options.clock.now();
    if (this.#quality?.path === path && now < this.#quality.at + QUALITY_MS) return;
    const first = this.#quality === undefined;
    this.#quality = { path, at: now };
    if (!first) this.#options.onQuality(path, this.#link.rttMs);
  }

  #schedule(): void {
    const { clock } = this.#options;
    if (this.#timer !== undefined) clock.clearTimeout(this.#timer);
    this.#timer = undefined;
    const at = this.#link.wakeAt;
    if (at === undefined || this.#ended) return;
    const now = clock.now();
    const paced = this.#link.path === 'relayed' && this.#link.wantsRoom;
    const ms = Math.max(1, Math.min(at - now, paced ? PACE_MS : Number.POSITIVE_INFINITY));
    this.#timer = clock.setTimeout(() => this.handle({ is: 'tick' }), ms);
  }
}
