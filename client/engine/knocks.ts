/**
 * Knocks over links that there are already, from both sides. Whoever shares one space with a member of another asks them over
 * the link that the first one keeps; what is judged, and what a refusal means, is as with a knock in the offer of a link.
 */
import type { PeerId, SpaceId, Topic } from '@snug/shared/protocol/ids.ts';
import { TokenBucket } from '@snug/shared/protocol/token-bucket.ts';
import type { Frame, SentFrame } from '../mesh/frames/frames.ts';
import type { Space } from '../space/space.ts';

/** How often one neighbour is answered: each knock costs a few signatures to judge. */
export const KNOCK_RATE = { perSecond: 0.5, burst: 16 } as const;
/** After so many too many within a minute it is no newcomer in a hurry. */
export const TOO_MANY_A_MINUTE = 300;

export interface KnocksOptions {
  /** Why a neighbour is not let in, a word; resolves to `undefined`: they are. `undefined` at once: the lobby is of no space here. */
  readonly judge: (
    topic: Topic,
    peer: PeerId,
    note: Uint8Array,
  ) => Promise<string | undefined> | undefined;
  /** A neighbour has let this device in, or (with a reason) has not. Said once for each knock at most. */
  readonly answered: (space: Space, peer: PeerId, refusal: string | undefined) => void;
  readonly send: (peer: PeerId, frame: SentFrame) => void;
  readonly misbehaved: (peer: PeerId, reason: string) => void;
  readonly now: () => number;
}

interface Neighbour {
  /** What they have been asked and have not answered: the last time for each space. */
  readonly asked: Map<SpaceId, { readonly number: number; readonly space: Space }>;
  readonly rate: TokenBucket;
  minute: number;
  tooMany: number;
}

export class Knocks {
  readonly #o: KnocksOptions;
  readonly #neighbours = new Map<PeerId, Neighbour>();
  #numbers = 0;

  constructor(options: KnocksOptions) {
    this.#o = options;
  }

  /** Asks a neighbour to let this device into the space whose lobby the topic is. */
  ask(peer: PeerId, space: Space, topic: Topic, note: Uint8Array): void {
    const number = this.#numbers++ % 2 ** 32;
    this.#neighbour(peer).asked.set(space.record.id, { number, space });
    this.#o.send(peer, { type: 'knock', number, topic, note });
  }

  /** A frame of a neighbour's. Knocks beyond the rate are not answered, nor those at lobbies of which nothing is known here. */
  async frame(
    peer: PeerId,
    frame: Extract<Frame, { type: 'knock' | 'knockAnswer' }>,
  ): Promise<void> {
    const { number } = frame;
    const neighbour = this.#neighbour(peer);
    if (frame.type === 'knockAnswer') {
      for (const [id, asked] of neighbour.asked) {
        if (asked.number !== number) continue;
        neighbour.asked.delete(id);
        this.#o.answered(asked.space, peer, frame.reason);
      }
      return;
    }
    if (!this.#mayKnock(peer, neighbour)) return;
    const judging = this.#o.judge(frame.topic, peer, frame.note);
    // As with a signal in a topic that one is not in: nobody hears whether it is known here.
    if (judging === undefined) return;
    const reason = await judging;
    this.#o.send(peer, { type: 'knockAnswer', number, ...(reason !== undefined && { reason }) });
  }

  /** Nothing of that link is answered any more, nor awaited. */
  down(peer: PeerId): void {
    this.#neighbours.delete(peer);
  }

  #neighbour(peer: PeerId): Neighbour {
    let neighbour = this.#neighbours.get(peer);
    if (neighbour === undefined) {
      const now = this.#o.now();
      const rate = new TokenBucket(KNOCK_RATE, now);
      neighbour = { asked: new Map(), rate, minute: now, tooMany: 0 };
      this.#neighbours.set(peer, neighbour);
    }
    return neighbour;
  }

  #mayKnock(peer: PeerId, neighbour: Neighbour): boolean {
    const now = this.#o.now();
    if (neighbour.rate.take(1, now)) return true;
    if (now >= neighbour.minute + 60_000) {
      neighbour.minute = now;
      neighbour.tooMany = 0;
    }
    if (++neighbour.tooMany > TOO_MANY_A_MINUTE) this.#o.misbehaved(peer, 'knocks without end');
    return false;
  }
}
