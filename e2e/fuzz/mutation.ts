/** Bytes that are almost right, and bytes that are nothing. All chance comes from the run's seed. */
import type { SeededRandom } from '../sim/seeded-random.ts';

/** Lengths, counts and CBOR heads on which parsers break. */
const ODD_BYTES = [
  0, 1, 0x17, 0x18, 0x1b, 0x3b, 0x5b, 0x5f, 0x7f, 0x80, 0x9b, 0x9f, 0xbf, 0xf6, 0xff,
];

/** Random bytes; where they are many, the same few thousand again and again. */
export function noise(random: SeededRandom, length: number): Uint8Array {
  const block = random.bytes(Math.min(length, 4_096));
  const all = new Uint8Array(length);
  for (let at = 0; at < length; at += block.length)
    all.set(block.subarray(0, Math.min(block.length, length - at)), at);
  return all;
}

/** Of lengths mostly short, now and then long, seldom `most`. */
export function oddLength(random: SeededRandom, most: number): number {
  if (random.chance(0.005)) return most;
  return random.below(random.chance(0.1) ? Math.min(most, 8_192) : Math.min(most, 200));
}

/** The bytes with one to four things wrong. */
export function mutated(bytes: Uint8Array, random: SeededRandom): Uint8Array {
  let out = new Uint8Array(bytes);
  const times = 1 + random.below(4);
  for (let i = 0; i < times; i++) out = once(out, random);
  return out;
}

function once(bytes: Uint8Array<ArrayBuffer>, random: SeededRandom): Uint8Array<ArrayBuffer> {
  const at = random.below(bytes.length + 1);
  const to = Math.min(bytes.length, at + 1 + random.below(40));
  const joined = (...parts: readonly Uint8Array[]) => new Uint8Array(Buffer.concat(parts));
  switch (random.below(8)) {
    case 0:
      if (at < bytes.length) bytes[at] = (bytes[at] ?? 0) ^ (1 << random.below(8));
      return bytes;
    case 1:
      if (at < bytes.length) bytes[at] = random.pick(ODD_BYTES) ?? 0;
      return bytes;
    case 2:
      return bytes.slice(0, at);
    case 3:
      return joined(bytes, noise(random, random.below(60)));
    case 4:
      return joined(bytes.subarray(0, at), bytes.subarray(to));
    case 5:
      return joined(bytes.subarray(0, to), bytes.subarray(at));
    case 6:
      return joined(bytes.subarray(0, at), random.bytes(to - at), bytes.subarray(to));
    default:
      return joined(bytes.subarray(at), bytes.subarray(0, at));
  }
}
