/**
 * One attempt at a direct path: a simple-peer with its own fresh DTLS certificate. It ends by `closed`, once, whatever
 * happened; a further attempt is a further object.
 */
import type { Instance } from 'simple-peer';
import SimplePeer from 'simple-peer/simplepeer.min.js';
import type { Clock, Timer } from '../clock.ts';
import {
  buildCandidate,
  buildDescription,
  type Candidate,
  type CompactDescription,
  candidatesIn,
  MAX_CANDIDATES,
  parseCandidate,
  parseDescription,
} from '../signaling/compact-description.ts';

/** The W3C classes, where they are not global. */
export interface WebRtc {
  readonly RTCPeerConnection: typeof RTCPeerConnection;
  readonly RTCSessionDescription: typeof RTCSessionDescription;
  readonly RTCIceCandidate: typeof RTCIceCandidate;
}

export type DirectPathEvent =
  /** With the candidates known by then. */
  | {
      readonly is: 'description';
      readonly description: CompactDescription;
      readonly candidates: readonly Candidate[];
    }
  | { readonly is: 'candidates'; readonly candidates: readonly Candidate[] }
  | { readonly is: 'open' }
  | { readonly is: 'packet'; readonly bytes: Uint8Array }
  /** What was buffered has gone; there is room again. */
  | { readonly is: 'drained' }
  | { readonly is: 'closed'; readonly reason: string };

/** Candidates of the host come together: one signal for all saves most of the server's bytes. */
const FIRST_BATCH_MS = 10;
/** Those that a STUN or TURN server has to tell come one by one. */
const BATCH_MS = 50;
/** Most candidates that go with a description, so that a note fits beside them. */
const WITH_DESCRIPTION = 16;
/**
 * Bytes in the channel's buffer beyond which it is full: more would only delay chat. More than the 64 KiB below which
 * simple-peer calls back and `LINK_LIMITS.controlBytes`, so that there is room for data whenever it does.
 */
const BUFFER_BYTES = 96 * 1024;
/** Time for the last packet to leave before the connection is torn down. */
const LINGER_MS = 250;

export interface DirectPathOptions {
  readonly initiator: boolean;
  readonly iceServers: readonly RTCIceServer[];
  readonly wrtc: WebRtc | undefined;
  readonly clock: Clock;
  readonly on: (event: DirectPathEvent) => void;
}

export class DirectPath {
  readonly #peer: Instance;
  readonly #options: DirectPathOptions;
  readonly #type: 'offer' | 'answer';
  #described = false;
  #opened = false;
  #closed = false;
  #batch: Candidate[] = [];
  readonly #gathered = new Set<string>();
  #batches = 0;
  #batchTimer: Timer | undefined;
  #remoteCandidates = 0;
  #writing = 0;

  /** @throws if the platform cannot make a connection, for instance because of too many */
  constructor(options: DirectPathOptions) {
    this.#options = options;
    this.#type = options.initiator ? 'offer' : 'answer';
    this.#peer = new SimplePeer({
      initiator: options.initiator,
      trickle: true,
      // Else a stream of bytes: packets could run into each other.
      objectMode: true,
      config: { iceServers: [...options.iceServers] },
      ...(options.wrtc && { wrtc: options.wrtc }),
    });
    this.#peer.on('signal', (signal: unknown) => this.#onSignal(signal));
    this.#peer.on('connect', () => this.#open());
    this.#peer.on('data', (data: unknown) => this.#onData(data));
    this.#peer.on('error', (error: Error) => this.#end(error.message));
    this.#peer.on('close', () => this.#end('the channel closed'));
  }

  /** The other end's description: of the offer if this end answers, else of the answer. */
  setRemote(description: CompactDescription): void {
    const type = this.#type === 'offer' ? 'answer' : 'offer';
    this.#signal({ type, sdp: buildDescription(type, description) });
  }

  addCandidates(candidates: readonly Candidate[]): void {
    for (const candidate of candidates) {
      if (this.#remoteCandidates >= MAX_CANDIDATES) return;
      const foundation = ++this.#remoteCandidates;
      const line = buildCandidate(candidate, foundation);
      this.#signal({
        type: 'candidate',
        candidate: Object.assign({ candidate: line, sdpMid: '0', sdpMLineIndex: 0 }),
      });
    }
  }

  /** Bytes that may be sent now. */
  get room(): number {
    if (!this.#opened || this.#closed) return 0;
    return Math.max(0, BUFFER_BYTES - this.#peer.bufferSize);
  }

  /** `drained` follows when what was sent has left the buffer. */
  send(packet: Uint8Array): void {
    if (this.#closed) return;
    this.#writing++;
    this.#peer.write(packet, () => {
      this.#writing--;
      if (this.#writing === 0 && !this.#closed) this.#options.on({ is: 'drained' });
    });
  }

  /** Lets what was sent leave, then closes. No event follows. */
  close(linger: boolean): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#stopBatch();
    if (linger && this.#opened) {
      this.#options.clock.setTimeout(() => this.#peer.destroy(), LINGER_MS);
    } else this.#peer.destroy();
  }

  #signal(data: Parameters<Instance['signal']>[0]): void {
    if (this.#closed) return;
    try {
      this.#peer.signal(data);
    } catch (error) {
      this.#end(error instanceof Error ? error.message : 'the description was refused');
    }
  }

  #onSignal(signal: unknown): void {
    if (this.#closed || typeof signal !== 'object' || signal === null) return;
    if ('sdp' in signal && typeof signal.sdp === 'string') this.#onDescription(signal.sdp);
    else if ('candidate' in signal) this.#onCandidate(signal.candidate);
  }

  #onDescription(sdp: string): void {
    const description = parseDescription(sdp);
    if (description === undefined) {
      this.#end('this WebRTC implementation makes descriptions of an unknown form');
      return;
    }
    for (const candidate of candidatesIn(sdp)) this.#gather(candidate);
    this.#described = true;
    const candidates = this.#batch.splice(0, WITH_DESCRIPTION);
    this.#options.on({ is: 'description', description, candidates });
    this.#startBatch();
  }

  #onCandidate(candidate: unknown): void {
    if (typeof candidate !== 'object' || candidate === null || !('candidate' in candidate)) return;
    const parsed =
      typeof candidate.candidate === 'string' ? parseCandidate(candidate.candidate) : undefined;
    if (parsed !== undefined) this.#gather(parsed);
  }

  #gather(candidate: Candidate): void {
    const name = `${candidate.type} ${candidate.address} ${candidate.port}`;
    if (this.#gathered.has(name) || this.#gathered.size >= MAX_CANDIDATES) return;
    this.#gathered.add(name);
    this.#batch.push(candidate);
    this.#startBatch();
  }

  #startBatch(): void {
    if (!this.#described || this.#batch.length === 0 || this.#batchTimer !== undefined) return;
    const ms = this.#batches++ === 0 ? FIRST_BATCH_MS : BATCH_MS;
    this.#batchTimer = this.#options.clock.setTimeout(() => {
      this.#batchTimer = undefined;
      const candidates = this.#batch;
      this.#batch = [];
      this.#options.on({ is: 'candidates', candidates });
    }, ms);
  }

  #stopBatch(): void {
    if (this.#batchTimer !== undefined) this.#options.clock.clearTimeout(this.#batchTimer);
    this.#batchTimer = undefined;
  }

  #open(): void {
    if (this.#closed || this.#opened) return;
    this.#opened = true;
    this.#options.on({ is: 'open' });
  }

  #onData(data: unknown): void {
    if (this.#closed) return;
    // The other end may write before this end has looked up its own addresses and says `connect`.
    this.#open();
    // Text is no packet; the link closes over the empty one.
    const bytes = data instanceof Uint8Array ? data : new Uint8Array(0);
    this.#options.on({
      is: 'packet',
      bytes: new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength),
    });
  }

  #end(reason: string): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#stopBatch();
    this.#peer.destroy();
    this.#options.on({ is: 'closed', reason });
  }
}
