/** Frames of every kind, for properties, and ends of a link that list devices. */
import { equalBytes, toBase64url, toHex } from '@snug/shared/crypto/bytes.ts';
import { Topic } from '@snug/shared/protocol/ids.ts';
import fc from 'fast-check';
import * as v from 'valibot';
import {
  FRAME_IDS,
  KNOCK_NOTE_BYTES,
  KNOCK_REASON,
  type ResolveDevice,
  type SentFrame,
} from '../frames/frames.ts';
import type { AnnouncedId } from '../frames/short-id.ts';

const bytes = (min: number, max = min) =>
  fc.uint8Array({ minLength: min, maxLength: max }).map((b) => Uint8Array.from(b));
const address = bytes(1, 96);
const shortId = bytes(8);
const entry = bytes(105, 200);
const announced = fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 }) as fc.Arbitrary<AnnouncedId>;
const deps = fc.nat(16).chain((n) => bytes(32 * n));

export const frame: fc.Arbitrary<SentFrame> = fc.oneof(
  fc.record({
    type: fc.constant('entry' as const),
    address,
    tags: fc.array(bytes(8), { maxLength: 16 }),
    entry,
  }),
  fc.record({
    type: fc.constant('acknowledge' as const),
    ids: fc.array(shortId, { maxLength: 40 }),
  }),
  fc.record({
    type: fc.constant('digest' as const),
    space: bytes(32),
    level: fc.constant('space' as const),
    hash: shortId,
  }),
  fc.record({
    type: fc.constant('digest' as const),
    space: bytes(32),
    level: fc.constantFrom('groups' as const, 'documents' as const),
    within: bytes(0, 40),
    after: bytes(0, 40),
    lines: fc.array(fc.record({ key: bytes(0, 64), hash: shortId, count: fc.nat() }), {
      maxLength: 20,
    }),
    last: fc.boolean(),
    asks: fc.boolean(),
  }),
  fc.record({ type: fc.constant('want' as const), address, taken: fc.nat() }),
  fc.record({
    type: fc.constant('bulk' as const),
    address,
    entries: fc.array(fc.record({ deps, entry }), { maxLength: 5 }),
    upTo: fc.nat(),
    last: fc.boolean(),
  }),
  fc.record({
    type: fc.constant('session' as const),
    session: bytes(8),
    address,
    step: fc.constantFrom('open' as const, 'accept' as const, 'message' as const, 'close' as const),
    bytes: bytes(0, 500),
  }),
  fc.record({
    type: fc.constant('announce' as const),
    address,
    ids: fc.array(announced, { minLength: 1, maxLength: FRAME_IDS }),
  }),
  fc.record({ type: fc.constant('graft' as const), address, ids: fc.array(announced) }),
  fc.record({ type: fc.constant('prune' as const), address }),
  fc.record({ type: fc.constant('deps' as const), address, id: shortId }),
  fc.record({ type: fc.constant('depsAnswer' as const), address, deps, entry }),
  fc.record({
    type: fc.constant('receipts' as const),
    groups: fc.array(
      fc.record({
        address,
        author: bytes(32),
        hops: fc.nat(255),
        tip: bytes(4),
        receipts: fc.array(fc.record({ device: bytes(32), mac: bytes(8) }), {
          minLength: 1,
          maxLength: 20,
        }),
      }),
      { maxLength: 5 },
    ),
  }),
  fc.record({
    type: fc.constant('presence' as const),
    address,
    asks: fc.boolean(),
    answers: fc.boolean(),
    messages: fc.array(fc.record({ device: bytes(32), bytes: bytes(0, 255) }), { maxLength: 5 }),
  }),
  fc.record({
    type: fc.constant('knock' as const),
    number: fc.nat(2 ** 32 - 1),
    topic: bytes(32).map((b) => v.parse(Topic, toBase64url(b))),
    note: bytes(1, KNOCK_NOTE_BYTES),
  }),
  fc.record(
    {
      type: fc.constant('knockAnswer' as const),
      number: fc.nat(2 ** 32 - 1),
      reason: fc.string({ minLength: 1, maxLength: KNOCK_REASON }),
    },
    { requiredKeys: ['type', 'number'] },
  ),
  fc.record({
    type: fc.constant('linking' as const),
    topic: bytes(32).map((b) => v.parse(Topic, toBase64url(b))),
    message: bytes(1, 300),
  }),
);

/** The devices that a frame names. */
export function devicesIn(frame: SentFrame): readonly Uint8Array[] {
  if (frame.type === 'entry') return [frame.entry.slice(0, 32)];
  if (frame.type === 'presence') return frame.messages.map(({ device }) => device);
  if (frame.type !== 'receipts') return [];
  return frame.groups.flatMap(({ author, receipts }) => [author, ...receipts.map((r) => r.device)]);
}

/** Finds those of whom no two begin alike. */
export function listing(devices: readonly Uint8Array[]): ResolveDevice {
  const all = new Map(devices.map((device) => [toHex(device), device]));
  return (_address, prefix) => {
    const found = [...all.values()].filter((device) => equalBytes(device.slice(0, 8), prefix));
    return found.length === 1 ? found[0] : undefined;
  };
}
