/** The links of one simulated device, from the offer to the end: what `client/mesh/device/links-of-device.ts` and `client/mesh/link/link.ts` do for real. */

import type { Ending } from '@snug/client/mesh/link/ending.ts';
import { LINK_TIMES } from '@snug/client/mesh/link/path-choice.ts';
import type { OverlayInput } from '@snug/client/mesh/overlay/overlay-inputs.ts';
import type { Sighted } from '@snug/client/mesh/routes/route-message.ts';
import type { PeerId, Topic } from '@snug/shared/protocol/ids.ts';
import type { Host } from './network.ts';
import type { End, Session } from './session.ts';
import type { Signal } from './signals.ts';
import type { World } from './world.ts';

const { noAnswerMs: NO_ANSWER_MS, neverUpMs: NEVER_UP_MS } = LINK_TIMES;
/** From the answer to the open channel: ICE checks and DTLS, in times one way. */
const HANDSHAKE = 4;
const BYE_BYTES = 20;

export interface SessionsOptions {
  readonly me: Sighted;
  readonly host: Host;
  readonly plan: (input: OverlayInput) => void;
  /** Hands an offer to the overlay, and says what it decided. */
  readonly judge: (peer: PeerId, topic: Topic, urgent: boolean) => boolean;
  readonly signal: (end: End, is: Signal['is'], code?: Signal['code']) => void;
  readonly onUp: (end: End) => void;
  readonly onDown: (peer: PeerId) => void;
  /** The other end of a session, if it is running. */
  readonly there: (peer: PeerId) => Sessions | undefined;
}

export class Sessions {
  readonly host: Host;
  readonly #world: World;
  readonly #o: SessionsOptions;
  readonly #ends = new Map<PeerId, End>();
  #degree = 0;

  constructor(world: World, options: SessionsOptions) {
    this.#world = world;
    this.#o = options;
    this.host = options.host;
  }

  get ends(): ReadonlyMap<PeerId, End> {
    return this.#ends;
  }

  /** How many links are up. */
  get degree(): number {
    return this.#degree;
  }

  connect(peer: PeerId, topic: Topic, urgent: boolean): void {
    if (this.#ends.has(peer)) {
      this.#world.figures.oddity('the overlay connects to a peer whose link exists');
      return;
    }
    const session: Session = { topic, urgent, link: undefined };
    const nonce = this.#world.running(peer)?.me.nonce ?? new Uint8Array(16);
    this.#o.signal(this.#begin(session, 0, { peer, nonce }), 'offer');
  }

  /** The overlay has links enough without this one. */
  surplus(peer: PeerId): void {
    const end = this.#ends.get(peer);
    if (end === undefined) return;
    this.#sayBye(end, 'surplus');
    this.#end(end, 'surplus');
  }

  /** No server knows where this peer is. */
  gone(peer: PeerId): void {
    const end = this.#ends.get(peer);
    if (end?.state === 'offering') this.#end(end, 'refused');
  }

  heard(signal: Signal): void {
    if (signal.is === 'offer') {
      this.#onOffer(signal);
      return;
    }
    const end = this.#ends.get(signal.from.peer);
    if (end?.session !== signal.session) return;
    end.heard++;
    end.nonce = signal.from.nonce;
    if (signal.is === 'answer') this.#onAnswer(end);
    else if (signal.is === 'bye') this.#end(end, signal.code === 'full' ? 'full' : 'refused');
    else if (end.side === 1) this.#o.signal(end, 'candidates');
  }

  /** Says goodbye to all. */
  leave(): void {
    for (const end of [...this.#ends.values()]) this.#sayBye(end, 'left');
    this.#stop();
  }

  crash(): void {
    for (const { session, side } of this.#ends.values())
      if (session.link !== undefined) this.#world.network.crash(session.link, side);
    this.#stop();
  }

  #stop(): void {
    for (const end of this.#ends.values()) end.state = 'ended';
    this.#ends.clear();
    this.#degree = 0;
  }

  #begin(session: Session, side: 0 | 1, { peer, nonce }: Sighted): End {
    const state = side === 0 ? 'offering' : 'connecting';
    const end: End = { session, side, peer, nonce, state, heard: 0 };
    this.#ends.set(peer, end);
    this.#o.plan({ is: 'linking', peer, topic: session.topic });
    const { clock } = this.#world;
    if (side === 0)
      clock.after(NO_ANSWER_MS, () => end.state === 'offering' && this.#end(end, 'no-answer'));
    clock.after(NEVER_UP_MS, () => end.state === 'connecting' && this.#end(end, 'lost'));
    return end;
  }

  #onOffer({ from, topic, session }: Signal): void {
    const { peer } = from;
    const before = this.#ends.get(peer);
    // Glare: the polite peer, the one of the lower id, gives way.
    if (before?.state === 'offering' && this.#o.me.peer > peer) return;
    if (!this.#o.judge(peer, topic, session.urgent)) {
      const { nonce } = from;
      this.#o.signal({ session, side: 1, peer, nonce, state: 'ended', heard: 0 }, 'bye', 'full');
      return;
    }
    const old = this.#ends.get(peer);
    if (old !== undefined) this.#end(old, 'closed');
    this.#o.signal(this.#begin(session, 1, from), 'answer');
  }

  #onAnswer(end: End): void {
    if (end.state !== 'offering') return;
    end.state = 'connecting';
    const { network, clock } = this.#world;
    const other = this.#o.there(end.peer);
    this.#o.signal(end, 'candidates');
    if (other === undefined) return;
    clock.after(HANDSHAKE * network.latency(this.host, other.host) + 20, () => {
      const there = other.#ends.get(this.#o.me.peer);
      if (end.state !== 'connecting' || there?.session !== end.session) return;
      if (there.state !== 'connecting' || network.parted(this.host, other.host)) return;
      if (!network.reachable(this.host, other.host)) return;
      end.session.link = network.open(
        [this.host, other.host],
        [{ lost: () => this.#lost(end) }, { lost: () => other.#lost(there) }],
      );
      other.#up(there);
      this.#up(end);
    });
  }

  #up(end: End): void {
    if (end.state !== 'connecting') return;
    end.state = 'up';
    this.#degree++;
    this.#world.figures.links(this.#degree);
    this.#o.plan({ is: 'up', peer: end.peer, path: 'direct' });
    // The overlay may have closed it at once.
    if (end.state === 'up') this.#o.onUp(end);
  }

  #lost(end: End): void {
    if (end.state === 'up') this.#end(end, 'lost');
  }

  #end(end: End, ending: Ending): void {
    if (end.state === 'ended') return;
    const wasUp = end.state === 'up';
    end.state = 'ended';
    const { peer, session } = end;
    if (this.#ends.get(peer) === end) this.#ends.delete(peer);
    // A goodbye is on its way, and closes it when it arrives.
    if (session.link !== undefined && ending !== 'surplus') this.#world.network.close(session.link);
    if (wasUp) {
      this.#degree--;
      this.#o.onDown(peer);
    }
    this.#o.plan({ is: 'down', peer, ending });
  }

  #sayBye(end: End, ending: 'left' | 'surplus'): void {
    const { link } = end.session;
    if (end.state !== 'up' || link === undefined) {
      this.#o.signal(end, 'bye', 'other');
      return;
    }
    const { network } = this.#world;
    link.send(end.side, BYE_BYTES, 'chat', () => {
      const there = this.#o.there(end.peer);
      const other = there?.ends.get(this.#o.me.peer);
      if (there && other?.session === end.session) there.#end(other, ending);
      network.close(link);
    });
  }
}
