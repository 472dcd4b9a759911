/**
 * A network that fails on purpose, between WebRTC hosts of one process. Which two hosts a connection joins is read from
 * the fingerprints in its descriptions; what comes in while the two are parted is held back, as packets are that SCTP
 * sends again and again, and comes in order once they are mended, or never.
 */
import type { WebRtc } from '@snug/client/mesh/link/direct-path.ts';
import { nodeWebrtc } from '@snug/client/mesh/link/node-webrtc.ts';

/** One run of one device. */
export type Host = string;

/** Whether a fault keeps these two from hearing each other; the order of the two does not matter to it. */
export type Parts = (a: Host, b: Host) => boolean;

/** After this long without a sign of life a connection is given up (consent, RFC 7675), ms. */
const CONSENT_MS = 30_000;
/** What happens at this end and not on the wire. */
const LOCAL_EVENTS = new Set([
  'bufferedamountlow',
  'icecandidate',
  'icegatheringstatechange',
  'negotiationneeded',
  'signalingstatechange',
]);

const STATE_AFTER: Readonly<Record<string, RTCDataChannelState>> = {
  open: 'open',
  closing: 'closing',
  close: 'closed',
};

/** One end of a connection, as the network sees it. */
interface End {
  readonly host: Host;
  readonly connection: RTCPeerConnection;
  /** Known once the other end's description is. */
  other: Host | undefined;
  partedAt: number | undefined;
  readonly held: (() => void)[];
}

export class Network {
  readonly #faults = new Set<Parts>();
  readonly #gone = new Set<Host>();
  readonly #hostOf = new Map<string, Host>();
  readonly #ends = new Set<End>();

  /** W3C classes for one host: what they connect goes through this network. */
  webrtcOf(host: Host): WebRtc {
    const network = this;
    const classes = nodeWebrtc();
    class Connection extends classes.RTCPeerConnection {
      readonly #end: End;

      constructor(config?: RTCConfiguration) {
        super(config);
        this.#end = { host, connection: this, other: undefined, partedAt: undefined, held: [] };
        network.#ends.add(this.#end);
      }

      override createDataChannel(label: string, init?: RTCDataChannelInit): RTCDataChannel {
        return network.#watched(super.createDataChannel(label, init), this.#end);
      }

      override async setLocalDescription(given?: RTCLocalSessionDescriptionInit): Promise<void> {
        network.#note(given?.sdp, host);
        return super.setLocalDescription(given);
      }

      override async setRemoteDescription(given: RTCSessionDescriptionInit): Promise<void> {
        this.#end.other = network.#hostOf.get(fingerprintIn(given.sdp) ?? '');
        return super.setRemoteDescription(given);
      }

      override async addIceCandidate(given?: RTCIceCandidateInit | null): Promise<void> {
        // Nobody is at that address who could hear.
        if (!network.#isParted(this.#end)) return super.addIceCandidate(given);
      }

      override dispatchEvent(event: Event): boolean {
        if (event instanceof Event && 'channel' in event && isChannel(event.channel))
          network.#watched(event.channel, this.#end);
        return network.#deliver(this.#end, event, () => super.dispatchEvent(event));
      }

      override close(): void {
        network.#ends.delete(this.#end);
        super.close();
      }
    }
    return { ...classes, RTCPeerConnection: Connection };
  }

  /** Begins a fault: silence, and no new connection, between those whom it parts. Answers what ends it. */
  part(parts: Parts): () => void {
    this.#faults.add(parts);
    this.#look();
    return () => {
      this.#faults.delete(parts);
      this.#look();
    };
  }

  /** Resets the connections that two hosts have, as a router does that has lost its table. Answers how many. */
  reset(a: Host, b: Host): number {
    const between = [...this.#ends].filter(
      ({ host, other }) => (host === a && other === b) || (host === b && other === a),
    );
    for (const { connection } of between) connection.close();
    return between.length;
  }

  /** The host is no more. Nobody is told: its packets just stop. */
  crash(host: Host): void {
    this.#gone.add(host);
    this.#look();
    for (const end of [...this.#ends]) if (end.host === host) end.connection.close();
  }

  /** Ends every connection that is left. */
  close(): void {
    for (const { connection } of [...this.#ends]) connection.close();
  }

  #note(sdp: string | undefined, host: Host): void {
    const fingerprint = fingerprintIn(sdp);
    if (fingerprint !== undefined) this.#hostOf.set(fingerprint, host);
  }

  #isParted({ host, other }: End): boolean {
    if (this.#gone.has(host)) return true;
    if (other === undefined) return false;
    return this.#gone.has(other) || [...this.#faults].some((parts) => parts(host, other));
  }

  /** Lets in what was held back where nothing parts the two any more. */
  #look(): void {
    for (const end of [...this.#ends]) {
      if (this.#isParted(end)) {
        end.partedAt ??= performance.now();
        continue;
      }
      if (end.partedAt === undefined) continue;
      const expired = performance.now() - end.partedAt > CONSENT_MS;
      end.partedAt = undefined;
      const held = end.held.splice(0);
      if (expired) end.connection.close();
      else for (const deliver of held) deliver();
    }
  }

  #deliver(end: End, event: Event, deliver: () => boolean): boolean {
    if (LOCAL_EVENTS.has(event.type) || !this.#isParted(end)) return deliver();
    end.partedAt ??= performance.now();
    end.held.push(deliver);
    return true;
  }

  /** A channel seems open, and takes what is sent, for as long as its end cannot know better. */
  #watched(channel: RTCDataChannel, end: End): RTCDataChannel {
    const dispatch = channel.dispatchEvent.bind(channel);
    const send: unknown = channel.send.bind(channel);
    let state = channel.readyState;
    channel.dispatchEvent = (event) =>
      this.#deliver(end, event, () => {
        state = STATE_AFTER[event.type] ?? state;
        return dispatch(event);
      });
    channel.send = (...data: readonly unknown[]) => {
      try {
        if (typeof send === 'function') Reflect.apply(send, channel, data);
      } catch (error) {
        if (!this.#isParted(end)) throw error;
      }
    };
    Object.defineProperty(channel, 'readyState', { get: () => state });
    return channel;
  }
}

function isChannel(value: unknown): value is RTCDataChannel {
  return typeof value === 'object' && value !== null && 'readyState' in value;
}

function fingerprintIn(sdp: string | undefined): string | undefined {
  return /a=fingerprint:\S+ (\S+)/.exec(sdp ?? '')?.[1]?.toUpperCase();
}
