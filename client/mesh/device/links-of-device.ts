/**
 * The links of this device: the one driver that gives the state machines (`link.ts`, `overlay.ts`, `routes.ts`) their
 * sockets, channels, timers and keys. Nothing from outside throws through it; a peer that misbehaves loses its link.
 */
import { fractionOf } from '@snug/shared/crypto/bytes.ts';
import type { PeerId, Topic } from '@snug/shared/protocol/ids.ts';
import { LINK_LIMITS } from '@snug/shared/protocol/limits.ts';
import { type Clock, systemClock } from '../clock.ts';
import type { Ending } from '../link/ending.ts';
import { RunningLink } from '../link/running-link.ts';
import type {
  IceSettings,
  LinkName,
  LinksCommand,
  LinksEvent,
  LinksStatus,
  TopicSpec,
} from '../links-port.ts';
import type { OverlayOutput } from '../overlay/overlay-inputs.ts';
import { RunningOverlay } from '../overlay/running-overlay.ts';
import type { RoutesOutput } from '../routes/routes-inputs.ts';
import { RunningRoutes } from '../routes/running-routes.ts';
import { SealedSignals } from '../signaling/sealed-signals.ts';
import { Servers } from '../signaling/servers.ts';
import { MESH } from '../signaling/sightings.ts';
import { connectToServer } from '../signaling/signaling-client.ts';
import { Introductions } from './introductions.ts';
import { JoinedTopics } from './joined-topics.ts';
import type { Links, LinksOptions } from './links.ts';
import { ServerNews } from './server-news.ts';
import { SignalWays } from './signal-ways.ts';

const DIRECT_DEADLINE_MS = 8_000;
/** A newcomer waits for their first sync; they do not wait for a difficult NAT. */
const KNOCK_DEADLINE_MS = 1_500;
const GOODBYE_MS = 300;
/** How long a link is relayed that is not needed, while direct is tried beside it. */
const SPARE_AFTER_MS = 8_000;

/** Ends a program in Node and is shown as an error in a browser, as any error that nobody expects. */
function uncaught(problem: unknown): void {
  queueMicrotask(() => {
    throw problem;
  });
}

export class LinksOfDevice implements Links {
  readonly #options: LinksOptions;
  readonly #clock: Clock;
  readonly #random: (bytes: number) => Uint8Array;
  readonly #topics = new JoinedTopics();
  readonly #links = new Map<PeerId, RunningLink>();
  /** How many have begun since the start. */
  #begun = 0;
  readonly #servers: Servers;
  readonly #signals: SealedSignals;
  readonly #overlay: RunningOverlay;
  readonly #routes: RunningRoutes;
  readonly #ways: SignalWays;
  readonly #introductions: Introductions;
  readonly #news: ServerNews;
  #relayOnly: boolean;
  #closed = false;

  constructor(options: LinksOptions) {
    const { device } = options;
    this.#options = options;
    const clock = options.clock ?? systemClock;
    this.#clock = clock;
    this.#random = options.random ?? ((n) => crypto.getRandomValues(new Uint8Array(n)));
    this.#relayOnly = options.ice?.relayOnly ?? false;
    const nonce = this.#random(16);
    const random = () => fractionOf(this.#random(4));
    const me = device.peerId;
    this.#overlay = new RunningOverlay({
      me,
      clock,
      random,
      leads: (topic, peer, but) => this.#ways.meshLeads(topic, peer, but),
      on: (decision) => this.#onOverlay(decision),
    });
    const signals = new SealedSignals(device, nonce, options.onProblem ?? uncaught);
    const servers = new Servers({
      device,
      nonce,
      connect: options.connect ?? connectToServer,
      clock,
      random,
      ownServer: options.ownServer,
      ...(options.expected !== undefined && { expected: options.expected }),
      on: (event, server) => {
        if (!this.#closed) this.#news.take(event, server);
      },
    });
    const routes = new RunningRoutes({
      me: { peer: me, nonce },
      clock,
      random,
      say: (to, message) => this.#links.get(to)?.control(message),
      on: (output) => this.#onRoutes(output),
    });
    this.#signals = signals;
    this.#servers = servers;
    this.#routes = routes;
    this.#ways = new SignalWays({
      topics: this.#topics,
      signals,
      servers,
      routes,
      enough: (topic) => this.#overlay.enough(topic),
      clock,
    });
    this.#introductions = new Introductions({
      me,
      clock,
      link: (peer) => this.#links.get(peer),
      topics: this.#topics,
      signals,
      ways: this.#ways,
      sightings: servers.sightings,
      judge: (topic, peer, urgent) => this.#judge(topic, peer, urgent),
      met: (topic, peer) => this.#overlay.handle({ is: 'met', topic, peer }),
      begin: (topic, { from, session }) => {
        const spec = this.#topics.get(topic)?.spec;
        this.#links.get(from)?.giveWay();
        return spec && this.#begin(spec, from, session, { initiator: false });
      },
      emit: (event) => this.#emit(event),
    });
    this.#news = new ServerNews({
      clock,
      topics: this.#topics,
      links: this.#links,
      sightings: servers.sightings,
      overlay: this.#overlay,
      ways: this.#ways,
      introductions: this.#introductions,
      emit: (event) => this.#emit(event),
    });
  }

  command(command: LinksCommand): void {
    if (this.#closed) return;
    switch (command.do) {
      case 'join': {
        const { spec, allowed } = this.#topics.join(command.spec);
        this.#servers.serve(this.#topics.specs);
        this.#overlay.handle({ is: 'join', spec });
        this.#routes.join(spec, allowed);
        return;
      }
      case 'leave':
        this.#leave(command.topic);
        return;
      case 'reached':
        this.#overlay.handle({ is: 'reached', topic: command.topic, peers: command.peers });
        return;
      case 'send': {
        const link = this.#named(command);
        if (link?.up === true) link.send(command.frame, command.priority);
        return;
      }
      case 'authorised':
        this.#introductions.decided(
          command.request,
          command.allow,
          command.reason ?? 'not admitted',
        );
        return;
      case 'knocked': {
        const { peer, topic, letIn } = command;
        if (this.#named(command)) this.#overlay.handle({ is: 'answered', peer, topic, letIn });
        return;
      }
      case 'vain':
        if (this.#named(command)) this.#overlay.handle({ is: 'vain', peer: command.peer });
        return;
      case 'close':
        this.#named(command)?.close(command.reason, command.misbehaved);
        return;
    }
  }

  /** The link that a command is about, unless it is gone: the engine may not have heard of that yet, nor of the one in its place. */
  #named({ peer, link }: LinkName): RunningLink | undefined {
    const now = this.#links.get(peer);
    return now?.number === link ? now : undefined;
  }

  status(): LinksStatus {
    return {
      servers: this.#servers.all.map((server) => server.status),
      links: [...this.#links.values()].flatMap((link) => link.stats() ?? []),
      signaling: this.#servers.bytes,
    };
  }

  setIce({ relayOnly }: Partial<IceSettings>): void {
    if (relayOnly === undefined || this.#closed) return;
    this.#relayOnly = relayOnly;
    for (const link of this.#links.values()) link.handle({ is: 'relay-only', relayOnly });
  }

  networkChanged(): void {
    if (this.#closed) return;
    for (const server of this.#servers.all) server.probe();
    this.#ways.networkChanged();
    for (const link of [...this.#links.values()]) link.handle({ is: 'network-changed' });
    this.#overlay.handle({ is: 'network-changed' });
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    const lingers = [...this.#links.values()].some((link) => link.up);
    // Else it would find others for those that go.
    this.#overlay.close();
    for (const link of [...this.#links.values()]) link.close('gone offline', false);
    this.#closed = true;
    this.#introductions.close();
    this.#ways.close();
    this.#routes.close();
    await this.#signals.sealed;
    if (lingers) await new Promise<void>((done) => this.#clock.setTimeout(done, GOODBYE_MS));
    this.#servers.close();
  }

  // Topics

  #leave(topic: Topic): void {
    if (!this.#topics.leave(topic)) return;
    this.#overlay.handle({ is: 'leave', topic });
    this.#routes.handle({ is: 'left', topic });
    for (const link of [...this.#links.values()]) {
      if (link.topic === topic && !this.#topics.lists(link.peer)) link.close('left', false);
    }
    // After the goodbyes, which need the topic.
    void this.#signals.sealed.then(() => {
      if (!this.#closed) this.#servers.serve(this.#topics.specs);
    });
  }

  #onRoutes(output: Exclude<RoutesOutput, { do: 'say' }>): void {
    if (this.#closed) return;
    switch (output.do) {
      case 'learned':
        this.#overlay.handle({ is: 'learned', topic: output.topic, peers: output.peers });
        return;
      case 'shares':
      case 'shares-no-more':
        this.#overlay.handle({ is: output.do, peer: output.peer, topic: output.topic });
        return;
      case 'deliver':
        this.#introductions.open(output.topic, output.claimed, output.sealed, MESH);
        return;
      case 'misbehaved':
        this.#links.get(output.peer)?.close(output.reason, true);
        return;
    }
  }

  // Links

  #begin(
    spec: TopicSpec,
    peer: PeerId,
    session: Uint8Array,
    begins: { readonly initiator: boolean; readonly urgent?: boolean; readonly knock?: boolean },
  ): RunningLink {
    const wrtc = this.#options.rtc?.wrtc;
    const deadline = this.#options.directDeadlineMs ?? DIRECT_DEADLINE_MS;
    const { initiator, urgent, knock } = begins;
    let relayedAt: number | undefined;
    const link: RunningLink = new RunningLink({
      me: this.#options.device.peerId,
      peer,
      number: ++this.#begun,
      spec,
      session,
      initiator,
      ...(knock && spec.note && { note: spec.note }),
      ...(urgent && { urgent }),
      wrtc,
      webrtc: wrtc !== undefined || 'RTCPeerConnection' in globalThis,
      relayOnly: this.#relayOnly,
      directDeadlineMs: knock ? Math.min(deadline, KNOCK_DEADLINE_MS) : deadline,
      relayNeeded: () => !this.#routes.meetsThroughThird(spec.topic, peer),
      clock: this.#clock,
      iceServers: () => this.#iceServers(spec.topic, peer),
      server: () => this.#servers.toward(peer, this.#serving(spec.topic, peer) ?? spec.topic),
      signal: (payload) => {
        const serving = this.#serving(spec.topic, peer);
        const latest = (serving && this.#topics.get(serving)?.spec) ?? spec;
        this.#ways.send(latest, peer, session, payload, link.up);
      },
      emit: (event) => this.#emit(event),
      onControl: (body) => this.#routes.hear(peer, body),
      onOpen: () => this.#ways.heard(peer, session),
      onUp: (path, nonce) => {
        this.#ways.heard(peer, session);
        this.#overlay.handle({ is: 'up', peer, path });
        this.#routes.handle({ is: 'up', peer, nonce });
        this.#routes.handle({ is: 'path', peer, relayed: path === 'relayed' });
        if (path === 'relayed') relayedAt = this.#clock.now();
      },
      onQuality: (path, rttMs) => {
        this.#overlay.handle({ is: 'quality', peer, path, rttMs });
        this.#routes.handle({ is: 'path', peer, relayed: path === 'relayed' });
        relayedAt = path === 'relayed' ? (relayedAt ?? this.#clock.now()) : undefined;
        // A newcomer's first sync came by the relay, say. What two say travels through a third whom both reach directly.
        const long = relayedAt !== undefined && this.#clock.now() >= relayedAt + SPARE_AFTER_MS;
        if (long && this.#routes.isSpare(peer))
          link.close('reached directly through others', false, 'surplus');
      },
      onDown: (ending, reason) => this.#onDown(link, ending, reason),
    });
    this.#links.set(peer, link);
    this.#overlay.handle({ is: 'linking', peer, topic: spec.topic });
    return link;
  }

  /** A link may outlast the topic that began it, for another that lists the peer: that of the next epoch, say. */
  #serving(topic: Topic, peer: PeerId): Topic | undefined {
    return this.#topics.get(topic) ? topic : this.#topics.listing(peer);
  }

  #iceServers(topic: Topic, peer: PeerId): readonly RTCIceServer[] {
    const serving = this.#serving(topic, peer);
    return serving === undefined ? [] : this.#servers.iceServers(serving);
  }

  #onDown(link: RunningLink, ending: Ending, reason: string): void {
    const { peer, topic } = link;
    if (this.#links.get(peer) === link) this.#links.delete(peer);
    this.#ways.heard(peer, link.session);
    this.#routes.handle({ is: 'down', peer });
    if (link.wasUp) this.#emit({ is: 'down', peer, reason, surplus: ending === 'surplus' });
    else if (ending === 'refused') this.#emit({ is: 'refused', peer, topic, reason });
    this.#overlay.handle({ is: 'down', peer, ending });
  }

  #judge(topic: Topic, peer: PeerId, urgent: boolean): boolean {
    const accepted = this.#overlay.judge(topic, peer, urgent);
    const others = this.#links.size - (this.#links.has(peer) ? 1 : 0);
    return accepted && others < LINK_LIMITS.links;
  }

  #onOverlay(output: Exclude<OverlayOutput, { do: 'judged' }>): void {
    if (this.#closed) return;
    switch (output.do) {
      case 'connect': {
        const spec = this.#topics.get(output.topic)?.spec;
        if (spec === undefined || this.#links.has(output.peer)) return;
        const { peer, urgent, knock } = output;
        this.#begin(spec, peer, this.#random(16), { initiator: true, urgent, knock }).start();
        return;
      }
      case 'knock': {
        const { peer, topic } = output;
        const note = this.#topics.get(topic)?.spec.note;
        if (note !== undefined) this.#emit({ is: 'knock', topic, peer, note });
        return;
      }
      case 'close':
        this.#links.get(output.peer)?.close('links enough without this one', false, 'surplus');
        return;
      case 'ask':
        this.#servers.ask(output.topic, output.peers);
        return;
      case 'sample':
        this.#servers.sample(output.topic);
        return;
      case 'walk':
        this.#routes.handle({ is: 'walk', topic: output.topic });
        return;
    }
  }

  #emit(event: LinksEvent): void {
    if (!this.#closed) this.#options.emit(event);
  }
}
