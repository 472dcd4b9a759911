/**
 * Who is heard of through the mesh without having written: what presence messages along the tree do for the overlay, told from
 * above instead of carried, because a thousand peers who each hear of a thousand would be most of a run.
 */
import { HERE_MS, HERE_PER_PEER_MS } from '@snug/client/mesh/presence/attendance.ts';
import type { PeerId } from '@snug/shared/protocol/ids.ts';
import type { SpaceModel } from './documents.ts';
import type { Peer } from './peer.ts';

/** How often the overlay is told whom it has heard, ms. */
export const REACHED_MS = 10_000;

/** Its multiples are spread evenly over the parts of 1. */
const GOLDEN = (Math.sqrt(5) - 1) / 2;

export class Company {
  readonly #spaces: readonly SpaceModel[];

  constructor(spaces: readonly SpaceModel[]) {
    this.#spaces = spaces;
  }

  /** Everybody hears who has come, and now and then the others; who has come hears of all. In one's own piece of the mesh only. */
  tell(up: readonly Peer[], now: number): void {
    for (const space of this.#spaces)
      for (const piece of piecesOf(space, up)) {
        const every = Math.max(HERE_MS, HERE_PER_PEER_MS * piece.length);
        // Everybody at their own time.
        const turn = ({ index }: Peer, at: number) => Math.floor(at / every + index * GOLDEN);
        const isNew = (peer: Peer) => now - (peer.program?.since ?? 0) <= 2 * REACHED_MS;
        const all = piece.map(({ id }) => id);
        const heard = piece
          .filter((peer) => isNew(peer) || turn(peer, now) > turn(peer, now - REACHED_MS))
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
