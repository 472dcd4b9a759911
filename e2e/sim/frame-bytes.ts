/**
 * How many bytes frames take on the wire: the real encoder's, asked once for each size of frame rather than a million times
 * for each frame.
 */

import { DEVICE_PREFIX } from '@snug/client/mesh/frames/frame-layout.ts';
import { FrameEncoder, type SentFrame } from '@snug/client/mesh/frames/frames.ts';
import { announcedId } from '@snug/client/mesh/frames/short-id.ts';
import { type DigestMessage, digestFrame } from '@snug/client/mesh/repair/digest-message.ts';
import type { RouteMessage } from '@snug/client/mesh/routes/route-message.ts';
import { encodeAddress } from '@snug/client/space/address.ts';
import { fromBase64url, toBase64url } from '@snug/shared/crypto/bytes.ts';
import { buildChange } from '@snug/shared/entries/canonical-change.ts';
import { entryId } from '@snug/shared/entries/entry.ts';
import { ChangeHash, ChannelId, SpaceId } from '@snug/shared/protocol/ids.ts';
import * as v from 'valibot';

/** A signed and sealed entry with a message of 60 characters, as `npm run bench -- document60` has it. */
export const ENTRY_BYTES = 230;
const space = v.parse(SpaceId, toBase64url(new Uint8Array(32)));
const channel = v.parse(ChannelId, toBase64url(new Uint8Array(16)));
const address = encodeAddress({ kind: 'segment', space, channel, number: 0 });
const spaceAddress = encodeAddress({ kind: 'space', space });

/** Handles from here on take two bytes. */
const LONG_HANDLE = 128;

/**
 * What one end of a link has named to the other, and names by a handle from then on. All devices are listed members, whom both
 * ends know: the beginning of a key names one.
 */
export class Names {
  readonly #devices = new Map<number, number>();
  readonly #addresses = new Map<string, number>();

  /** Bytes that the device's name takes beyond a handle of one byte. @param index of the peer */
  device(index: number): number {
    return beyondShort(this.#devices, index, DEVICE_PREFIX, 2);
  }

  /** @param bytes of the address: a segment's where it is not said */
  address(id: string, bytes = address.length): number {
    return beyondShort(this.#addresses, id, 1 + bytes, 1);
  }
}

function beyondShort<T>(handles: Map<T, number>, named: T, bytes: number, first: number): number {
  const handle = handles.get(named);
  if (handle !== undefined) return handle >= LONG_HANDLE ? 1 : 0;
  handles.set(named, handles.size + first);
  return bytes;
}

/** The bytes of frames by what makes them longer or shorter. */
class Sizes {
  readonly #known: number[] = [];
  readonly #frame: (n: number) => SentFrame;

  constructor(frame: (n: number) => SentFrame) {
    this.#frame = frame;
  }

  /** With every name known already. */
  of(n: number): number {
    let size = this.#known[n];
    if (size === undefined) {
      const encoder = new FrameEncoder();
      encoder.encode(this.#frame(n));
      size = encoder.encode(this.#frame(n)).length;
      this.#known[n] = size;
    }
    return size;
  }
}

const entries = new Sizes((deps) => ({
  type: 'entry',
  address,
  tags: Array.from({ length: deps }, () => new Uint8Array(8)),
  entry: new Uint8Array(ENTRY_BYTES),
}));

/** An entry that builds on so many others; the first of a document builds on its root. */
export function entryBytes(deps: number): number {
  return entries.of(Math.max(1, deps));
}

const ids = (n: number) =>
  Array.from({ length: n }, (_, i) => announcedId(entryId(new Uint8Array(i))));
const announcements = new Sizes((n) => ({ type: 'announce', address: spaceAddress, ids: ids(n) }));
const grafts = new Sizes((n) => ({ type: 'graft', address: spaceAddress, ids: ids(n) }));
const prunes = new Sizes(() => ({ type: 'prune', address: spaceAddress }));

export const announceBytes = (n: number) => announcements.of(n);
export const graftBytes = (n: number) => grafts.of(n);
export const pruneBytes = () => prunes.of(0);

const bulks = new Sizes((n) => ({
  type: 'bulk',
  address,
  upTo: n,
  entries: Array.from({ length: n }, () => ({
    deps: new Uint8Array(32),
    entry: new Uint8Array(ENTRY_BYTES),
  })),
  last: true,
}));
const wants = new Sizes((taken) => ({ type: 'want', address, taken }));
const sessions = new Sizes((n) => ({
  type: 'session',
  session: new Uint8Array(8),
  address,
  step: 'message',
  bytes: new Uint8Array(n),
}));

/** So many entries in bulk. */
export const bulkBytes = (n: number) => bulks.of(n);
export const wantBytes = (taken: number) => wants.of(taken);
/** The opening of a session, or the closing, with so many heads. */
export const sessionStepBytes = (heads: number) => sessions.of(32 * heads);

/** A byte string of so many bytes, or the head of an array of so many items, in CBOR (RFC 8949 §3). */
const headBytes = (n: number) => (n < 24 ? 1 : n < 256 ? 2 : 3);
const stringBytes = (n: number) => headBytes(n) + n;

const TOPIC = stringBytes(32);
const PEER = stringBytes(32);
const SIGHTED = stringBytes(48);
const WALK = stringBytes(8);

/** What the real encoder makes of a control message; encoding each only to measure it would be most of a run. */
export function controlBytes(message: RouteMessage): number {
  const kindAndArray = 2;
  const list = (n: number, each: number) => headBytes(n) + n * each;
  switch (message.is) {
    case 'neighbours':
      return kindAndArray + TOPIC + list(message.peers.length, SIGHTED);
    case 'left':
      return kindAndArray + TOPIC;
    case 'walk':
      return kindAndArray + TOPIC + WALK + list(message.path.length, SIGHTED) + 1;
    case 'walked':
      return kindAndArray + TOPIC + WALK + list(message.path.length, SIGHTED);
    case 'signal':
      return (
        kindAndArray +
        TOPIC +
        list(message.passed.length, SIGHTED) +
        list(message.ahead.length, PEER) +
        stringBytes(message.sealed.length)
      );
  }
}

/** A change in a sync message. */
const CHANGE_BYTES = buildChange({
  deps: [v.parse(ChangeHash, '0'.repeat(64))],
  startOp: 500,
  entry: new Uint8Array(ENTRY_BYTES),
}).bytes.length;

/** A sync message about a document of so many entries, with so many of them inside: heads, and ten bits an entry. */
export function syncMessageBytes(held: number, inside: number): number {
  return sessions.of(100) + Math.ceil(1.25 * held) + CHANGE_BYTES * inside;
}

export function digestBytes(id: SpaceId, message: DigestMessage): number {
  return new FrameEncoder().encode(digestFrame(fromBase64url(id), message)).length;
}
