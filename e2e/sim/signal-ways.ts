/**
 * Which way the signals of one simulated device go: over the mesh where there is a route, else by the server, and by further
 * ways where nothing comes back, as `client/mesh/device/signal-ways.ts` does for real.
 */
import type { Sighted } from '@snug/client/mesh/routes/route-message.ts';
import type { Route } from '@snug/client/mesh/routes/routes-inputs.ts';
import { toBase64url } from '@snug/shared/crypto/bytes.ts';
import type { PeerId, Topic } from '@snug/shared/protocol/ids.ts';
import type { End } from './session.ts';
import type { Signal } from './signals.ts';
import type { World } from './world.ts';

/** After so long without an answer further ways are tried, ms. */
const UNHEARD_MS = 2_000;
/** In so many rounds no server is bothered with what went over the mesh. */
const PATIENT_ROUNDS = { urgent: 0, wanted: 1, spare: 3 };

export interface SignalWaysOptions {
  readonly me: Sighted;
  readonly routesTo: (topic: Topic, peer: PeerId) => readonly Route[];
  readonly byRoute: (topic: Topic, route: Route, sealed: Uint8Array) => void;
  readonly failed: (topic: Topic, route: Route) => void;
  /** Whether there is a server to send it by. */
  readonly byServer: (to: PeerId, sealed: Uint8Array) => boolean;
  readonly enough: (topic: Topic) => boolean;
}

interface Sent {
  readonly end: End;
  readonly signal: Signal;
  readonly tried: Route[];
  triedServer: boolean;
  /** By the nonce they are sealed for: the same signal is the same bytes, however often it is sent. */
  readonly sealed: Map<string, Uint8Array>;
}

export class SignalWays {
  readonly #world: World;
  readonly #o: SignalWaysOptions;
  #closed = false;

  constructor(world: World, options: SignalWaysOptions) {
    this.#world = world;
    this.#o = options;
  }

  close(): void {
    this.#closed = true;
  }

  meshLeads(topic: Topic, peer: PeerId, but?: PeerId): boolean {
    const routes = this.#o.routesTo(topic, peer);
    return routes.some((route) => isGood(route) && route.hops[0] !== but);
  }

  send(end: End, is: Signal['is'], code?: Signal['code']): void {
    const { session, peer } = end;
    const { topic } = session;
    const signal = { is, from: this.#o.me, to: peer, topic, session, ...(code && { code }) };
    const sent: Sent = { end, signal, tried: [], triedServer: false, sealed: new Map() };
    this.#next(sent, false);
    // Nothing answers a goodbye.
    if (is !== 'bye') this.#later(sent, 1);
  }

  #later(sent: Sent, round: number): void {
    const { end, signal } = sent;
    const before = end.heard;
    this.#world.clock.after(UNHEARD_MS, () => {
      if (this.#closed || end.heard > before || end.state === 'ended' || end.state === 'up') return;
      for (const route of sent.tried) this.#o.failed(sent.signal.topic, route);
      const urgent = signal.is === 'offer' && signal.session.urgent;
      const spare = signal.is === 'offer' && this.#o.enough(signal.topic);
      const rounds = PATIENT_ROUNDS[urgent ? 'urgent' : spare ? 'spare' : 'wanted'];
      const patient = !sent.triedServer && round <= rounds;
      const another = patient && this.#untried(sent).some(isGood);
      const waits = patient && !another && spare;
      if (waits || this.#next(sent, !another)) this.#later(sent, round + 1);
    });
  }

  /** By the best way not yet tried; in doubt by the best route and by the server. False: there was none. */
  #next(sent: Sent, doubtful: boolean): boolean {
    const routes = this.#untried(sent);
    // Over the link that the signal is about, or where a route has failed, only if there is nothing else.
    const route = routes.find(isGood);
    if (route !== undefined) this.#byRoute(sent, route, doubtful);
    if ((route === undefined || doubtful) && this.#byServer(sent, doubtful)) return true;
    if (route !== undefined) return true;
    const [last] = routes;
    if (last !== undefined) this.#byRoute(sent, last, doubtful);
    return last !== undefined;
  }

  #untried({ signal: { topic, to }, tried }: Sent): readonly Route[] {
    const before = new Set(tried.map(({ hops }) => hops.join()));
    return this.#o.routesTo(topic, to).filter(({ hops }) => !before.has(hops.join()));
  }

  #byRoute(sent: Sent, route: Route, again: boolean): void {
    const { figures } = this.#world;
    if (again) figures.signals.again++;
    else figures.signals.mesh++;
    sent.tried.push(route);
    this.#o.byRoute(sent.signal.topic, route, this.#sealed(sent, route.nonce));
  }

  #byServer(sent: Sent, again: boolean): boolean {
    if (sent.triedServer) return false;
    const { to } = sent.signal;
    // What the server says of a peer's run is so.
    const nonce = this.#world.running(to)?.me.nonce ?? sent.end.nonce;
    sent.triedServer = this.#o.byServer(to, this.#sealed(sent, nonce));
    if (!sent.triedServer) return false;
    const { signals } = this.#world.figures;
    if (again) signals.again++;
    else signals.server++;
    return true;
  }

  #sealed({ signal, sealed }: Sent, nonce: Uint8Array): Uint8Array {
    const key = toBase64url(nonce);
    const known = sealed.get(key);
    if (known !== undefined) return known;
    const made = this.#world.signals.seal(signal, nonce);
    sealed.set(key, made);
    return made;
  }
}

const isGood = ({ hops, doubtful }: Route) => hops.length > 1 && doubtful !== true;
