import { concatBytes, equalBytes, sha256 } from '@snug/shared/crypto/bytes.ts';
import { seeded } from '@snug/shared/entries/test/data.ts';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { bytesAsFile } from './file-bytes.ts';
import { CHUNK_BYTES, HEADER_BYTES, openSealedFile, sealFile } from './sealed-file.ts';
import { CHEAP, fileOf } from './test/sealed.ts';

const PASSPHRASE = 'the beans by the south wall';

async function opened(file: Uint8Array, passphrase = PASSPHRASE, purpose = 'space' as const) {
  const result = await openSealedFile(bytesAsFile(file), { purpose, passphrase });
  if (!result.ok) return result.reason;
  const parts: Uint8Array[] = [];
  for (;;) {
    const part = await result.reader.next();
    if (part === 'end') return concatBytes(...parts);
    if (part === 'damaged') return { damagedAfter: concatBytes(...parts) };
    parts.push(part);
  }
}

const sealed = (plain: Uint8Array) => fileOf([plain], PASSPHRASE);

/** The same header with other bytes at a place, and the sum that fits them. */
function headerWith(file: Uint8Array, at: number, bytes: readonly number[]): Uint8Array {
  const changed = file.slice();
  changed.set(bytes, at);
  changed.set(sha256(changed.subarray(0, HEADER_BYTES - 8)).subarray(0, 8), HEADER_BYTES - 8);
  return changed;
}

test.each([0, 1, CHUNK_BYTES - 1, CHUNK_BYTES, CHUNK_BYTES + 1, 2 * CHUNK_BYTES, 200_000])(
  'what was sealed comes back: %i bytes',
  async (length) => {
    const plain = seeded(length, length);
    const back = await opened(await sealed(plain));
    expect(back instanceof Uint8Array && equalBytes(back, plain)).toBe(true);
  },
);

test('it does not matter in what pieces it came, and no two files are alike', async () => {
  const plain = seeded(3, 150_000);
  const pieces = [plain.subarray(0, 10), plain.subarray(10, 10), plain.subarray(10)];
  const [one, other] = [await fileOf(pieces, PASSPHRASE), await sealed(plain)];
  expect(await opened(one)).toEqual(plain);
  expect(one.length).toBe(other.length);
  expect(one).not.toEqual(other);
});

test('a wrong passphrase is told from damage', async () => {
  const file = await sealed(seeded(1, 100));
  expect(await opened(file, 'the beans by the north wall')).toBe('wrong-passphrase');
  const slipped = file.slice();
  slipped[30] = (slipped[30] ?? 0) ^ 1;
  expect(await opened(slipped)).toBe('damaged');
});

test('a passphrase may be typed with other spaces and composed otherwise', async () => {
  const file = await fileOf([seeded(1, 10)], 'caf\u00e9 au\u00a0lait');
  expect(await opened(file, 'cafe\u0301 au lait')).toEqual(seeded(1, 10));
});

test('a passphrase of less than eight characters seals nothing', async () => {
  const files = sealFile({ purpose: 'space', passphrase: 'short', cost: CHEAP }, []);
  await expect(files.next()).rejects.toThrow(RangeError);
});

test('a file that claims a huge cost is refused before anything is spent on it', async () => {
  const file = await sealed(seeded(1, 100));
  const costs = [
    [0xff, 0xff, 0xff, 0xff, 1, 1],
    [0, 1, 0, 0, 255, 1],
    [0, 4, 0, 0, 16, 1],
    [0, 0, 0, 64, 1, 255],
    [0, 0, 0, 0, 1, 1],
    [0, 0, 0, 64, 0, 1],
    [0, 0, 0, 64, 1, 0],
  ];
  for (const cost of costs) expect(await opened(headerWith(file, 10, cost))).toBe('too-costly');
});

test('a file for another purpose, of a later version, or of another program is told as such', async () => {
  const file = await sealed(seeded(1, 100));
  expect(await opened(headerWith(file, 9, [2]))).toBe('purpose');
  expect(await opened(headerWith(file, 8, [2]))).toBe('version');
  expect(await opened(seeded(4, 500))).toBe('not-ours');
  expect(await opened(new Uint8Array(0))).toBe('not-ours');
  expect(await opened(file.subarray(0, 40))).toBe('damaged');
});

test('a cost, purpose or salt that somebody has changed opens nothing, whatever sum they put', async () => {
  const file = await sealed(seeded(1, 100));
  expect(await opened(headerWith(file, 13, [65]))).toBe('wrong-passphrase');
  expect(await opened(headerWith(file, 20, [1, 2, 3]))).toBe('wrong-passphrase');
  expect(await opened(headerWith(file, 40, [1, 2, 3]))).toBe('wrong-passphrase');
});

test('chunks cannot be cut off, reordered, repeated or taken from another file: what came before them is all there is', async () => {
  const plain = seeded(9, 3 * CHUNK_BYTES + 100);
  const file = await sealed(plain);
  const other = await sealed(plain);
  const size = CHUNK_BYTES + 16;
  const chunk = (n: number, of = file) => of.subarray(HEADER_BYTES + n * size).subarray(0, size);
  const header = file.subarray(0, HEADER_BYTES);
  const first = { damagedAfter: plain.subarray(0, CHUNK_BYTES) };
  const wrong = [
    [chunk(0), chunk(2), chunk(1), chunk(3)],
    [chunk(0), chunk(0), chunk(1), chunk(2), chunk(3)],
    [chunk(0), chunk(1)],
    [chunk(0), chunk(1, other), chunk(2), chunk(3)],
    [chunk(0), chunk(3)],
  ];
  for (const chunks of wrong) expect(await opened(concatBytes(header, ...chunks))).toEqual(first);
  expect(await opened(file.subarray(0, HEADER_BYTES))).toEqual({
    damagedAfter: new Uint8Array(0),
  });
  expect(await opened(concatBytes(file, Uint8Array.of(0)))).toMatchObject({
    damagedAfter: plain.subarray(0, 3 * CHUNK_BYTES),
  });
});

test('a file that cannot be read any more is damaged, and nothing is thrown', async () => {
  const file = { size: 5000, read: () => Promise.reject(new Error('gone')) };
  const result = await openSealedFile(file, { purpose: 'space', passphrase: PASSPHRASE });
  expect(result).toMatchObject({ ok: false, reason: 'damaged' });
});

test('property: a bit that has turned, or an end that is missing, is never taken for the whole', async () => {
  const plain = seeded(2, 300);
  const file = await sealed(plain);
  const whole = (back: unknown) => back instanceof Uint8Array;
  await fc.assert(
    fc.asyncProperty(fc.nat(file.length * 8 - 1), async (bit) => {
      const turned = file.slice();
      turned[bit >> 3] = (turned[bit >> 3] ?? 0) ^ (1 << (bit & 7));
      expect(whole(await opened(turned))).toBe(false);
      expect(whole(await opened(file.subarray(0, bit >> 3)))).toBe(false);
    }),
  );
});
