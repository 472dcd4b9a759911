/**
 * The seam between the engine, which judges, and the links, which move. In a browser the two live in different
 * threads (WebRTC does not exist in workers) and these messages cross a `MessagePort`; in Node they are called
 * directly. Everything here is structured-clonable; `frame` buffers are transferred, not copied.
 *
 * A link joins this device to one neighbour and is reliable and ordered, whatever path carries it: a frame handed
 * to `send` arrives once, in order of its priority class, or the link goes down.
 *
 * Two devices have one link at a time, and another may take its place while messages about it are still under way to the other
 * thread. So a link has a number: `up` tells it, every command about the link repeats it, and one that names an earlier link than
 * the peer has now does nothing. Events need no number: they come in the order in which things happened, so `path`,
 * `frame`, `knock` and `down` are of the link that came `up` last.
 */
import type { PeerId, Topic } from '@snug/shared/protocol/ids.ts';

/** What carries a link's frames just now. */
export type Path = 'direct' | 'relayed';

/** Live chat overtakes bulk. Order is kept within a class. */
export type Priority = 'chat' | 'bulk';

/** How long the engine may take to answer `authorise`, ms; then the stranger is refused. */
export const DECIDE_MS = 10_000;

export interface TopicSpec {
  readonly topic: Topic;
  /** 32 bytes: seals the signals of this topic. */
  readonly signalKey: Uint8Array;
  /** Signaling servers where this topic meets. A client uses up to two at once. */
  readonly servers: readonly string[];
  /**
   * Whom to link to. `listed`: whoever of `allowed` is here, offered and accepted without asking. `knock`: any
   * peer found here, `allowed` first, a few at a time, with `note` riding in the offer, or over the link that there is
   * already (`knock`); for a newcomer, who knows nobody there yet. `wait`: offers nothing, only answers; for a member who waits in the lobby.
   */
  readonly initiate: 'listed' | 'knock' | 'wait';
  readonly allowed: readonly PeerId[];
  /** One of many spaces and not on the screen: it makes do with fewer links. */
  readonly background?: boolean;
  /** Goes with each `knock`; the other engine judges it. At most 1 KiB. */
  readonly note?: Uint8Array;
  /** 8 bytes that ride in each signal: a hash of the space document's heads. */
  readonly heads?: Uint8Array;
}

export interface IceSettings {
  /** No candidate at all is gathered or used: the direct path cannot come up. For tests and "hide my address". */
  readonly relayOnly: boolean;
}

/** One link: the peer, and the number that `up` told. */
export interface LinkName {
  readonly peer: PeerId;
  readonly link: number;
}

/** From the engine to the links. */
export type LinksCommand =
  /** Joins the topic, or changes what is said of it. */
  | { readonly do: 'join'; readonly spec: TopicSpec }
  | { readonly do: 'leave'; readonly topic: Topic }
  /** These were heard through the mesh lately, linked or not: nothing parts this device from them. */
  | { readonly do: 'reached'; readonly topic: Topic; readonly peers: readonly PeerId[] }
  | (LinkName & {
      readonly do: 'send';
      readonly frame: Uint8Array;
      readonly priority: Priority;
    })
  /** Answers `authorise`. The reason is told to the other side. */
  | {
      readonly do: 'authorised';
      readonly request: number;
      readonly allow: boolean;
      readonly reason?: string;
    }
  /** Answers `knock`: the linked peer has let this device in, or has refused. */
  | (LinkName & {
      readonly do: 'knocked';
      readonly topic: Topic;
      readonly letIn: boolean;
    })
  /** The neighbour has twice not given what it says it holds: where another can take its place, it should. */
  | (LinkName & { readonly do: 'vain' })
  /** Closes a link. `misbehaved` makes its reconnects back off. */
  | (LinkName & {
      readonly do: 'close';
      readonly reason: string;
      readonly misbehaved: boolean;
    });

/** From the links to the engine. */
export type LinksEvent =
  | (LinkName & {
      readonly is: 'up';
      /** The topic whose signals brought the link up. */
      readonly topic: Topic;
      /** 32 bytes that both ends know and no third party chose: the same at both ends, fresh for each link. */
      readonly binding: Uint8Array;
      readonly path: Path;
    })
  | { readonly is: 'path'; readonly peer: PeerId; readonly path: Path }
  | {
      readonly is: 'down';
      readonly peer: PeerId;
      readonly reason: string;
      /** It was closed as one too many, at either end: which says nothing of whether the peer is still there. */
      readonly surplus?: boolean;
    }
  | { readonly is: 'frame'; readonly peer: PeerId; readonly frame: Uint8Array }
  /** A peer that no topic's `allowed` names has made an offer; nothing happens until `authorised`. */
  | {
      readonly is: 'authorise';
      readonly request: number;
      readonly topic: Topic;
      readonly peer: PeerId;
      readonly note?: Uint8Array;
    }
  /**
   * Ask this peer, with whom there is a link, to let us in where `topic` is the lobby. Answered by `knocked`, if it ever is: one
   * who does not know how to answer is asked again much later.
   */
  | {
      readonly is: 'knock';
      readonly topic: Topic;
      readonly peer: PeerId;
      readonly note: Uint8Array;
    }
  /** Our offer was answered by a refusal. */
  | {
      readonly is: 'refused';
      readonly peer: PeerId;
      readonly topic: Topic;
      readonly reason: string;
    }
  /** How many are in a topic, as a server says, and which of the `allowed` are. */
  | {
      readonly is: 'here';
      readonly topic: Topic;
      readonly size: number;
      readonly peers: readonly PeerId[];
    }
  /** Heads that rode in a signal of this topic. */
  | {
      readonly is: 'heads';
      readonly topic: Topic;
      readonly peer: PeerId;
      readonly heads: Uint8Array;
    };

export type ServerState = 'connecting' | 'connected' | 'unreachable' | 'refused';

export interface ServerStatus {
  readonly url: string;
  readonly state: ServerState;
  /** For a person, when the state is `unreachable` or `refused`. */
  readonly problem?: string;
}

/** Counters of one link, since it came up. Bytes are what was handed to a channel or socket, framing included. */
export interface LinkStats extends LinkName {
  readonly path: Path;
  /** Why the path is what it is, in a word that the UI has a sentence for. */
  readonly cause:
    | 'direct'
    | 'trying-direct'
    | 'direct-timed-out'
    | 'direct-failed'
    | 'relay-only'
    | 'channel-lost';
  readonly rttMs: number | undefined;
  readonly upSinceMs: number;
  readonly direct: { readonly bytesIn: number; readonly bytesOut: number };
  readonly relayed: { readonly bytesIn: number; readonly bytesOut: number };
  /**
   * Those of both that carried nothing of a frame: heartbeats and their answers, acknowledgements that found no data to ride
   * on, and what the links' two sides say to each other of routes.
   */
  readonly overhead: { readonly bytesIn: number; readonly bytesOut: number };
  readonly framesIn: number;
  readonly framesOut: number;
  readonly pathChanges: number;
  /** What the platform said, in its own words, of the last direct path that failed or broke off. */
  readonly directProblem?: string;
}

export interface LinksStatus {
  readonly servers: readonly ServerStatus[];
  readonly links: readonly LinkStats[];
  /** Bytes of signaling (everything but relayed frames) handed to and read from servers. */
  readonly signaling: { readonly bytesIn: number; readonly bytesOut: number };
}
