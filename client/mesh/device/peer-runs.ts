/**
 * Which run of its program a peer is in, by the nonce that its signals carry. Once a run has been followed by another its signals
 * are of the past: a server, or a peer on the way, may have kept them, and their numbers say nothing beside the next run's.
 */
import { toBase64url } from '@snug/shared/crypto/bytes.ts';
import type { PeerId } from '@snug/shared/protocol/ids.ts';
import { BoundedMap } from '../bounded-map.ts';

/** Peers whose runs are remembered, and ended runs of each. */
const PEERS = 4096;
const ENDED = 8;

interface Runs {
  current: string;
  readonly ended: BoundedMap<string, true>;
}

export class PeerRuns {
  readonly #peers = new BoundedMap<PeerId, Runs>(PEERS);

  /** A signal of this run has been opened. @returns false: of a run that has been followed by another */
  heard(peer: PeerId, nonce: Uint8Array): boolean {
    const run = toBase64url(nonce);
    const runs = this.#peers.get(peer) ?? { current: run, ended: new BoundedMap(ENDED) };
    if (runs.ended.has(run)) return false;
    if (run !== runs.current) {
      runs.ended.set(runs.current, true);
      runs.current = run;
    }
    this.#peers.refresh(peer, runs);
    return true;
  }
}
