/**
 * Who is heard of through the mesh without having written: what presence messages along the tree do for the overlay, told from
 * above instead of carried, because a thousand peers who each hear of a thousand would be most of a run.
 */
import { HERE_MS, HERE_PER_PEER_MS } from '@snug/client/mesh/presence/attendance.ts';
import type { PeerId } from '@snug/shared/protocol/ids.ts';
import type { SpaceModel } from './documents.ts';
import type { Peer } from './peer.ts';
import type { SeededRandom } from './seeded-random.ts';

/** How often the overlay is told whom it has heard, ms. */
export const REACHED_MS = 10_000;

export class Company {
  readonly #spaces: readonly SpaceModel[];
  readonly #random: SeededRandom;

  constructor(spaces: readonly SpaceModel[], random: SeededRandom) {
    this.#spaces = spaces;
    this.#random = random;
  }

  /** Everybody hears who has come, and now and then the others; who has come hears of all. In one's own piece of the mesh only. */
  tell(up: readonly Peer[], now: number): void {
    for (const space of this.#spaces)
      for (const piece of piecesOf(space, up)) {
        const every = Math.max(HERE_MS, HERE_PER_PEER_MS * piece.length);
        const isNew = (peer: Peer) => now - (peer.program?.since ?? 0) <= 2 * REACHED_MS;
        const all = piece.map(({ id }) => id);
        const heard = piece
          .filter((peer) => isNew(peer) || this.#random.chance(REACHED_MS / every))
          .map(({ id }) => id);
        for (const peer of piece) {
          const others = (isNew(peer) ? all : heard).filter((id) => id !== peer.id);
          if (others.length > 0) peer.program?.links.reached(space.topic, others);
        }
      }
  }
}

/** Parts of a space's overlay that no link joins, each with its peers. */
export function piecesOf(space: SpaceModel, up: readonly Peer[]): Peer[][] {
  const left = new Map<PeerId, Peer>();
  for (const peer of up) if (peer.holdings.has(space.id)) left.set(peer.id, peer);
  const pieces: Peer[][] = [];
  for (const first of left.values()) {
    left.delete(first.id);
    const piece = [first];
    for (const peer of piece)
      for (const id of peer.program?.links.linked ?? []) {
        const next = left.get(id);
        if (next === undefined) continue;
        left.delete(id);
        piece.push(next);
      }
    pieces.push(piece);
  }
  return pieces;
}
