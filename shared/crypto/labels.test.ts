import { expect, test } from 'vitest';
import { compareBytes } from './bytes.ts';
import { derive } from './hkdf.ts';
import { DOMAINS, domainBytes, LABELS } from './labels.ts';

const all = [...Object.values(LABELS), ...Object.values(DOMAINS)];

test('no label or domain serves two uses, each names its version, and none is the beginning of another', () => {
  expect(new Set(all).size).toBe(all.length);
  for (const label of all) expect(label).toMatch(/^snug\/[a-z-]+\/v\d+$/);
  const spelled = all.map(domainBytes);
  for (const one of spelled) {
    const begun = spelled.filter((other) => compareBytes(other.subarray(0, one.length), one) === 0);
    expect(begun).toEqual([one]);
  }
});

test('one secret gives another key for each label and each info', () => {
  const secret = new Uint8Array(32).fill(7);
  const keys = [
    ...Object.values(LABELS).map((label) => derive(secret, label)),
    derive(secret, LABELS.body, Uint8Array.of(1)),
    derive(secret, LABELS.body, Uint8Array.of(2)),
  ].map(String);
  expect(new Set(keys).size).toBe(keys.length);
  expect(derive(secret, LABELS.body, undefined, 48)).toHaveLength(48);
});
