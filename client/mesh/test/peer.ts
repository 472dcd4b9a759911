/** For tests: a real signaling server on a free port, and peers with real keys, sockets and WebRTC. */
import { randomBytes } from 'node:crypto';
import { generateDeviceKey, openDeviceKey } from '@snug/shared/crypto/device-key.ts';
import type { PeerId } from '@snug/shared/protocol/ids.ts';
import * as ids from '@snug/shared/protocol/ids.ts';
import { createSignalingServer } from '@snug/signaling/server.ts';
import * as v from 'valibot';
import { vi } from 'vitest';
import { createLinks, type Links, type LinksOptions } from '../device/links.ts';
import { nodeWebrtc } from '../link/node-webrtc.ts';
import type { LinkName, LinksEvent, Path, TopicSpec } from '../links-port.ts';
import { connectToServer, type SignalingSocket } from '../signaling/signaling-client.ts';

// Real sockets and channels on a busy machine: tests wait for conditions, not for time.
vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

const open: (() => Promise<void>)[] = [];

export async function closeAll(): Promise<void> {
  await Promise.all(open.splice(0).map((close) => close()));
}

export async function startServer(port = 0) {
  const server = createSignalingServer(
    {
      port,
      host: '127.0.0.1',
      stun: null,
      origins: [],
      publicHosts: [],
      trustProxy: false,
      ice: { urls: [], turnSecret: null, turnSeconds: 600 },
      maxPeers: 1000,
      maxPeersPerAddress: 1000,
      pageDir: null,
    },
    { log: () => undefined, random: Math.random, now: Date.now },
  );
  const address = await server.listen();
  open.push(() => server.close());
  return { server, port: address.port, url: `http://127.0.0.1:${address.port}` };
}

export class TestPeer {
  readonly id: PeerId;
  readonly links: Links;
  readonly events: LinksEvent[] = [];
  /** Connections made, the latest last. */
  readonly connections: RTCPeerConnection[];
  /** Data channels of those connections, the latest last. */
  readonly channels: RTCDataChannel[];
  /** By peer, the number of the link that came up last. */
  readonly #upLinks = new Map<PeerId, number>();
  onEvent: (event: LinksEvent) => void = () => undefined;

  constructor(
    options: Omit<LinksOptions, 'emit'>,
    connections: RTCPeerConnection[],
    channels: RTCDataChannel[],
  ) {
    this.id = options.device.peerId;
    this.connections = connections;
    this.channels = channels;
    this.links = createLinks({
      ...options,
      emit: (event) => {
        this.events.push(event);
        if (event.is === 'up') this.#upLinks.set(event.peer, event.link);
        this.onEvent(event);
      },
    });
    open.push(() => this.links.close());
  }

  static async make(options: Partial<LinksOptions> = {}): Promise<TestPeer> {
    const device = await openDeviceKey(await generateDeviceKey());
    const connections: RTCPeerConnection[] = [];
    const channels: RTCDataChannel[] = [];
    const wrtc = nodeWebrtc();
    class Kept extends wrtc.RTCPeerConnection {
      constructor(config?: RTCConfiguration) {
        super(config);
        connections.push(this);
        this.addEventListener('datachannel', ({ channel }) => channels.push(channel));
      }

      override createDataChannel(label: string, init?: RTCDataChannelInit): RTCDataChannel {
        const channel = super.createDataChannel(label, init);
        channels.push(channel);
        return channel;
      }
    }
    const rtc = { wrtc: { ...wrtc, RTCPeerConnection: Kept } };
    return new TestPeer({ rtc, ...options, device }, connections, channels);
  }

  join(spec: TopicSpec): void {
    this.links.command({ do: 'join', spec });
  }

  all<K extends LinksEvent['is']>(is: K): Extract<LinksEvent, { is: K }>[] {
    return this.events.filter((event): event is Extract<LinksEvent, { is: K }> => event.is === is);
  }

  /** The first event of a kind, now or within 15 s. */
  first<K extends LinksEvent['is']>(is: K): Promise<Extract<LinksEvent, { is: K }>> {
    return until(() => this.all(is)[0], `an event '${is}'`);
  }

  /** Waits until the links are, and are all, on a path. */
  async on(path: Path): Promise<void> {
    await until(() => {
      const { links } = this.links.status();
      return links.length > 0 && links.every((link) => link.path === path) ? true : undefined;
    }, `a ${path} link`);
  }

  /** The link that came up last with another peer, or one that never was. */
  linkTo({ id: peer }: TestPeer): LinkName {
    return { peer, link: this.#upLinks.get(peer) ?? 0 };
  }

  send(to: TestPeer, number: number, size = 4, priority: 'chat' | 'bulk' = 'chat'): void {
    const frame = new Uint8Array(size);
    new DataView(frame.buffer).setUint32(0, number);
    this.links.command({ ...this.linkTo(to), do: 'send', frame, priority });
  }

  /** The numbers of the frames that came, in the order in which they came. */
  get numbers(): number[] {
    return this.all('frame').map(({ frame }) =>
      new DataView(frame.buffer, frame.byteOffset).getUint32(0),
    );
  }

  async got(count: number): Promise<void> {
    await until(() => (this.numbers.length >= count ? true : undefined), `${count} frames`);
  }
}

/** Holds back the signals of those who connect through it, so that their offers cross. */
export class SignalGate {
  readonly #waiting = new Map<SignalingSocket, (() => void)[]>();
  #open = false;

  /** How many peers have something to say. */
  get held(): number {
    return this.#waiting.size;
  }

  readonly connect = (url: string): SignalingSocket => {
    const socket = connectToServer(url);
    const emit = socket.emit.bind(socket);
    socket.emit = (...args) => {
      if (args[0] !== 'signal' || this.#open) return emit(...args);
      const waiting = this.#waiting.get(socket) ?? [];
      this.#waiting.set(socket, waiting);
      waiting.push(() => socket.timeout(10_000) && emit(...args));
      return socket;
    };
    return socket;
  };

  open(): void {
    this.#open = true;
    for (const waiting of this.#waiting.values()) for (const release of waiting) release();
  }
}

/** Closes the connections between two peers under their links. */
export function cut(a: TestPeer, b: TestPeer): void {
  const ufrag = (description: RTCSessionDescription | null) =>
    /^a=ice-ufrag:(.+?)\r?$/m.exec(description?.sdp ?? '')?.[1];
  let count = 0;
  for (const of of a.connections) {
    for (const other of b.connections) {
      const mine = ufrag(of.localDescription);
      if (mine === undefined || mine !== ufrag(other.remoteDescription)) continue;
      of.close();
      other.close();
      count++;
    }
  }
  if (count === 0) throw new Error('there is no connection to cut');
}

/** Waits, at most 15 s, for a condition to hold. */
export function until<T>(condition: () => T | undefined, what: string): Promise<T> {
  return vi.waitFor(
    () => {
      const value = condition();
      if (value === undefined) throw new Error(`still waiting for ${what}`);
      return value;
    },
    { timeout: 15_000, interval: 5 },
  );
}

/** A topic whose members list each other. */
export function room(url: string, ...peers: TestPeer[]): TopicSpec {
  return {
    topic: v.parse(ids.Topic, randomBytes(32).toString('base64url')),
    signalKey: new Uint8Array(randomBytes(32)),
    servers: [url],
    initiate: 'listed',
    allowed: peers.map((peer) => peer.id),
  };
}

export const upTo = (count: number): number[] => Array.from({ length: count }, (_, i) => i);
