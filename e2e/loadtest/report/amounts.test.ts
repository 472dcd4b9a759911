import { expect, test } from 'vitest';
import {
  bytes,
  exact,
  figure,
  latencies,
  milliseconds,
  money,
  ofKind,
  percent,
  roundBytes,
  times,
  whole,
} from './amounts.ts';

test.each([
  [0, '0 B'],
  [0.42, '0.4 B'],
  [233, '233 B'],
  [999.6, '1.00 kB'],
  [4_752, '4.75 kB'],
  [57_021, '57 kB'],
  [1_281_500, '1.28 MB'],
  [12_340_000, '12.3 MB'],
  [7_970_000_000, '7.97 GB'],
  [5e15, '5000 TB'],
])('%d bytes are written %s', (count, words) => {
  expect(bytes(count)).toBe(words);
});

test.each([
  [0, '0 B'],
  [4_000_000, '4 MB'],
  [1_500, '1.5 kB'],
  [20_000, '20 kB'],
  [100_000_000, '100 MB'],
  [2_500_000, '2.5 MB'],
])('on an axis %d bytes are written %s', (count, words) => {
  expect(roundBytes(count)).toBe(words);
});

test('other amounts keep as many figures as a person can use', () => {
  expect([exact(1_293_140), exact(5.4)]).toEqual(['1,293,140', '5']);
  expect([figure(0), figure(0.0123), figure(3.247), figure(233.02), figure(57_021)]).toEqual([
    '0',
    '0.0123',
    '3.25',
    '233',
    '57,021',
  ]);
  expect([milliseconds(4.24), milliseconds(38.4), milliseconds(1_910)]).toEqual([
    '4.2 ms',
    '38 ms',
    '1.91 s',
  ]);
  expect([times(3.14), times(22.4), times(1_204)]).toEqual(['3.1', '22', '1,204']);
  expect([percent(0.1), percent(0.125), percent(0)]).toEqual(['10 %', '12.5 %', '0 %']);
  expect([money(0), money(0.00001), money(0.0031), money(12.4), money(1_234.567)]).toEqual([
    '0.00',
    '< 0.0001',
    '0.0031',
    '12.40',
    '1,234.57',
  ]);
});

test('so few values have no 95th or 99th of a hundred', () => {
  const few = { n: 19, p50: 4, p95: 9, p99: 9, max: 9 };
  expect(latencies(few)).toEqual({ p50: '4 ms', p95: '–', p99: '–', max: '9 ms' });
  expect(latencies({ ...few, n: 100 }).p99).toBe('9 ms');
  expect(latencies({ ...few, n: 0 }).p50).toBe('–');
});

test('bytes are summed over both directions', () => {
  const counted = {
    in: { setUp: 1, heartbeat: 20, chat: 300, stun: 0 },
    out: { setUp: 4_000, heartbeat: 50_000, chat: 600_000, stun: 0 },
  };
  expect(ofKind(counted, 'heartbeat')).toBe(50_020);
  expect(whole(counted)).toBe(654_321);
});
