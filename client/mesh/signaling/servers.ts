/** The signaling servers of all joined topics: which are connected to, and which way a message goes. */
import type { PeerId, Topic } from '@snug/shared/protocol/ids.ts';
import type { Timer } from '../clock.ts';
import type { TopicSpec } from '../links-port.ts';
import { Sightings } from './sightings.ts';
import {
  SignalingClient,
  type SignalingClientOptions,
  type SignalingEvent,
} from './signaling-client.ts';

/** A topic meets at up to two servers at once; one that does not answer makes room for the next of its list. */
const AT_ONCE = 2;
/** Most connections over all topics. */
const CONNECTIONS = 8;
/** How long one server is given to carry relayed frames to a peer before another has its turn, ms. */
const TURN_MS = 3_000;
/** How long a server is kept at which a topic was expected to meet, ms. */
const EXPECTED_MS = 10_000;

export class Servers {
  readonly sightings = new Sightings();
  readonly #clients = new Map<string, SignalingClient>();
  readonly #options: Omit<SignalingClientOptions, 'url' | 'on'>;
  readonly #ownServer: string | undefined;
  readonly #on: (event: SignalingEvent, server: SignalingClient) => void;
  #specs: readonly TopicSpec[] = [];
  /** Connected to before any topic meets there. */
  #expected: { readonly url: string; readonly timer: Timer } | undefined;
  #gone = { bytesIn: 0, bytesOut: 0 };

  constructor(
    options: Omit<SignalingClientOptions, 'url' | 'on'> & {
      /** Preferred among a topic's servers, and taken where a topic names none. */
      readonly ownServer: string | undefined;
      /** Where a topic is about to meet: connected to at once. */
      readonly expected?: string;
      readonly on: (event: SignalingEvent, server: SignalingClient) => void;
    },
  ) {
    this.#options = options;
    this.#ownServer = options.ownServer;
    this.#on = options.on;
    if (options.expected !== undefined) this.#expect(originOf(options.expected));
  }

  get all(): readonly SignalingClient[] {
    return [...this.#clients.values()];
  }

  /** Of everything ever counted, connections of the past included. */
  get bytes(): { readonly bytesIn: number; readonly bytesOut: number } {
    const sum = { ...this.#gone };
    for (const { bytes } of this.all) {
      sum.bytesIn += bytes.bytesIn;
      sum.bytesOut += bytes.bytesOut;
    }
    return sum;
  }

  /** Those of the servers where a topic meets: another topic's server has no say in its links. */
  iceServers(topic: Topic): readonly RTCIceServer[] {
    return this.all.flatMap((server) => (server.topics.has(topic) ? server.iceServers : []));
  }

  /** Connects, joins and leaves until it is as these topics say. */
  serve(specs: readonly TopicSpec[]): void {
    this.#specs = specs;
    const wanted = new Map<string, Set<Topic>>();
    for (const spec of specs) {
      for (const url of this.#choose(spec)) {
        const topics = wanted.get(url) ?? new Set();
        wanted.set(url, topics.add(spec.topic));
      }
    }
    for (const server of this.all) {
      const topics = wanted.get(server.url);
      if (topics === undefined) {
        if (server.url !== this.#expected?.url) this.#drop(server);
      } else for (const topic of server.topics) if (!topics.has(topic)) server.leave(topic);
    }
    for (const [url, topics] of wanted) {
      const server = this.#clients.get(url) ?? this.#connect(url);
      if (server !== undefined) for (const topic of topics) server.join(topic);
    }
  }

  /** A fresh sample of who is in the topic, of each of its servers. */
  sample(topic: Topic): void {
    for (const server of this.all) server.sample(topic);
  }

  ask(topic: Topic, peers: readonly PeerId[]): void {
    for (const server of this.all) server.ask(topic, peers);
  }

  /**
   * The server by which relayed frames reach a peer: the one by which the peer's own came last; until there is one, those take
   * turns that say that it is there, since a server that hands on signals may yet carry nothing.
   */
  toward(peer: PeerId, topic: Topic): SignalingClient | undefined {
    const ways = this.ways(peer, topic);
    const here = this.sightings.servers(peer);
    const known = ways.filter(({ url }) => here.includes(url));
    if (known.length < 2) return ways[0];
    const now = this.#options.clock.now();
    const carrier = this.sightings.carrier(peer, now);
    const turn = Math.floor(now / TURN_MS) % known.length;
    return known.find(({ url }) => url === carrier) ?? known[turn];
  }

  /**
   * All servers where the topic meets, the best first: where the peer is known to be, then the others, since a server may err or
   * lie. No other server is told of the topic, whomever it says it knows.
   */
  ways(peer: PeerId, topic: Topic): readonly SignalingClient[] {
    const ofTopic = this.all.filter((server) => server.ready && server.topics.has(topic));
    const known = this.sightings.servers(peer);
    const place = ({ url }: SignalingClient) =>
      (known.indexOf(url) + known.length + 1) % (known.length + 1);
    return ofTopic.sort((a, b) => place(a) - place(b));
  }

  close(): void {
    this.#expectNoMore();
    for (const server of this.all) this.#drop(server);
  }

  #expect(url: string): void {
    const timer = this.#options.clock.setTimeout(() => {
      this.#expectNoMore();
      this.serve(this.#specs);
    }, EXPECTED_MS);
    this.#expected = { url, timer };
    this.#connect(url);
  }

  #expectNoMore(): void {
    if (this.#expected) this.#options.clock.clearTimeout(this.#expected.timer);
    this.#expected = undefined;
  }

  #choose(spec: TopicSpec): readonly string[] {
    const named = [...new Set(spec.servers.map(originOf))];
    const own = this.#ownServer === undefined ? undefined : originOf(this.#ownServer);
    if (named.length === 0) return own === undefined ? [] : [own];
    if (own !== undefined && named.includes(own))
      named.unshift(...named.splice(named.indexOf(own), 1));
    const chosen: string[] = [];
    let hopeful = 0;
    for (const url of named) {
      if (hopeful >= AT_ONCE) break;
      const state = this.#clients.get(url)?.status.state;
      if (state !== 'unreachable' && state !== 'refused') hopeful++;
      chosen.push(url);
    }
    return chosen;
  }

  #connect(url: string): SignalingClient | undefined {
    if (this.#clients.size >= CONNECTIONS) return undefined;
    const server: SignalingClient = new SignalingClient({
      ...this.#options,
      url,
      on: (event) => {
        if (event.is === 'joined' || event.is === 'here') {
          for (const { peer, nonce } of event.peers) this.sightings.seen(peer, nonce, url);
        }
        this.#on(event, server);
        if (event.is === 'state') this.serve(this.#specs);
      },
    });
    this.#clients.set(url, server);
    return server;
  }

  #drop(server: SignalingClient): void {
    this.#clients.delete(server.url);
    this.#gone.bytesIn += server.bytes.bytesIn;
    this.#gone.bytesOut += server.bytes.bytesOut;
    server.close();
  }
}

/** One spelling for one server: connecting twice would make it drop the first. What is no URL stays as it is. */
function originOf(url: string): string {
  const parsed = URL.parse(url);
  if (parsed === null || !/^(?:https?|wss?):$/.test(parsed.protocol)) return url;
  return parsed.origin.replace(/^ws/, 'http');
}
