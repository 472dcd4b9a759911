/** What servers say, handed to whom it concerns: who is there, signals, relayed frames. */
import type { PeerId } from '@snug/shared/protocol/ids.ts';
import type { Clock } from '../clock.ts';
import type { RunningLink } from '../link/running-link.ts';
import type { LinksEvent } from '../links-port.ts';
import type { RunningOverlay } from '../overlay/running-overlay.ts';
import type { Sightings } from '../signaling/sightings.ts';
import type { SignalingClient, SignalingEvent } from '../signaling/signaling-client.ts';
import type { Introductions } from './introductions.ts';
import type { JoinedTopics } from './joined-topics.ts';
import type { SignalWays } from './signal-ways.ts';

export interface ServerNewsOptions {
  readonly clock: Clock;
  readonly topics: JoinedTopics;
  readonly links: ReadonlyMap<PeerId, RunningLink>;
  readonly sightings: Sightings;
  readonly overlay: RunningOverlay;
  readonly ways: SignalWays;
  readonly introductions: Introductions;
  readonly emit: (event: LinksEvent) => void;
}

export class ServerNews {
  readonly #options: ServerNewsOptions;

  constructor(options: ServerNewsOptions) {
    this.#options = options;
  }

  take(event: SignalingEvent, { url, ready }: SignalingClient): void {
    const { links, sightings, introductions } = this.#options;
    switch (event.is) {
      case 'state':
        for (const link of [...links.values()]) link.handle({ is: ready ? 'tick' : 'relay-lost' });
        return;
      case 'joined':
      case 'here':
        this.#present(event, url);
        return;
      case 'signal':
        introductions.open(event.topic, event.from, event.sealed, url);
        return;
      case 'relay':
        this.#relayed(event.from, event.frame, url);
        return;
      case 'not-here':
        if (sightings.gone(event.peer, url)) this.#gone(event.peer);
        return;
    }
  }

  #present(event: Extract<SignalingEvent, { is: 'joined' | 'here' }>, url: string): void {
    const { topics, sightings, overlay, emit } = this.#options;
    const { topic, size } = event;
    const allowed = topics.get(topic)?.allowed;
    if (allowed === undefined) return;
    const here = new Set(event.peers.map(({ peer }) => peer));
    for (const peer of event.asked) {
      if (!here.has(peer) && sightings.gone(peer, url)) this.#gone(peer);
    }
    const peers = [...here];
    emit({ is: 'here', topic, size, peers: peers.filter((peer) => allowed.has(peer)) });
    if (event.is === 'joined') {
      overlay.handle({ is: 'joined', topic, size, peers });
      return;
    }
    // Whoever is not at this server may be at another.
    const asked = event.asked.filter((peer) => sightings.servers(peer).length === 0);
    overlay.handle({ is: 'here', topic, peers, asked });
  }

  /** Only the peer can have sealed a frame that its link takes: so this server carries. */
  #relayed(peer: PeerId, frame: Uint8Array, url: string): void {
    const { links, sightings, clock } = this.#options;
    const link = links.get(peer);
    const before = link?.stats()?.relayed.bytesIn ?? 0;
    link?.handle({ is: 'relayed', frame });
    if ((link?.stats()?.relayed.bytesIn ?? 0) > before) sightings.carried(peer, url, clock.now());
  }

  /** No server knows where a peer is; perhaps the mesh does. */
  #gone(peer: PeerId): void {
    const { ways, overlay, links } = this.#options;
    if (ways.meshReaches(peer)) return;
    overlay.handle({ is: 'gone', peer });
    links.get(peer)?.unreachable();
  }
}
