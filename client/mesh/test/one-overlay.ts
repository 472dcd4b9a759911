/** For tests: one overlay on a clock of its own, and words for what it is given. */
import type { PeerId, Topic } from '@snug/shared/protocol/ids.ts';
import type { Ending } from '../link/ending.ts';
import type { TopicSpec } from '../links-port.ts';
import { Overlay } from '../overlay/overlay.ts';
import type { OverlayInput, OverlayOutput } from '../overlay/overlay-inputs.ts';
import type { Leads } from '../overlay/overlay-state.ts';
import { OVERLAY_TIMES } from '../overlay/overlay-times.ts';
import { peerOf, topicOf } from './overlay-network.ts';

export const ME = peerOf(0);
export const PEERS = Array.from({ length: 40 }, (_, i) => peerOf(i + 1));
export const [P1 = ME, P2 = ME, P3 = ME, P4 = ME, P5 = ME] = PEERS;
export const topic = topicOf(1);
export const other = topicOf(2);

export const spec = (
  initiate: TopicSpec['initiate'],
  allowed: readonly PeerId[],
  of: Topic = topic,
): TopicSpec => ({
  topic: of,
  signalKey: new Uint8Array(32),
  servers: [],
  initiate,
  allowed,
});

/** Half of every jitter, unless it is told otherwise. */
export class Room {
  now = 0;
  readonly overlay: Overlay;

  constructor(random = () => 0.5, leads?: Leads) {
    this.overlay = new Overlay(ME, random, leads);
  }

  give(...inputs: OverlayInput[]): OverlayOutput[] {
    return inputs.flatMap((input) => this.overlay.handle(input, this.now));
  }

  connects(...inputs: OverlayInput[]): PeerId[] {
    return this.give(...inputs).flatMap((output) => (output.do === 'connect' ? [output.peer] : []));
  }

  closes(...inputs: OverlayInput[]): PeerId[] {
    return this.give(...inputs).flatMap((output) => (output.do === 'close' ? [output.peer] : []));
  }

  /** Links that others begin, and that come up, in a topic that this device is in. */
  offers(peers: readonly PeerId[], urgent = false, of = topic): boolean[] {
    return peers.map((peer) => {
      const outputs = this.give({ is: 'offered', request: 7, peer, topic: of, urgent });
      const accept = outputs.some((output) => output.do === 'judged' && output.accept);
      if (accept) this.give({ is: 'linking', peer, topic: of }, up(peer));
      return accept;
    });
  }

  /** All outputs within so many ms, when it is woken as it asks. */
  run(ms: number): { at: number; output: OverlayOutput }[] {
    const end = this.now + ms;
    const all: { at: number; output: OverlayOutput }[] = [];
    for (let steps = 0; ; steps++) {
      if (steps > 1000) throw new Error('it never rests');
      const next = this.overlay.wakeAt;
      if (next === undefined || next > end) break;
      this.now = Math.max(this.now, next);
      for (const output of this.give({ is: 'tick' })) all.push({ at: this.now, output });
    }
    this.now = end;
    return all;
  }
}

export const joined = (peers: readonly PeerId[], size = peers.length + 1): OverlayInput => ({
  is: 'joined',
  topic,
  size,
  peers,
});
export const up = (peer: PeerId) => ({ is: 'up', peer, path: 'direct' }) as const;
export const down = (peer: PeerId, ending: Ending = 'lost') =>
  ({ is: 'down', peer, ending }) as const;
export const connectsOf = (all: readonly { at: number; output: OverlayOutput }[]) =>
  all.flatMap(({ at, output }) => (output.do === 'connect' ? [{ at, ...output }] : []));

export const first = (count: number): readonly PeerId[] => PEERS.slice(0, count);

/** One in a topic of forty, in which others have begun this many links with it, some time ago. */
export function roomWith(links: number): Room {
  const room = new Room();
  room.give({ is: 'join', spec: spec('listed', PEERS) });
  room.offers(first(links));
  room.run(OVERLAY_TIMES.youngMs);
  return room;
}
