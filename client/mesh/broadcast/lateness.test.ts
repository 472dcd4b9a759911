import { expect, test } from 'vitest';
import { Lateness, MOST_PATIENCE_MS } from './lateness.ts';

test('where nothing was late everything is waited for as long as usual', () => {
  const lateness = new Lateness();
  expect(lateness.patience(1_000, 5_000)).toBe(1_000);
  lateness.took(200, 5_000);
  expect(lateness.patience(1_000, 5_000)).toBe(1_000);
});

test('twice as long as the longest of late, which quicker ones do not make forgotten', () => {
  const lateness = new Lateness();
  lateness.took(3_000, 0);
  for (let n = 0; n < 20; n++) lateness.took(10, 0);
  expect(lateness.patience(1_000, 0)).toBe(6_000);
  expect(lateness.patience(100, 0)).toBe(6_000);
});

test('what was late is forgotten by half in half a minute', () => {
  const lateness = new Lateness();
  lateness.took(4_000, 0);
  expect(lateness.patience(1_000, 30_000)).toBe(4_000);
  expect(lateness.patience(1_000, 60_000)).toBe(2_000);
  expect(lateness.patience(1_000, 600_000)).toBe(1_000);
});

test('nobody makes this device wait longer than a quarter of a minute', () => {
  const lateness = new Lateness();
  lateness.took(3_600_000, 0);
  expect(lateness.patience(1_000, 0)).toBe(MOST_PATIENCE_MS);
  expect(MOST_PATIENCE_MS).toBe(15_000);
});
