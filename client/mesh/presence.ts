import type { PeerId } from '@snug/shared/protocol/ids.ts';

/** Most peers that are remembered, the longest unheard of forgotten first. */
const PEERS = 4096;

/** Through which servers a peer can be reached, and the nonce of its present run, which signals to it carry. */
export class Presence {
  readonly #peers = new Map<PeerId, { nonce: Uint8Array; readonly servers: Set<string> }>();

  seen(peer: PeerId, nonce: Uint8Array, server: string): void {
    const known = this.#peers.get(peer) ?? { nonce, servers: new Set() };
    known.nonce = nonce;
    known.servers.delete(server);
    known.servers.add(server);
    this.#peers.delete(peer);
    this.#peers.set(peer, known);
    const oldest = this.#peers.keys().next();
    if (this.#peers.size > PEERS && oldest.done !== true) this.#peers.delete(oldest.value);
  }

  /** True if it was thought to be there and is now nowhere. */
  gone(peer: PeerId, server: string): boolean {
    const known = this.#peers.get(peer);
    return known?.servers.delete(server) === true && known.servers.size === 0;
  }

  nonce(peer: PeerId): Uint8Array | undefined {
    return this.#peers.get(peer)?.nonce;
  }

  /** Servers, the one on which it was seen last first. */
  servers(peer: PeerId): readonly string[] {
    return [...(this.#peers.get(peer)?.servers ?? [])].reverse();
  }
}
