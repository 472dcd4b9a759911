/**
 * The links of one simulated device: gives the real overlay and the real routes their links, signals and server on the
 * virtual network, as `client/mesh/device/links-of-device.ts` does for real.
 */
import type { TopicSpec } from '@snug/client/mesh/links-port.ts';
import { Overlay } from '@snug/client/mesh/overlay/overlay.ts';
import type { OverlayInput, OverlayOutput } from '@snug/client/mesh/overlay/overlay-inputs.ts';
import type { Sighted } from '@snug/client/mesh/routes/route-message.ts';
import { Routes } from '@snug/client/mesh/routes/routes.ts';
import type { RoutesInput, RoutesOutput } from '@snug/client/mesh/routes/routes-inputs.ts';
import type { PeerId, Topic } from '@snug/shared/protocol/ids.ts';
import type { Traffic } from './figures.ts';
import { controlBytes } from './frame-bytes.ts';
import type { Host, Lane } from './network.ts';
import type { SeededRandom } from './seeded-random.ts';
import { ServerClient } from './server-client.ts';
import type { End } from './session.ts';
import { Sessions } from './sessions.ts';
import { SignalWays } from './signal-ways.ts';
import { Alarm } from './virtual-clock.ts';
import type { World } from './world.ts';

const QUALITY_MS = 10_000;
/** The header of a data packet, and that of a control packet. */
const PACKET_BYTES = 3;
const CONTROL_PACKET_BYTES = 1;

/** Whoever uses the links. */
export interface Above<Frame> {
  up(peer: PeerId): void;
  down(peer: PeerId): void;
  frame(from: PeerId, frame: Frame): void;
}

export interface LinkDriverOptions {
  readonly host: Host;
  readonly me: PeerId;
  readonly random: SeededRandom;
  /** Passes no signal on for others. */
  readonly withholds: boolean;
}

export class LinkDriver<Frame = unknown> {
  readonly me: Sighted;
  readonly host: Host;
  readonly server: ServerClient;
  readonly sessions: Sessions;
  readonly #world: World;
  readonly #withholds: boolean;
  readonly #overlay: Overlay;
  readonly #routes: Routes;
  readonly #ways: SignalWays;
  readonly #overlayAlarm: Alarm;
  readonly #routesAlarm: Alarm;
  readonly #above: Above<Frame>;
  #requests = 0;
  #judged: boolean | undefined;
  readonly #inputs: OverlayInput[] = [];
  #closed = false;

  constructor(world: World, options: LinkDriverOptions, above: Above<Frame>) {
    const { random, host } = options;
    this.me = { peer: options.me, nonce: random.bytes(16) };
    this.host = host;
    this.#world = world;
    this.#withholds = options.withholds;
    this.#above = above;
    this.#overlay = new Overlay(this.me.peer, random.next, (topic, peer, but) =>
      this.#ways.meshLeads(topic, peer, but),
    );
    this.#routes = new Routes(this.me, random.next);
    this.#overlayAlarm = new Alarm(world.clock, () => this.#plan({ is: 'tick' }));
    this.#routesAlarm = new Alarm(world.clock, () => this.#route({ is: 'tick' }));
    this.server = new ServerClient(world, {
      me: this.me,
      host,
      random,
      joined: (topic, size, peers) => this.#plan({ is: 'joined', topic, size, peers }),
      here: (topic, peers, asked) => this.#plan({ is: 'here', topic, peers, asked }),
      gone: (peer) => {
        this.#plan({ is: 'gone', peer });
        this.sessions.gone(peer);
      },
      deliver: (peer, sealed) => this.#passOn(peer, sealed),
    });
    this.#ways = new SignalWays(world, {
      me: this.me,
      routesTo: (topic, peer) => this.#routes.to(topic, peer, world.clock.now),
      byRoute: (topic, route, sealed) => this.#route({ is: 'signal', topic, route, sealed }),
      failed: (topic, route) => this.#route({ is: 'failed', topic, route }),
      byServer: (to, sealed) => this.server.signal(to, sealed),
      enough: (topic) => this.#overlay.enough(topic),
    });
    this.sessions = new Sessions(world, {
      me: this.me,
      host,
      plan: (input) => this.#plan(input),
      judge: (peer, topic, urgent) => this.#judge(peer, topic, urgent),
      signal: (end, is, code) => this.#ways.send(end, is, code),
      onUp: ({ peer, nonce }) => {
        this.#route({ is: 'up', peer, nonce });
        if (this.sessions.ends.get(peer)?.state === 'up') this.#above.up(peer);
      },
      onDown: (peer) => {
        this.#above.down(peer);
        this.#route({ is: 'down', peer });
      },
      there: (peer) => world.running(peer)?.sessions,
    });
    world.clock.after(random.between(0, QUALITY_MS), () => this.#tellQuality());
  }

  get ends(): ReadonlyMap<PeerId, End> {
    return this.sessions.ends;
  }

  /** How many links are up. */
  get degree(): number {
    return this.sessions.degree;
  }

  get linked(): readonly PeerId[] {
    return [...this.ends].flatMap(([peer, { state }]) => (state === 'up' ? [peer] : []));
  }

  join(spec: TopicSpec, allowed: ReadonlySet<PeerId>): void {
    this.#route({ is: 'topic', topic: spec.topic, allowed });
    this.#plan({ is: 'join', spec });
    this.server.join(spec.topic);
  }

  reached(topic: Topic, peers: readonly PeerId[]): void {
    this.#plan({ is: 'reached', topic, peers });
  }

  vain(peer: PeerId): void {
    this.#world.figures.vain++;
    this.#plan({ is: 'vain', peer });
  }

  /** @param bytes of the frame */
  send(peer: PeerId, frame: Frame, traffic: Traffic, bytes: number, lane: Lane): void {
    this.#send(peer, traffic, bytes + PACKET_BYTES, lane, (there) =>
      there.#above.frame(this.me.peer, frame),
    );
  }

  leave(): void {
    this.sessions.leave();
    this.#stop();
    this.server.leave();
  }

  crash(): void {
    this.sessions.crash();
    this.#stop();
    this.server.crash(() => this.#world.running(this.me.peer) !== undefined);
  }

  #stop(): void {
    this.#closed = true;
    this.#ways.close();
    this.#overlayAlarm.stop();
    this.#routesAlarm.stop();
  }

  #send(
    peer: PeerId,
    traffic: Traffic,
    bytes: number,
    lane: Lane,
    arrive: (there: LinkDriver) => void,
  ): void {
    const end = this.ends.get(peer);
    const link = end?.session.link;
    if (end?.state !== 'up' || link === undefined) return;
    this.#world.figures.sent(traffic, bytes);
    link.send(end.side, bytes, lane, () => {
      const there = this.#world.running(peer);
      const other = there?.ends.get(this.me.peer);
      if (there && other?.session === end.session && other.state === 'up') arrive(there);
    });
  }

  // Overlay

  #plan(input: OverlayInput): void {
    if (this.#closed) return;
    this.#inputs.push(input);
    if (this.#inputs.length > 1) return;
    // One input after another, also when one comes of another's outputs, as `RunningOverlay` has it.
    for (let next = this.#inputs[0]; next !== undefined; next = this.#inputs[0]) {
      const outputs = this.#overlay.handle(next, this.#world.clock.now);
      for (const output of outputs) this.#perform(output);
      this.#inputs.shift();
    }
    if (!this.#closed) this.#overlayAlarm.set(this.#overlay.wakeAt);
  }

  #perform(output: OverlayOutput): void {
    switch (output.do) {
      case 'connect':
        this.sessions.connect(output.peer, output.topic, output.urgent);
        return;
      case 'knock':
        this.#world.figures.oddity('somebody knocks, where nobody is a newcomer');
        return;
      case 'judged':
        this.#judged = output.accept;
        return;
      case 'close':
        this.sessions.surplus(output.peer);
        return;
      case 'ask':
        this.server.ask(output.topic, output.peers);
        return;
      case 'sample':
        this.server.join(output.topic);
        return;
      case 'walk':
        this.#route({ is: 'walk', topic: output.topic });
        return;
    }
  }

  #judge(peer: PeerId, topic: Topic, urgent: boolean): boolean {
    this.#judged = undefined;
    this.#plan({ is: 'offered', request: this.#requests++, peer, topic, urgent });
    if (this.#judged === undefined) this.#world.figures.oddity('an offer was not judged at once');
    return this.#judged ?? false;
  }

  #tellQuality(): void {
    if (this.#closed) return;
    for (const [peer, { state, session }] of [...this.ends])
      if (state === 'up' && session.link !== undefined)
        this.#plan({ is: 'quality', peer, path: 'direct', rttMs: 2 * session.link.latency });
    this.#world.clock.after(QUALITY_MS, () => this.#tellQuality());
  }

  // Signals

  /** From the server on. */
  #passOn(peer: PeerId, sealed: Uint8Array): void {
    const { clock, network } = this.#world;
    const there = this.#world.running(peer);
    if (there === undefined || network.isCutOff(there.host)) return;
    clock.after(network.latencyToServer(there.host), () => there.#open(sealed));
  }

  #open(sealed: Uint8Array): void {
    if (this.#closed) return;
    const signal = this.#world.signals.open(sealed, this.me);
    if (signal !== undefined) this.sessions.heard(signal);
  }

  // Routes

  #route(input: RoutesInput): void {
    if (this.#closed) return;
    const outputs = this.#routes.handle(input, this.#world.clock.now);
    for (const output of outputs) this.#carryOut(output);
    if (!this.#closed) this.#routesAlarm.set(this.#routes.wakeAt);
  }

  #carryOut(output: RoutesOutput): void {
    switch (output.do) {
      case 'say': {
        const { message, to } = output;
        if (this.#withholds && message.is === 'signal' && message.passed.length > 1) return;
        const bytes = CONTROL_PACKET_BYTES + controlBytes(message);
        this.#send(to, 'control', bytes, 'chat', (there) =>
          there.#route({ is: 'heard', peer: this.me.peer, message }),
        );
        return;
      }
      case 'learned':
        this.#plan({ is: 'learned', topic: output.topic, peers: output.peers });
        return;
      case 'shares':
      case 'shares-no-more':
        this.#plan({ is: output.do, peer: output.peer, topic: output.topic });
        return;
      case 'deliver':
        this.#open(output.sealed);
        return;
      case 'misbehaved':
        this.#world.figures.oddity(`routes call an honest neighbour misbehaving: ${output.reason}`);
        return;
    }
  }
}
