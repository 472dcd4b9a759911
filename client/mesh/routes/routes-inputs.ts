/** What the routes take in and what they want done: all that passes between `routes.ts` and the world. */
import type { PeerId, Topic } from '@snug/shared/protocol/ids.ts';
import type { HeardMessage, RouteMessage } from './route-message.ts';

/** A way over the mesh, as its sender writes it down (a source route, RFC 4728). */
export interface Route {
  /** From the first neighbour to the addressee, at most `ROUTE_HOPS`; one alone is a neighbour. */
  readonly hops: readonly PeerId[];
  /** Of the addressee's present run, as those on the way told it: true for this way only. */
  readonly nonce: Uint8Array;
  /** Nothing came back by it of late. */
  readonly doubtful?: boolean;
}

export type RoutesInput =
  /** This device is in the topic, and these may know of it and be believed in; said again when that changes. */
  | { readonly is: 'topic'; readonly topic: Topic; readonly allowed: ReadonlySet<PeerId> }
  | { readonly is: 'left'; readonly topic: Topic }
  /** A link came up. `nonce` came in a signal that the peer signed. */
  | { readonly is: 'up'; readonly peer: PeerId; readonly nonce: Uint8Array }
  /** Whether a server carries a link that is up; until this is said, none does. */
  | { readonly is: 'path'; readonly peer: PeerId; readonly relayed: boolean }
  | { readonly is: 'down'; readonly peer: PeerId }
  | { readonly is: 'heard'; readonly peer: PeerId; readonly message: HeardMessage }
  /** Send a random walk, to learn of peers far off. */
  | { readonly is: 'walk'; readonly topic: Topic }
  /** Send a signal by this route. */
  | {
      readonly is: 'signal';
      readonly topic: Topic;
      readonly route: Route;
      readonly sealed: Uint8Array;
    }
  /** Nothing came back by this route: others go first for a while. */
  | { readonly is: 'failed'; readonly topic: Topic; readonly route: Route }
  /** `wakeAt` has passed. */
  | { readonly is: 'tick' };

export type RoutesOutput =
  /** A control message to a neighbour. */
  | { readonly do: 'say'; readonly to: PeerId; readonly message: RouteMessage }
  /** There is a route to each of these, all of them `allowed`. */
  | { readonly do: 'learned'; readonly topic: Topic; readonly peers: readonly PeerId[] }
  /** A linked peer is in this topic too. */
  | { readonly do: 'shares'; readonly peer: PeerId; readonly topic: Topic }
  | { readonly do: 'shares-no-more'; readonly peer: PeerId; readonly topic: Topic }
  /** A signal for this device, to be opened. `claimed` is whom it says it is from: only its signature shows that. */
  | {
      readonly do: 'deliver';
      readonly topic: Topic;
      readonly claimed: PeerId;
      readonly sealed: Uint8Array;
    }
  /** The neighbour sent what no honest one sends: its link should end. */
  | { readonly do: 'misbehaved'; readonly peer: PeerId; readonly reason: string };
