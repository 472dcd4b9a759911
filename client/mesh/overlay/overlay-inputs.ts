/** What the overlay takes in and what it wants done: all that passes between `overlay.ts` and the world. */
import type { PeerId, Topic } from '@snug/shared/protocol/ids.ts';
import type { Ending } from '../link/ending.ts';
import type { Path, TopicSpec } from '../links-port.ts';

export type OverlayInput =
  | { readonly is: 'join'; readonly spec: TopicSpec }
  | { readonly is: 'leave'; readonly topic: Topic }
  /** A server joined this device to a topic, and gave a random sample of who is there. */
  | {
      readonly is: 'joined';
      readonly topic: Topic;
      readonly size: number;
      readonly peers: readonly PeerId[];
    }
  /** A server says who of a topic is here. `asked`: those of them who are not in `peers` are not. */
  | {
      readonly is: 'here';
      readonly topic: Topic;
      readonly peers: readonly PeerId[];
      readonly asked: readonly PeerId[];
    }
  /** No server knows where this peer is. */
  | { readonly is: 'gone'; readonly peer: PeerId }
  /** The peer itself was heard, in a sealed signal: whatever servers say, it is there. */
  | { readonly is: 'met'; readonly topic: Topic; readonly peer: PeerId }
  /** Neighbours told of these; there is a route to each over the mesh. */
  | { readonly is: 'learned'; readonly topic: Topic; readonly peers: readonly PeerId[] }
  /** These were heard through the mesh lately, so this device and they are in one piece of it. */
  | { readonly is: 'reached'; readonly topic: Topic; readonly peers: readonly PeerId[] }
  /** A listed peer offers a link. Answered by `judged`, at once. */
  | {
      readonly is: 'offered';
      readonly request: number;
      readonly peer: PeerId;
      readonly topic: Topic;
      /** The peer has no other link there. */
      readonly urgent: boolean;
    }
  /** A link has begun, whichever end began it. */
  | { readonly is: 'linking'; readonly peer: PeerId; readonly topic: Topic }
  | { readonly is: 'up'; readonly peer: PeerId; readonly path: Path }
  /** How good a link is, now and then: from its heartbeats. */
  | {
      readonly is: 'quality';
      readonly peer: PeerId;
      readonly path: Path;
      readonly rttMs: number | undefined;
    }
  /** A linked peer says that it is in this topic too: the link serves it as well. */
  | { readonly is: 'shares'; readonly peer: PeerId; readonly topic: Topic }
  | { readonly is: 'shares-no-more'; readonly peer: PeerId; readonly topic: Topic }
  /** A linked peer has answered a knock. */
  | {
      readonly is: 'answered';
      readonly peer: PeerId;
      readonly topic: Topic;
      readonly letIn: boolean;
    }
  | { readonly is: 'down'; readonly peer: PeerId; readonly ending: Ending }
  /** The neighbour says that it holds what is missing here, and has twice not given it. */
  | { readonly is: 'vain'; readonly peer: PeerId }
  /** Addresses have changed: whatever waits may go now. */
  | { readonly is: 'network-changed' }
  /** `wakeAt` has passed. */
  | { readonly is: 'tick' };

export type OverlayOutput =
  | {
      readonly do: 'connect';
      readonly peer: PeerId;
      readonly topic: Topic;
      /** Rides in the offer: no other link serves the topic, or it is for the sake of one that none serves. */
      readonly urgent: boolean;
      /** The peer is asked to let a newcomer in. */
      readonly knock: boolean;
    }
  /** Ask a linked peer, over its link, to let this device in where `topic` is the lobby. Answered by `answered`, or never. */
  | { readonly do: 'knock'; readonly peer: PeerId; readonly topic: Topic }
  | { readonly do: 'judged'; readonly request: number; readonly accept: boolean }
  /** The link is one too many: close it with the ending `surplus`. */
  | { readonly do: 'close'; readonly peer: PeerId }
  /** Ask the servers which of these are here. */
  | { readonly do: 'ask'; readonly topic: Topic; readonly peers: readonly PeerId[] }
  /** Ask a server for a fresh sample. */
  | { readonly do: 'sample'; readonly topic: Topic }
  /** Send a random walk through the mesh, to learn of peers far off. */
  | { readonly do: 'walk'; readonly topic: Topic };
