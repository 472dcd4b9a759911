/** Bytes that come as frames, given to the decoder alone: quick, so there can be many, and giants among them. */
import { FrameDecoder, FrameEncoder, MalformedFrame } from '@snug/client/mesh/frames/frames.ts';
import { LINK_LIMITS } from '@snug/shared/protocol/limits.ts';
import { encode } from 'cborg';
import type { SeededRandom } from '../sim/seeded-random.ts';
import { breathe, type Family, type Run } from './family.ts';
import { mutated, noise, oddLength } from './mutation.ts';
import { anything, FRAME_TYPES, randomFrame } from './random-frames.ts';

const CBOR_TYPES = [2, 3, 4, 5, 6, 7, 8] as const;
const GIANTS = 0.003;
/** How those types begin whose content is an array of many. */
const BEGINNINGS: ReadonlyMap<number, readonly number[]> = new Map([
  [2, [0x81]],
  [3, [0x86, ...encode(new Uint8Array(32)), 1, 3, 0x40, 0x40]],
  [5, [0x84, ...encode(new Uint8Array(33))]],
]);

/** As many small things as a frame holds, within what the type asks for or not: each costs a parser more than its bytes. */
export function giant(random: SeededRandom): Uint8Array {
  const type = random.pick(random.chance(0.6) ? [...BEGINNINGS.keys()] : CBOR_TYPES) ?? 2;
  const item = random.pick([[1], [0x40], [0xa0], [0x80], [0x81, 1], [0x61, 0x41], [0xf6]]) ?? [1];
  const count = Math.floor((LINK_LIMITS.frameBytes - 200) / item.length);
  const before = BEGINNINGS.get(type) ?? random.pick([[], [0x81], [0x82, 0x40]]) ?? [];
  const array = [0x9a, (count >> 24) & 255, (count >> 16) & 255, (count >> 8) & 255, count & 255];
  const head = [type, ...before, ...array];
  const bytes = new Uint8Array(head.length + count * item.length + 2).fill(1);
  bytes.set(head);
  for (let i = 0; i < count; i++) bytes.set(item, head.length + i * item.length);
  if (random.chance(0.2)) return bytes.fill(0x81, 1);
  return bytes;
}

function bytes(random: SeededRandom): Uint8Array {
  if (random.chance(GIANTS)) return giant(random);
  if (random.chance(0.2)) {
    const noisy = noise(random, oddLength(random, LINK_LIMITS.frameBytes));
    if (noisy.length > 0 && random.chance(0.9)) noisy[0] = random.below(FRAME_TYPES + 2);
    return noisy;
  }
  const key = random.bytes(32);
  // Named by their beginnings, or in full.
  const resolve = random.chance(0.5) ? () => key : undefined;
  const frame = new FrameEncoder(resolve).encode(
    randomFrame(random, { ...anything(random), device: () => key }),
  );
  return random.chance(0.15) ? frame : mutated(frame, random);
}

async function attack(run: Run): Promise<void> {
  const { random, tally } = run;
  let decoder = new FrameDecoder();
  while (tally.cases < run.cases) {
    const sent = bytes(random);
    tally.try(
      () => `${sent.length} B, ${Buffer.from(sent).toString('hex').slice(0, 400)}`,
      () => {
        try {
          decoder.decode(sent);
        } catch (error) {
          if (!(error instanceof MalformedFrame)) throw error;
          tally.drop(`malformed frame: ${error.message}`);
        }
      },
    );
    if (tally.cases % 500 !== 0) continue;
    decoder = new FrameDecoder();
    await breathe();
  }
}

export const frameBytes: Family = { name: 'frames as bytes', share: 0.24, run: attack };
