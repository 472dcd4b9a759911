import { equalBytes } from '@snug/shared/crypto/bytes.ts';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { devicesIn, frame, listing } from '../test/any-frame.ts';
import { FrameDecoder, FrameEncoder, MalformedFrame, type SentFrame } from './frames.ts';

function entryFrame(address: number, device: number): Extract<SentFrame, { type: 'entry' }> {
  const name = (n: number, length: number) => {
    const named = new Uint8Array(length);
    new DataView(named.buffer).setUint32(0, n);
    return named;
  };
  const entry = new Uint8Array(120);
  entry.set(name(device, 32));
  return { type: 'entry', address: name(address, 53), tags: [new Uint8Array(8)], entry };
}

test('document and device are named in full once; after that an entry travels without them', () => {
  const encoder = new FrameEncoder();
  const first = encoder.encode(entryFrame(1, 1));
  const second = encoder.encode(entryFrame(1, 1));
  expect(first.length - second.length).toBe(53 + 1 + 32);
  expect(second.length).toBe(1 + 1 + 1 + 1 + 8 + 120 - 32);
});

test('both ends keep in step past 4,096 names, and begin anew together', () => {
  const [encoder, decoder] = [new FrameEncoder(), new FrameDecoder()];
  for (let i = 0; i < 10_000; i++) {
    const sent = entryFrame(i % 4500, i % 4099);
    const came = decoder.decode(encoder.encode(sent));
    const same =
      came.type === 'entry' &&
      equalBytes(came.address, sent.address) &&
      equalBytes(came.entry, sent.entry);
    if (!same) throw new Error(`out of step at ${i}`);
  }
});

test('a decoder remembers no more than 4,096 names: an older handle means nothing any more', () => {
  const [encoder, decoder] = [new FrameEncoder(), new FrameDecoder()];
  for (let i = 0; i <= 4096; i++) decoder.decode(encoder.encode(entryFrame(i, 1)));
  // Type, handle 2 as one byte; of the second table only handle 1 has been given.
  const old = Uint8Array.of(1, 2, 1, 0, ...new Uint8Array(88));
  expect(() => decoder.decode(old)).toThrow(MalformedFrame);
});

test('property: frames come out as they went in, whichever of their devices the ends list', () => {
  fc.assert(
    fc.property(fc.array(frame, { minLength: 1, maxLength: 8 }), (frames) => {
      const listed = listing(frames.flatMap(devicesIn).filter(([first = 0]) => first % 2 === 0));
      const [encoder, decoder] = [new FrameEncoder(listed), new FrameDecoder(listed)];
      for (const one of frames) expect(decoder.decode(encoder.encode(one))).toEqual(one);
    }),
    { numRuns: 100, seed: 1 },
  );
});

const deviceOf = (n: number, last = n) => new Uint8Array(32).fill(n, 0, 8).fill(last, 8);
const entryOf = (device: Uint8Array): Extract<SentFrame, { type: 'entry' }> => {
  const entry = new Uint8Array(120);
  entry.set(device);
  return { type: 'entry', address: new Uint8Array(53), tags: [], entry };
};

test('a device that is listed costs 24 bytes less when it is first named, and as much as any after that', () => {
  const encoder = new FrameEncoder(
    listing([deviceOf(1), deviceOf(2), deviceOf(3), deviceOf(3, 4)]),
  );
  encoder.encode(entryOf(deviceOf(1)));
  const bytesFor = (device: Uint8Array) => encoder.encode(entryOf(device)).length;
  const known = bytesFor(deviceOf(1));
  expect([bytesFor(deviceOf(2)), bytesFor(deviceOf(2))]).toEqual([known + 8, known]);
  const notListed = deviceOf(9);
  const beginsLikeOneListed = deviceOf(2, 9);
  const beginsLikeTwo = deviceOf(3);
  for (const device of [notListed, beginsLikeOneListed, beginsLikeTwo])
    expect([bytesFor(device), bytesFor(device)]).toEqual([known + 32, known]);
});

test('an entry of a device that is not known yet is read as unnamed, and the next of it as an entry once it is', () => {
  const [one, two] = [entryOf(deviceOf(1)), entryOf(deviceOf(2))];
  const known: Uint8Array[] = [];
  const encoder = new FrameEncoder(listing([deviceOf(1), deviceOf(2)]));
  const decoder = new FrameDecoder((address, prefix) => listing(known)(address, prefix));
  const over = (frame: SentFrame) => decoder.decode(encoder.encode(frame));
  const { address, tags } = one;
  const unnamed = { type: 'unnamed', address, tags, rest: one.entry.slice(32) };
  expect(over(one)).toEqual({ ...unnamed, prefix: deviceOf(1).slice(0, 8) });
  expect(over(two)).toEqual({ ...unnamed, prefix: deviceOf(2).slice(0, 8) });
  known.push(deviceOf(2));
  expect(over(one)).toEqual({ ...unnamed, prefix: deviceOf(1).slice(0, 8) });
  expect(over(two)).toEqual(two);
  known.push(deviceOf(1));
  expect(over(one)).toEqual(one);
  // Whom a handle stands for stays so, whoever joins.
  known.push(deviceOf(1, 7));
  expect(over(one)).toEqual(one);
});

test('of receipts and presence what is told of devices that are not known is left out, and the rest is read', () => {
  const [ada, ben, fay] = [deviceOf(1), deviceOf(2), deviceOf(3)];
  const encoder = new FrameEncoder(listing([ada, ben, fay]));
  const decoder = new FrameDecoder(listing([ada, ben]));
  const over = (frame: SentFrame) => decoder.decode(encoder.encode(frame));
  const address = new Uint8Array(33);
  const mac = new Uint8Array(8);
  const group = (author: Uint8Array, ...holders: readonly Uint8Array[]) => {
    const receipts = holders.map((device) => ({ device, mac }));
    return { address, author, hops: 1, tip: new Uint8Array(4), receipts };
  };
  const sent = [group(ada, fay, ben), group(fay, ben), group(ben, fay)];
  const read = { type: 'receipts', groups: [group(ada, ben)] };
  for (let twice = 0; twice < 2; twice++)
    expect(over({ type: 'receipts', groups: sent })).toEqual(read);
  const told = (...devices: readonly Uint8Array[]) => {
    const messages = devices.map((device) => ({ device, bytes: new Uint8Array(90) }));
    return { type: 'presence' as const, address, asks: true, answers: false, messages };
  };
  expect(over(told(fay, ben))).toEqual(told(ben));
});
