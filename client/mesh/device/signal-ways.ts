/**
 * Which way a sealed signal goes: over the mesh where there is a route, else by a server. Where nothing comes back within
 * 2 s the very same bytes go by the next ways, and at last by the same ones again, which costs nothing but themselves: whoever has had
 * them knows them again. A server need not hear of it while another route is left, nor soon for a link that can be done without.
 * Meanwhile the servers are asked anew for the peer's nonce, since what they told may be out of date
 * or a lie.
 */
import { equalBytes, toBase64url } from '@snug/shared/crypto/bytes.ts';
import type { PeerId, Topic } from '@snug/shared/protocol/ids.ts';
import type { Clock, Timer } from '../clock.ts';
import type { TopicSpec } from '../links-port.ts';
import type { Route } from '../routes/routes-inputs.ts';
import type { RunningRoutes } from '../routes/running-routes.ts';
import type { SealedSignals } from '../signaling/sealed-signals.ts';
import type { Sightings } from '../signaling/sightings.ts';
import type { SignalPayload } from '../signaling/signal-payload.ts';
import type { SignalingClient } from '../signaling/signaling-client.ts';
import type { JoinedTopics } from './joined-topics.ts';

/** How long a session may be silent before its signals go another way too, ms. */
export const UNHEARD_MS = 2_000;
/** After a change of network nobody knows which way still carries: for so long signals go two ways at once, ms. */
const DOUBTFUL_MS = 10_000;
/** So often at most signals are sent anew while nothing is heard: until about when the link gives up. */
const ROUNDS = 5;
/**
 * In how many of them no server is bothered with what went over the mesh: two neighbours in a row rarely fail, and where there are links
 * enough without this one it may as well wait.
 */
const PATIENT_ROUNDS = { urgent: 0, wanted: 1, spare: 3 };
/** Most sessions that wait to be heard of, or have been; most signals of one that are kept to be sent again. */
const SESSIONS = 128;
const SIGNALS = 16;

type Way =
  | { readonly by: 'route'; readonly route: Route; readonly nonce: Uint8Array }
  | {
      readonly by: 'server';
      readonly server: Pick<SignalingClient, 'url' | 'signal'>;
      readonly nonce: Uint8Array;
    };

/** One for each nonce that somebody gives the peer: only the true one's is ever opened. */
interface Sealed {
  readonly nonce: Uint8Array;
  bytes: Uint8Array | undefined;
  /** Ways that wait for the bytes. */
  readonly ways: Way[];
}

interface Sent {
  readonly spec: TopicSpec;
  readonly to: PeerId;
  readonly session: Uint8Array;
  readonly payload: SignalPayload;
  /** The link that it is about is up. */
  readonly up: boolean;
  readonly sealed: Sealed[];
  readonly tried: Way[];
}

/** A session of which nothing has been heard since these were sent. */
interface Unheard {
  readonly sent: Sent[];
  timer: Timer;
  /** How often they have gone further ways in vain; what follows then does so at once. */
  rounds: number;
}

export interface SignalWaysOptions {
  readonly topics: JoinedTopics;
  readonly signals: Pick<SealedSignals, 'seal'>;
  readonly servers: {
    /** Those by which a peer may be reached, the best first. */
    ways(peer: PeerId, topic: Topic): readonly Pick<SignalingClient, 'url' | 'signal'>[];
    ask(topic: Topic, peers: readonly PeerId[]): void;
    readonly sightings: Pick<Sightings, 'nonces'>;
  };
  readonly routes: Pick<RunningRoutes, 'to' | 'handle'>;
  /** Whether a topic has links enough, so that one that is being made can be done without. */
  readonly enough: (topic: Topic) => boolean;
  readonly clock: Clock;
}

export class SignalWays {
  readonly #options: SignalWaysOptions;
  readonly #unheard = new Map<string, Unheard>();
  /** By session: the nonce of the run at its other end, as that signed it. No other run can take part in it. */
  readonly #runs = new Map<string, Uint8Array>();
  #doubtfulUntil = Number.NEGATIVE_INFINITY;
  #closed = false;

  constructor(options: SignalWaysOptions) {
    this.#options = options;
  }

  /** Whether the peer can be reached without a server. */
  meshReaches(peer: PeerId): boolean {
    return this.#options.topics.specs.some(({ topic }) => this.#hasRoute(topic, peer));
  }

  /**
   * Whether what begins a link with the peer goes over the mesh first: a way through others is known that has not failed.
   * @param but a neighbour that is not to be counted on
   */
  meshLeads(topic: Topic, peer: PeerId, but?: PeerId): boolean {
    const routes = this.#options.routes.to(topic, peer);
    return routes.some((route) => !isLast(route) && route.hops[0] !== but);
  }

  /**
   * Seals a signal and sends it. Nothing happens where no way is known, or no nonce of the peer's.
   * @param up the link that it is about is up
   */
  send(spec: TopicSpec, to: PeerId, session: Uint8Array, payload: SignalPayload, up = false): void {
    const best = this.#bestSpec(spec, to, payload);
    const sent: Sent = { spec: best, to, session, payload, up, sealed: [], tried: [] };
    const key = keyOf(to, session);
    // Nothing answers a goodbye, nor candidates for a link that is up.
    const unanswered = payload.is === 'bye' || (up && payload.is === 'candidates');
    const kept = unanswered ? this.#unheard.get(key) : this.#keep(key, sent);
    const doubtful = this.#options.clock.now() < this.#doubtfulUntil || (kept?.rounds ?? 0) > 0;
    this.#next(sent, doubtful);
  }

  /**
   * Something of the session has come, or its path has: what was sent has arrived.
   * @param nonce of the peer's run, if that was a signal
   */
  heard(peer: PeerId, session: Uint8Array, nonce?: Uint8Array): void {
    const key = keyOf(peer, session);
    this.#forget(key);
    if (nonce === undefined) return;
    this.#runs.delete(key);
    this.#runs.set(key, nonce);
    const oldest = this.#runs.keys().next();
    if (this.#runs.size > SESSIONS && oldest.done !== true) this.#runs.delete(oldest.value);
  }

  networkChanged(): void {
    this.#doubtfulUntil = this.#options.clock.now() + DOUBTFUL_MS;
  }

  /** What is being sealed still goes; nothing is sent again. */
  close(): void {
    this.#closed = true;
    for (const key of [...this.#unheard.keys()]) this.#forget(key);
  }

  #hasRoute(topic: Topic, peer: PeerId): boolean {
    return this.#options.routes.to(topic, peer).length > 0;
  }

  /** What is said within a session may go by any topic that both ends hold: one in which there is a route. */
  #bestSpec(spec: TopicSpec, to: PeerId, payload: SignalPayload): TopicSpec {
    const begins = payload.is === 'offer' && payload.ephemeral !== undefined;
    if (begins || this.#hasRoute(spec.topic, to)) return spec;
    return this.#options.topics.specs.find(({ topic }) => this.#hasRoute(topic, to)) ?? spec;
  }

  #keep(key: string, sent: Sent): Unheard | undefined {
    if (this.#closed) return undefined;
    const known = this.#unheard.get(key);
    if (known !== undefined) {
      if (known.sent.length < SIGNALS) known.sent.push(sent);
      return known;
    }
    const oldest = this.#unheard.keys().next();
    if (this.#unheard.size >= SESSIONS && oldest.done !== true) this.#forget(oldest.value);
    const made = { sent: [sent], timer: this.#later(key), rounds: 0 };
    this.#unheard.set(key, made);
    return made;
  }

  #later(key: string): Timer {
    return this.#options.clock.setTimeout(() => this.#again(key), UNHEARD_MS);
  }

  #again(key: string): void {
    const unheard = this.#unheard.get(key);
    if (unheard === undefined) return;
    unheard.rounds++;
    const asks = unheard.rounds % 2 === 1;
    let hope = false;
    for (const sent of unheard.sent) {
      this.#blame(sent);
      const served = sent.tried.some(({ by }) => by === 'server');
      const patience = served ? 'none' : this.#patience(sent, unheard.rounds);
      const gone = patience === 'waits' || this.#next(sent, patience === 'none');
      hope = gone || served || hope;
      if (!gone && served && !asks) this.#repeat(sent);
    }
    const [first] = unheard.sent;
    if (asks && first?.tried.some(({ by }) => by === 'server') === true)
      // The answer shows in `sightings`, and by that in the next ways.
      this.#options.servers.ask(first.spec.topic, [first.to]);
    if (hope && unheard.rounds < ROUNDS) unheard.timer = this.#later(key);
    else this.#unheard.delete(key);
  }

  /** Whether a signal keeps to the mesh for now: there is another route, or it waits until the next round. */
  #patience(sent: Sent, round: number): 'none' | 'another route' | 'waits' {
    const { spec, up, payload } = sent;
    const urgent = payload.is === 'offer' && payload.urgent === true;
    // Whether whoever is answered can do without it is not known here.
    const spare = payload.is === 'offer' && !up && this.#options.enough(spec.topic);
    if (round > PATIENT_ROUNDS[urgent ? 'urgent' : spare ? 'spare' : 'wanted']) return 'none';
    const [next] = this.#untried(sent);
    if (next?.by === 'route' && !isLast(next.route)) return 'another route';
    return spare ? 'waits' : 'none';
  }

  /** Every way has been tried: what went by a server may have been lost there. */
  #repeat(sent: Sent): void {
    const known = new Set(this.#ways(sent).map(nameOf));
    for (const way of sent.tried)
      if (way.by === 'server' && known.has(nameOf(way))) this.#go(sent, way);
  }

  #blame({ tried, spec: { topic } }: Sent): void {
    for (const way of tried) {
      if (way.by === 'route')
        this.#options.routes.handle({ is: 'failed', topic, route: way.route });
    }
  }

  #forget(key: string): void {
    const unheard = this.#unheard.get(key);
    if (unheard !== undefined) this.#options.clock.clearTimeout(unheard.timer);
    this.#unheard.delete(key);
  }

  /**
   * Sends by the best way not yet tried; with `doubtful` by the best route and the best server. False: there was none.
   */
  #next(sent: Sent, doubtful: boolean): boolean {
    const ways = this.#untried(sent);
    const [first] = ways;
    if (first === undefined) return false;
    const other = doubtful ? ways.find(({ by }) => by !== first.by) : undefined;
    for (const way of other === undefined ? [first] : [first, other]) {
      sent.tried.push(way);
      this.#go(sent, way);
    }
    return true;
  }

  #untried(sent: Sent): readonly Way[] {
    const tried = new Set(sent.tried.map(nameOf));
    return this.#ways(sent).filter((way) => !tried.has(nameOf(way)));
  }

  /**
   * The best first. Over the link that the signal is about, or where a route has failed, only if there is nothing else: that
   * may be what needs mending.
   */
  #ways({ to, spec, session, sealed }: Sent): readonly Way[] {
    const { routes, servers } = this.#options;
    const run = this.#runs.get(keyOf(to, session));
    const all = routes
      .to(spec.topic, to)
      .map((route) => ({ by: 'route' as const, route, nonce: run ?? route.nonce }));
    const last = ({ route }: (typeof all)[number]) => isLast(route);
    const byServer = servers.ways(to, spec.topic).map((server) => {
      const nonces = run ? [run] : servers.sightings.nonces(to, server.url);
      return (nonces.length > 0 ? nonces : sealed.slice(0, 1).map(({ nonce }) => nonce)).map(
        (nonce): Way => ({ by: 'server', server, nonce }),
      );
    });
    return [
      ...all.filter((way) => !last(way)),
      // Each server's likeliest nonce, and then the others.
      ...byServer.flatMap((ways) => ways.slice(0, 1)),
      ...byServer.flatMap((ways) => ways.slice(1)),
      ...all.filter(last),
    ];
  }

  #go(sent: Sent, way: Way): void {
    const { nonce } = way;
    const { spec, to, session, payload } = sent;
    const same = sent.sealed.find((each) => equalBytes(each.nonce, nonce));
    if (same?.bytes !== undefined) this.#carry(sent, way, same.bytes);
    else same?.ways.push(way);
    if (same !== undefined) return;
    const sealed: Sealed = { nonce, bytes: undefined, ways: [way] };
    sent.sealed.push(sealed);
    this.#options.signals.seal(spec, { peer: to, nonce }, session, payload, (bytes) => {
      sealed.bytes = bytes;
      for (const each of sealed.ways.splice(0)) this.#carry(sent, each, bytes);
    });
  }

  #carry(sent: Sent, way: Way, sealed: Uint8Array): void {
    const { to, spec } = sent;
    const { topic } = spec;
    if (way.by === 'server') {
      way.server.signal(to, topic, sealed);
      return;
    }
    const { routes } = this.#options;
    const { route } = way;
    // While it was being sealed its first link may have gone.
    if (routes.to(topic, to).some(({ hops }) => hops[0] === route.hops[0])) {
      routes.handle({ is: 'signal', topic, route, sealed });
    } else this.#next(sent, false);
  }
}

/** Taken if there is nothing else. */
const isLast = ({ hops, doubtful }: Route) => hops.length === 1 || doubtful === true;
const keyOf = (peer: PeerId, session: Uint8Array) => `${peer} ${toBase64url(session)}`;
const nameOf = (way: Way) =>
  [...(way.by === 'server' ? [way.server.url] : way.route.hops), toBase64url(way.nonce)].join();
