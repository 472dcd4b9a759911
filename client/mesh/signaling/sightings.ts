import { equalBytes } from '@snug/shared/crypto/bytes.ts';
import type { PeerId } from '@snug/shared/protocol/ids.ts';

/** The way over the mesh, beside the servers' URLs: not a place where a peer is, but where it may be heard. */
export const MESH = 'mesh';

/** Most peers that are remembered, the longest unheard of forgotten first. */
const PEERS = 4096;
/** So long after the last relayed frame of a peer's that came by a server, that server is the one to answer by, ms. */
const CARRIES_MS = 8_000;

interface Sighting {
  /** As the server told it last. */
  told: Uint8Array | undefined;
  /** The peer itself was heard by this server, and what the server has told since does not contradict it. */
  signed: boolean;
  /** False once the server has said that it is not. */
  here: boolean;
  /** When a relayed frame of the peer's last came this way, and was its. */
  carriedAt: number;
}

interface Seen {
  readonly servers: Map<string, Sighting>;
  /** The nonce that the peer signed last, whichever way that came. */
  signed: Uint8Array | undefined;
}

/**
 * Through which servers a peer can be reached, and the nonce of its present run, which signals to it carry. What a
 * server says of a peer is believed for the way through that server only; where the peer itself was heard goes first. What a
 * server tells never replaces what the peer has signed: one of them is out of date or false, so both are kept. What
 * neighbours say of peers further off stays with the routes through them (`known-routes.ts`).
 */
export class Sightings {
  readonly #peers = new Map<PeerId, Seen>();

  /** A server says that a peer is there, with this nonce. */
  seen(peer: PeerId, nonce: Uint8Array, server: string): void {
    const seen = this.#note(peer);
    const signed =
      seen.servers.get(server)?.signed === true &&
      seen.signed !== undefined &&
      equalBytes(seen.signed, nonce);
    this.#at(seen, server, { told: nonce, signed });
  }

  /** The peer itself says its nonce, in a signed signal that came by way of a server, or over the `MESH`. */
  heard(peer: PeerId, nonce: Uint8Array, server: string): void {
    const seen = this.#note(peer);
    seen.signed = nonce;
    this.#at(seen, server, { told: seen.servers.get(server)?.told, signed: true });
  }

  /** True if it was thought to be there and is now nowhere. */
  gone(peer: PeerId, server: string): boolean {
    const sighting = this.#peers.get(peer)?.servers.get(server);
    if (sighting?.here !== true) return false;
    // The nonce stays: a link may outlive its server, and want to say something when that is back.
    sighting.here = false;
    return this.servers(peer).length === 0;
  }

  /**
   * Nonces for a signal by way of a server, the likeliest first: as that server tells it, as the peer itself signed it, and, where
   * the server has told none, as others tell it. Of a peer that has begun anew the first is true, of a server that lies the second.
   */
  nonces(peer: PeerId, server: string): readonly Uint8Array[] {
    const seen = this.#peers.get(peer);
    const told = seen?.servers.get(server)?.told;
    const others = told === undefined ? this.#bestFirst(peer).map(([, other]) => other.told) : [];
    const nonces: Uint8Array[] = [];
    for (const nonce of [told, seen?.signed, ...others]) {
      if (nonce !== undefined && !nonces.some((one) => equalBytes(one, nonce))) nonces.push(nonce);
    }
    return nonces;
  }

  /** Servers: first those through which the peer itself was heard, and of each kind the latest first. */
  servers(peer: PeerId): readonly string[] {
    return this.#bestFirst(peer).flatMap(([server, { here }]) =>
      here && server !== MESH ? [server] : [],
    );
  }

  /** A relayed frame that could be nobody else's came by this server. */
  carried(peer: PeerId, server: string, now: number): void {
    const sighting = this.#peers.get(peer)?.servers.get(server);
    if (sighting !== undefined) sighting.carriedAt = now;
  }

  /** The server by which such a frame came last, if that was just now. */
  carrier(peer: PeerId, now: number): string | undefined {
    let latest: string | undefined;
    let at = now - CARRIES_MS;
    for (const [server, { carriedAt }] of this.#peers.get(peer)?.servers ?? []) {
      if (carriedAt >= at) [latest, at] = [server, carriedAt];
    }
    return latest;
  }

  #bestFirst(peer: PeerId): [string, Sighting][] {
    const latestFirst = [...(this.#peers.get(peer)?.servers ?? [])].reverse();
    return latestFirst.sort(([, a], [, b]) => Number(b.signed) - Number(a.signed));
  }

  #note(peer: PeerId): Seen {
    const seen = this.#peers.get(peer) ?? { servers: new Map(), signed: undefined };
    this.#peers.delete(peer);
    this.#peers.set(peer, seen);
    const oldest = this.#peers.keys().next();
    if (this.#peers.size > PEERS && oldest.done !== true) this.#peers.delete(oldest.value);
    return seen;
  }

  #at({ servers }: Seen, server: string, said: Pick<Sighting, 'told' | 'signed'>): void {
    const carriedAt = servers.get(server)?.carriedAt ?? Number.NEGATIVE_INFINITY;
    servers.delete(server);
    servers.set(server, { ...said, here: true, carriedAt });
  }
}
