/** Frames that cost a reader more than they are long, or that make it say what nobody can read. */
import { LINK_LIMITS } from '@snug/shared/protocol/limits.ts';
import { encode } from 'cborg';
import { expect, test } from 'vitest';
import { FrameDecoder, FrameEncoder, MalformedFrame } from './frames.ts';

/** A frame as large as a link carries: a type, the beginning of its CBOR, and an array of ever the same item. */
function giant(type: number, begins: readonly number[], item: readonly number[]): Uint8Array {
  const count = Math.floor((LINK_LIMITS.frameBytes - begins.length - 6) / item.length);
  const length = [24, 16, 8, 0].map((shift) => (count >> shift) & 255);
  const head = [type, ...begins, 0x9a, ...length];
  const frame = new Uint8Array(head.length + count * item.length);
  frame.set(head);
  for (let at = head.length; at < frame.length; at += item.length) frame.set(item, at);
  return frame;
}

/** Processor time in which this is refused, ms. */
function refusing(frame: Uint8Array): number {
  const before = process.threadCpuUsage();
  expect(() => new FrameDecoder().decode(frame)).toThrow(MalformedFrame);
  const { user, system } = process.threadCpuUsage(before);
  return (user + system) / 1000;
}

const bytes = (length: number) => [...encode(new Uint8Array(length))];
test.each([
  ['acknowledgements', 2, [0x81]],
  ['lines of a digest', 3, [0x86, ...bytes(32), 1, 3, 0x40, 0x40]],
  ['entries in bulk', 5, [0x84, ...bytes(33)]],
])('a million %s that are none are refused at the first', (_what, type, begins) => {
  // Where each is found fault with it takes ten seconds and most of a gigabyte.
  for (const item of [[1], [0x40], [0xa0], [0x82, 1, 2]])
    expect(refusing(giant(type, begins, item))).toBeLessThan(2_000);
});

test('arrays within arrays without end are refused', () => {
  for (const type of [2, 3, 4, 5, 6, 7, 8, 14, 15]) {
    const frame = new Uint8Array(LINK_LIMITS.frameBytes).fill(0x81);
    frame[0] = type;
    expect(refusing(frame)).toBeLessThan(2_000);
  }
});

test('a digest whose keys are too long for an answer is refused, or the answer would be one that nobody reads', () => {
  const digest = (within: number, key: number) =>
    new FrameEncoder().encode({
      type: 'digest',
      space: new Uint8Array(32),
      level: 'groups',
      within: new Uint8Array(within),
      after: new Uint8Array(),
      lines: [{ key: new Uint8Array(key), hash: new Uint8Array(8), count: 1 }],
      last: true,
      asks: true,
    });
  expect(new FrameDecoder().decode(digest(31, 33))).toMatchObject({ type: 'digest' });
  expect(() => new FrameDecoder().decode(digest(32, 33))).toThrow(/at most 64 bytes/);
});
