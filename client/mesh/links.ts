/**
 * The links of this device: the one driver that gives the state machines (`link.ts`, `overlay.ts`) their sockets,
 * channels, timers and keys. Nothing from outside throws through it; a peer that misbehaves loses its link.
 */
import { equalBytes } from '@snug/shared/crypto/bytes.ts';
import type { DeviceKey } from '@snug/shared/crypto/device-key.ts';
import type { PeerId, Topic } from '@snug/shared/protocol/ids.ts';
import { LINK_LIMITS } from '@snug/shared/protocol/limits.ts';
import { type Clock, systemClock, type Timer } from './clock.ts';
import type { WebRtc } from './direct-path.ts';
import type {
  IceSettings,
  LinksCommand,
  LinksEvent,
  LinksStatus,
  TopicSpec,
} from './links-port.ts';
import { Overlay, type OverlayInput } from './overlay.ts';
import type { Ending } from './path-choice.ts';
import { PendingOffers } from './pending-offers.ts';
import { RunningLink } from './running-link.ts';
import { SealedSignals, type Signal } from './sealed-signals.ts';
import { Servers } from './servers.ts';
import {
  connectToServer,
  type SignalingClient,
  type SignalingEvent,
  type SignalingSocket,
} from './signaling-client.ts';

export interface LinksOptions {
  readonly device: DeviceKey;
  readonly emit: (event: LinksEvent) => void;
  /** The server that this page came from. Preferred among a topic's; used where a topic names none. */
  readonly ownServer?: string;
  readonly connect?: (url: string) => SignalingSocket;
  /** `wrtc`: the W3C classes where they are not global. Where there are none at all everything is relayed. */
  readonly rtc?: { readonly wrtc?: WebRtc };
  readonly clock?: Clock;
  readonly random?: (bytes: number) => Uint8Array;
  readonly ice?: Partial<IceSettings>;
  /** How long a first direct attempt may take before the relay comes in, ms; 8,000. */
  readonly directDeadlineMs?: number;
}

export interface Links {
  command(command: LinksCommand): void;
  status(): LinksStatus;
  /** Takes effect at once: links move off the direct path, or try it anew. */
  setIce(ice: Partial<IceSettings>): void;
  /** The device has other addresses now: every link tries anew, beside what it has. */
  networkChanged(): void;
  /** Says goodbye, and releases everything, within half a second. No event follows. */
  close(): Promise<void>;
}

const DIRECT_DEADLINE_MS = 8_000;
/** A newcomer waits for their first sync; they do not wait for a difficult NAT. */
const KNOCK_DEADLINE_MS = 1_500;
const GOODBYE_MS = 300;

export function createLinks(options: LinksOptions): Links {
  return new LinksOfDevice(options);
}

class LinksOfDevice implements Links {
  readonly #options: LinksOptions;
  readonly #clock: Clock;
  readonly #random: (bytes: number) => Uint8Array;
  readonly #me: PeerId;
  readonly #topics = new Map<Topic, TopicSpec>();
  readonly #links = new Map<PeerId, RunningLink>();
  readonly #servers: Servers;
  readonly #signals: SealedSignals;
  readonly #overlay: Overlay;
  readonly #pending: PendingOffers;
  readonly #heads = new Map<string, Uint8Array>();
  #overlayTimer: Timer | undefined;
  #relayOnly: boolean;
  #closed = false;

  constructor(options: LinksOptions) {
    this.#options = options;
    this.#clock = options.clock ?? systemClock;
    this.#random = options.random ?? ((n) => crypto.getRandomValues(new Uint8Array(n)));
    this.#me = options.device.peerId;
    this.#relayOnly = options.ice?.relayOnly ?? false;
    const nonce = this.#random(16);
    const fraction = () => ((this.#random(1)[0] ?? 0) + 0.5) / 256;
    this.#overlay = new Overlay(this.#me, fraction);
    this.#signals = new SealedSignals(options.device, nonce);
    this.#pending = new PendingOffers(this.#clock, (offer) => {
      this.#refuse(offer.topic, offer.signal, 'nobody decided in time');
    });
    this.#servers = new Servers({
      device: options.device,
      nonce,
      connect: options.connect ?? connectToServer,
      clock: this.#clock,
      random: fraction,
      ownServer: options.ownServer,
      on: (event, server) => this.#onServer(event, server),
    });
  }

  command(command: LinksCommand): void {
    if (this.#closed) return;
    switch (command.do) {
      case 'join':
        this.#topics.set(command.spec.topic, command.spec);
        this.#servers.serve([...this.#topics.values()]);
        this.#plan({ is: 'join', spec: command.spec });
        return;
      case 'leave':
        this.#leave(command.topic);
        return;
      case 'send': {
        const link = this.#links.get(command.peer);
        if (link?.up === true) link.send(command.frame, command.priority);
        return;
      }
      case 'authorised': {
        const offer = this.#pending.take(command.request);
        if (offer === undefined) return;
        if (command.allow) this.#accept(offer.topic, offer.signal, offer.later);
        else this.#refuse(offer.topic, offer.signal, command.reason ?? 'not admitted');
        return;
      }
      case 'close':
        this.#links.get(command.peer)?.close(command.reason, command.misbehaved);
        return;
    }
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
    for (const link of [...this.#links.values()]) link.handle({ is: 'network-changed' });
    this.#plan({ is: 'network-changed' });
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    const lingers = [...this.#links.values()].some((link) => link.up);
    for (const link of [...this.#links.values()]) link.close('gone offline', false);
    this.#closed = true;
    this.#pending.clear();
    if (this.#overlayTimer !== undefined) this.#clock.clearTimeout(this.#overlayTimer);
    await this.#signals.sealed;
    if (lingers) await new Promise<void>((done) => this.#clock.setTimeout(done, GOODBYE_MS));
    this.#servers.close();
  }

  // Topics and servers

  #leave(topic: Topic): void {
    if (!this.#topics.delete(topic)) return;
    this.#plan({ is: 'leave', topic });
    for (const link of [...this.#links.values()]) {
      if (link.topic === topic && !this.#overlay.allows(link.peer)) link.close('left', false);
    }
    // After the goodbyes, which need the topic.
    void this.#signals.sealed.then(() => {
      if (!this.#closed) this.#servers.serve([...this.#topics.values()]);
    });
  }

  #onServer(event: SignalingEvent, server: SignalingClient): void {
    if (this.#closed) return;
    switch (event.is) {
      case 'state':
        if (server.ready) for (const link of [...this.#links.values()]) link.handle({ is: 'tick' });
        return;
      case 'joined':
      case 'here': {
        const spec = this.#topics.get(event.topic);
        if (spec === undefined) return;
        const peers = event.peers.map(({ peer }) => peer);
        for (const peer of event.asked) {
          if (!peers.includes(peer)) this.#servers.presence.gone(peer, server.url);
        }
        const allowed = peers.filter((peer) => spec.allowed.includes(peer));
        this.#emit({ is: 'here', topic: event.topic, size: event.size, peers: allowed });
        const { topic, size, asked } = event;
        this.#plan(
          event.is === 'joined'
            ? { is: 'joined', topic, size, peers }
            : { is: 'here', topic, peers, asked },
        );
        return;
      }
      case 'signal': {
        const spec = this.#topics.get(event.topic);
        if (spec === undefined) return;
        this.#signals.open(spec, event.from, event.sealed, (signal) => {
          if (this.#closed || !this.#topics.has(spec.topic)) return;
          this.#servers.presence.heard(signal.from, signal.fromNonce, server.url);
          this.#onSignal(spec.topic, signal);
        });
        return;
      }
      case 'relay':
        this.#links.get(event.from)?.handle({ is: 'relayed', frame: event.frame });
        return;
      case 'not-here':
        if (this.#servers.presence.gone(event.peer, server.url)) {
          this.#plan({ is: 'gone', peer: event.peer });
          this.#links.get(event.peer)?.unreachable();
        }
        return;
    }
  }

  // Signals

  #onSignal(topic: Topic, signal: Signal): void {
    this.#noteHeads(topic, signal);
    const link = this.#links.get(signal.from);
    if (link !== undefined && equalBytes(link.session, signal.session)) {
      link.onSignal(signal);
      return;
    }
    if (signal.payload.is === 'offer') {
      this.#onOffer(topic, signal, link);
      return;
    }
    if (this.#pending.add(signal)) return;
    // It believes in a link that is none here: it should know.
    if (signal.payload.is === 'answer') this.#refuse(topic, signal, 'no such session');
  }

  #onOffer(topic: Topic, signal: Signal, link: RunningLink | undefined): void {
    if (link !== undefined) {
      // Glare: both offered at once. The polite peer, the one of the lower id, gives way.
      const glare = !link.up && link.initiator && link.unanswered;
      if (glare && this.#me > signal.from) return;
      if (!glare && link.firstSequence !== undefined && signal.sequence < link.firstSequence)
        return;
    }
    if (this.#overlay.allows(signal.from)) {
      this.#accept(topic, signal, []);
      return;
    }
    const request = this.#pending.hold({ topic, signal, later: [] });
    if (request === undefined) {
      this.#refuse(topic, signal, 'too many knock at once');
      return;
    }
    const note = signal.payload.is === 'offer' ? signal.payload.note : undefined;
    this.#emit({ is: 'authorise', request, topic, peer: signal.from, ...(note && { note }) });
  }

  #accept(topic: Topic, signal: Signal, later: readonly Signal[]): void {
    const spec = this.#topics.get(topic);
    if (spec === undefined) return;
    this.#links.get(signal.from)?.giveWay();
    if (this.#links.size >= LINK_LIMITS.links) {
      this.#refuse(topic, signal, 'no more links');
      return;
    }
    const link = this.#begin(spec, signal.from, signal.session, false, false);
    for (const each of [signal, ...later]) link.onSignal(each);
  }

  #refuse(topic: Topic, { from, session }: Signal, reason: string): void {
    this.#signal(topic, from, session, { is: 'bye', reason });
  }

  #signal(topic: Topic, to: PeerId, session: Uint8Array, payload: Signal['payload']): void {
    const spec = this.#topics.get(topic) ?? this.#links.get(to)?.spec;
    const server = this.#servers.toward(to, topic);
    const nonce = server && this.#servers.presence.nonce(to, server.url);
    if (spec === undefined || nonce === undefined) return;
    this.#signals.seal(spec, { peer: to, nonce }, session, payload, (sealed) => {
      server?.signal(to, topic, sealed);
    });
  }

  #noteHeads(topic: Topic, { from, heads }: Signal): void {
    if (heads.length !== 8) return;
    const key = `${topic} ${from}`;
    const known = this.#heads.get(key);
    if (known !== undefined && equalBytes(known, heads)) return;
    if (this.#heads.size > 4096) this.#heads.clear();
    this.#heads.set(key, heads);
    this.#emit({ is: 'heads', topic, peer: from, heads });
  }

  // Links

  #begin(
    spec: TopicSpec,
    peer: PeerId,
    session: Uint8Array,
    initiator: boolean,
    knock: boolean,
  ): RunningLink {
    const wrtc = this.#options.rtc?.wrtc;
    const deadline = this.#options.directDeadlineMs ?? DIRECT_DEADLINE_MS;
    const link: RunningLink = new RunningLink({
      me: this.#me,
      peer,
      spec,
      session,
      initiator,
      ...(knock && spec.note && { note: spec.note }),
      wrtc,
      webrtc: wrtc !== undefined || 'RTCPeerConnection' in globalThis,
      relayOnly: this.#relayOnly,
      directDeadlineMs: knock ? Math.min(deadline, KNOCK_DEADLINE_MS) : deadline,
      clock: this.#clock,
      iceServers: () => this.#iceServers(spec.topic, peer),
      server: () => this.#servers.toward(peer, spec.topic),
      signal: (payload) => this.#signal(spec.topic, peer, session, payload),
      emit: (event) => this.#emit(event),
      onUp: () => this.#plan({ is: 'up', peer }),
      onDown: (ending, reason) => this.#onDown(link, ending, reason),
    });
    this.#links.set(peer, link);
    this.#plan({ is: 'linking', peer, topic: spec.topic });
    return link;
  }

  /** A link may outlast the topic that began it, for another that lists the peer. */
  #iceServers(topic: Topic, peer: PeerId): readonly RTCIceServer[] {
    const other = [...this.#topics.values()].find(({ allowed }) => allowed.includes(peer));
    const serving = this.#topics.has(topic) ? topic : other?.topic;
    return serving === undefined ? [] : this.#servers.iceServers(serving);
  }

  #onDown(link: RunningLink, ending: Ending, reason: string): void {
    const { peer, topic } = link;
    if (this.#links.get(peer) === link) this.#links.delete(peer);
    if (link.wasUp) this.#emit({ is: 'down', peer, reason });
    else if (ending === 'refused') this.#emit({ is: 'refused', peer, topic, reason });
    this.#plan({ is: 'down', peer, ending });
  }

  #plan(input: OverlayInput): void {
    if (this.#closed) return;
    for (const output of this.#overlay.handle(input, this.#clock.now())) {
      if (output.do === 'ask') this.#servers.ask(output.topic, output.peers);
      else {
        const spec = this.#topics.get(output.topic);
        if (spec === undefined) continue;
        this.#begin(spec, output.peer, this.#random(16), true, output.knock).start();
      }
    }
    if (this.#overlayTimer !== undefined) this.#clock.clearTimeout(this.#overlayTimer);
    this.#overlayTimer = undefined;
    const at = this.#overlay.wakeAt;
    if (at === undefined) return;
    const ms = Math.max(10, at - this.#clock.now());
    this.#overlayTimer = this.#clock.setTimeout(() => this.#plan({ is: 'tick' }), ms);
  }

  #emit(event: LinksEvent): void {
    if (!this.#closed) this.#options.emit(event);
  }
}
