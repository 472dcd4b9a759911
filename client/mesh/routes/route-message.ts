/**
 * What the links' side of two neighbours say to each other, in control packets of a link: who else is near, random walks
 * and signals on their way to somebody further off. A lost one costs nothing but time.
 *
 * Signals follow source routes (as in DSR, RFC 4728): the sender names every peer on the way, so nobody keeps a table for others.
 * How it may change: `WIRE.md`.
 */
import { concatBytes, fromBase64url, toBase64url } from '@snug/shared/crypto/bytes.ts';
import { peerIdFromPublicKey, publicKeyFromPeerId } from '@snug/shared/crypto/did-key.ts';
import { type PeerId, Topic } from '@snug/shared/protocol/ids.ts';
import { SIGNALING_LIMITS } from '@snug/shared/protocol/limits.ts';
import { encode } from 'cborg';
import * as v from 'valibot';
import { decodeCbor, sized } from '../wire-schema.ts';

/** Most peers on a route, the addressee included. */
export const ROUTE_HOPS = 6;
/** Most neighbours named at once. */
export const NAMED_NEIGHBOURS = 16;
/** Largest control message. */
export const ROUTE_MESSAGE_BYTES = 8 * 1024;

/** A peer and the nonce (16 bytes) of its present run, which signals to it carry. */
export interface Sighted {
  readonly peer: PeerId;
  readonly nonce: Uint8Array;
  /** Of a neighbour: a server carries the link. */
  readonly relayed?: true;
}

export type RouteMessage =
  /** "I am in this topic, which lists you, and these are my links there." Said when a link comes up and when that changes. */
  | { readonly is: 'neighbours'; readonly topic: Topic; readonly peers: readonly Sighted[] }
  /** "I am no longer in this topic." */
  | { readonly is: 'left'; readonly topic: Topic }
  /** A random walk: each peer adds itself and passes it on, while `hops` are left. */
  | {
      readonly is: 'walk';
      readonly topic: Topic;
      /** 8 random bytes of the one who began it. */
      readonly walk: Uint8Array;
      /** From the one who began it to the sender. */
      readonly path: readonly Sighted[];
      readonly hops: number;
    }
  /** The end of a walk, on its way back: `path` as it was there, its end included. */
  | {
      readonly is: 'walked';
      readonly topic: Topic;
      readonly walk: Uint8Array;
      readonly path: readonly Sighted[];
    }
  | {
      readonly is: 'signal';
      readonly topic: Topic;
      /** From the one who sealed it to the sender. */
      readonly passed: readonly Sighted[];
      /** From the receiver's successor to the addressee; empty: the receiver is the addressee. */
      readonly ahead: readonly PeerId[];
      readonly sealed: Uint8Array;
    };

/** As it comes: of a kind that only a later version knows, or of one of these. */
export type HeardMessage = RouteMessage | { readonly is: 'unknown' };

const KIND = { neighbours: 1, left: 2, walk: 3, walked: 4, signal: 5 } as const;
const KEY_BYTES = 32;
export const NONCE_BYTES = 16;
export const WALK_BYTES = 8;
/** Most peers on a path: a route and the one who began it. */
export const PATH_PEERS = ROUTE_HOPS + 1;

const topic = v.pipe(
  sized(32, 32),
  v.transform((b) => toBase64url(b)),
  Topic,
);
const peer = v.pipe(
  sized(KEY_BYTES, KEY_BYTES),
  v.transform((b) => peerIdFromPublicKey(b)),
);
/** The peer's key, then its nonce. */
const sighted = v.pipe(
  sized(KEY_BYTES + NONCE_BYTES, KEY_BYTES + NONCE_BYTES),
  v.transform(
    (b): Sighted => ({
      peer: peerIdFromPublicKey(b.subarray(0, KEY_BYTES)),
      nonce: b.slice(KEY_BYTES),
    }),
  ),
);
/** The same, then one more byte where the link is relayed. */
const neighbour = v.pipe(
  sized(KEY_BYTES + NONCE_BYTES, KEY_BYTES + NONCE_BYTES + 1),
  v.check((b) => b[KEY_BYTES + NONCE_BYTES] === undefined || b[KEY_BYTES + NONCE_BYTES] === 1),
  v.transform(
    (b): Sighted => ({
      peer: peerIdFromPublicKey(b.subarray(0, KEY_BYTES)),
      nonce: b.slice(KEY_BYTES, KEY_BYTES + NONCE_BYTES),
      ...(b.length > KEY_BYTES + NONCE_BYTES && { relayed: true }),
    }),
  ),
);
const path = v.pipe(v.array(sighted), v.minLength(1), v.maxLength(PATH_PEERS));
const walk = sized(WALK_BYTES, WALK_BYTES);
const hops = v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(ROUTE_HOPS));

const Neighbours = v.strictTuple([
  topic,
  v.pipe(v.array(neighbour), v.maxLength(NAMED_NEIGHBOURS)),
]);
const Left = v.strictTuple([topic]);
const Walk = v.strictTuple([topic, walk, path, hops]);
const Walked = v.strictTuple([topic, walk, path]);
const Signal = v.strictTuple([
  topic,
  path,
  v.pipe(v.array(peer), v.maxLength(ROUTE_HOPS)),
  sized(1, SIGNALING_LIMITS.signalBytes),
]);

/**
 * The kind's byte, then a CBOR array; peers and topics as their 32 bytes.
 *
 * @param message within the bounds that `decodeRouteMessage` knows
 */
export function encodeRouteMessage(message: RouteMessage): Uint8Array {
  const body = [fromBase64url(message.topic), ...bodyOf(message)];
  return concatBytes(Uint8Array.of(KIND[message.is]), encode(body));
}

function bodyOf(message: RouteMessage): unknown[] {
  switch (message.is) {
    case 'neighbours':
      return [message.peers.map(neighbourBytes)];
    case 'left':
      return [];
    case 'walk':
      return [message.walk, message.path.map(sightedBytes), message.hops];
    case 'walked':
      return [message.walk, message.path.map(sightedBytes)];
    case 'signal':
      return [
        message.passed.map(sightedBytes),
        message.ahead.map(publicKeyFromPeerId),
        message.sealed,
      ];
  }
}

function neighbourBytes(sighted: Sighted): Uint8Array {
  return concatBytes(sightedBytes(sighted), Uint8Array.from(sighted.relayed ? [1] : []));
}

function sightedBytes({ peer, nonce }: Sighted): Uint8Array {
  return concatBytes(publicKeyFromPeerId(peer), nonce);
}

/** `undefined` for anything that no honest neighbour sends, whatever its version. */
export function decodeRouteMessage(message: Uint8Array): HeardMessage | undefined {
  const [kind] = message;
  if (kind === undefined || message.length > ROUTE_MESSAGE_BYTES) return undefined;
  switch (kind) {
    case KIND.neighbours:
      return parsed(Neighbours, message, ([topic, peers]) => ({ is: 'neighbours', topic, peers }));
    case KIND.left:
      return parsed(Left, message, ([topic]) => ({ is: 'left', topic }));
    case KIND.walk:
      return parsed(Walk, message, ([topic, walk, path, hops]) => ({
        is: 'walk',
        topic,
        walk,
        path,
        hops,
      }));
    case KIND.walked:
      return parsed(Walked, message, ([topic, walk, path]) => ({
        is: 'walked',
        topic,
        walk,
        path,
      }));
    case KIND.signal:
      return parsed(Signal, message, ([topic, passed, ahead, sealed]) => ({
        is: 'signal',
        topic,
        passed,
        ahead,
        sealed,
      }));
    default:
      return { is: 'unknown' };
  }
}

function parsed<S extends v.GenericSchema>(
  schema: S,
  message: Uint8Array,
  then: (parts: v.InferOutput<S>) => RouteMessage,
): RouteMessage | undefined {
  const read = v.safeParse(schema, decodeCbor(message.subarray(1)));
  return read.success ? then(read.output) : undefined;
}
