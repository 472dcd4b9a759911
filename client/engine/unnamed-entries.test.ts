import { expect, test } from 'vitest';
import { UNNAMED_BYTES, UNNAMED_ENTRIES, UnnamedEntries } from './unnamed-entries.ts';

const unnamed = (device: number, n: number, bytes = 100) => ({
  type: 'unnamed' as const,
  address: Uint8Array.of(n & 255, n >> 8),
  tags: [],
  prefix: new Uint8Array(8).fill(device),
  rest: new Uint8Array(bytes),
});
const numberOf = ({ address: [low = 0, high = 0] }: { readonly address: Uint8Array }) =>
  low + 256 * high;

test('those whose device is known now are taken out whole and in order, the others stay', () => {
  const entries = new UnnamedEntries();
  for (const [n, device] of [1, 2, 1, 2].entries()) entries.add(unnamed(device, n));
  const known = (first: number) => (_address: Uint8Array, prefix: Uint8Array) =>
    prefix[0] === first ? new Uint8Array(32).fill(first) : undefined;
  expect(entries.takeNamed(known(3))).toEqual([]);
  const named = entries.takeNamed(known(2));
  expect(named.map(numberOf)).toEqual([1, 3]);
  expect(named[0]?.entry).toEqual(new Uint8Array(132).fill(2, 0, 32));
  expect(entries.takeNamed(known(2))).toEqual([]);
  expect(entries.takeNamed(known(1)).map(numberOf)).toEqual([0, 2]);
  expect(entries.size).toBe(0);
});

test('they are bounded in number and bytes, the oldest go first', () => {
  const all = () => new Uint8Array(32);
  const many = new UnnamedEntries();
  for (let n = 0; n < UNNAMED_ENTRIES + 10; n++) many.add(unnamed(1, n));
  expect(many.size).toBe(UNNAMED_ENTRIES);
  expect(many.takeNamed(all).map(numberOf)[0]).toBe(10);
  const large = new UnnamedEntries();
  for (let n = 0; n < 20; n++) large.add(unnamed(1, n, 64 * 1024));
  expect(large.takeNamed(all).map(numberOf)).toEqual(
    Array.from({ length: UNNAMED_BYTES / 65_536 }, (_, i) => 12 + i),
  );
});
