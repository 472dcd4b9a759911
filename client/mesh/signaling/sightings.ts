import { equalBytes } from '@snug/shared/crypto/bytes.ts';
import type { PeerId } from '@snug/shared/protocol/ids.ts';

/** The way over the mesh, beside the servers' URLs: not a place where a peer is, but where it may be heard. */
export const MESH = 'mesh';

/** Most peers that are remembered, the longest unheard of forgotten first. */
const PEERS = 4096;

interface Sighting {
  readonly nonce: Uint8Array;
  /** The nonce came in a signal that the peer signed, by way of this server. */
  readonly signed: boolean;
  /** False once the server has said that it is not. */
  readonly here: boolean;
}

/**
 * Through which servers a peer can be reached, and the nonce of its present run, which signals to it carry. What a
 * server says of a peer is believed for the way through that server only; where the peer itself was heard goes first. What
 * neighbours say of peers further off stays with the routes through them (`known-routes.ts`).
 */
export class Sightings {
  readonly #peers = new Map<PeerId, Map<string, Sighting>>();

  /** A server says that a peer is there, with this nonce. */
  seen(peer: PeerId, nonce: Uint8Array, server: string): void {
    const known = this.#peers.get(peer)?.get(server);
    const signed = known?.signed === true && equalBytes(known.nonce, nonce);
    this.#note(peer, server, { nonce, signed, here: true });
  }

  /** The peer itself says its nonce, in a signed signal that came by way of a server, or over the `MESH`. */
  heard(peer: PeerId, nonce: Uint8Array, server: string): void {
    this.#note(peer, server, { nonce, signed: true, here: true });
  }

  /** True if it was thought to be there and is now nowhere. */
  gone(peer: PeerId, server: string): boolean {
    const known = this.#peers.get(peer);
    const sighting = known?.get(server);
    if (sighting?.here !== true) return false;
    // The nonce stays: a link may outlive its server, and want to say something when that is back.
    known?.set(server, { ...sighting, here: false });
    return this.servers(peer).length === 0;
  }

  /** For a signal by way of a server: its nonce for the peer, else the one best known. */
  nonce(peer: PeerId, server: string): Uint8Array | undefined {
    const own = this.#peers.get(peer)?.get(server);
    return (own ?? this.#bestFirst(peer)[0]?.[1])?.nonce;
  }

  /** Servers: first those through which the peer itself was heard, and of each kind the latest first. */
  servers(peer: PeerId): readonly string[] {
    return this.#bestFirst(peer).flatMap(([server, { here }]) =>
      here && server !== MESH ? [server] : [],
    );
  }

  #bestFirst(peer: PeerId): [string, Sighting][] {
    const latestFirst = [...(this.#peers.get(peer) ?? [])].reverse();
    return latestFirst.sort(([, a], [, b]) => Number(b.signed) - Number(a.signed));
  }

  #note(peer: PeerId, server: string, sighting: Sighting): void {
    const known = this.#peers.get(peer) ?? new Map<string, Sighting>();
    known.delete(server);
    known.set(server, sighting);
    this.#peers.delete(peer);
    this.#peers.set(peer, known);
    const oldest = this.#peers.keys().next();
    if (this.#peers.size > PEERS && oldest.done !== true) this.#peers.delete(oldest.value);
  }
}
