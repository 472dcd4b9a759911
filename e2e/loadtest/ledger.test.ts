import { describe, expect, it } from 'vitest';
import { histogram, Ledger } from './ledger.ts';

/** Peers 0, 1 and 2; message 0 is written by 0, message 1 by 1. */
function ledger(): Ledger {
  return new Ledger(
    [0, 1, 2],
    new Map([
      [0, 0],
      [1, 1],
    ]),
  );
}

describe('The ledger of deliveries', () => {
  it('counts each message once for each other peer', () => {
    const one = ledger();
    for (const peer of [0, 1, 2]) for (const message of [0, 1]) one.seen(peer, message, 10);
    expect([one.deliveries, one.delivered, one.repeated]).toEqual([4, 4, 0]);
    expect(one.missing(9)).toEqual([]);
    expect(one.deliveredTo(new Set([0, 1]))).toBe(2);
  });

  it('counts what comes again, at its writer too, and says what never came', () => {
    const one = ledger();
    one.seen(0, 0, 10);
    one.seen(0, 0, 11);
    one.seen(2, 0, 12);
    one.seen(2, 0, 15);
    expect([one.delivered, one.repeated, one.lastDeliveryAtMs]).toEqual([1, 2, 12]);
    expect(one.missing(9)).toEqual([
      'Peer 0 lacks 1 of 2 messages: 1.',
      'Peer 1 lacks 2 of 2 messages: 0, 1.',
      'Peer 2 lacks 1 of 2 messages: 1.',
    ]);
  });

  it('takes the time from the call that writes, of those who were there', () => {
    const one = ledger();
    one.here(0, 0);
    one.here(1, 0);
    one.here(2, 150);
    one.written(0, 100);
    one.written(1, 200);
    one.seen(0, 0, 101);
    one.seen(1, 0, 110);
    one.seen(2, 0, 190);
    one.seen(2, 1, 207);
    expect(one.latencies).toEqual([10, 7]);
  });

  it('is told of messages before it is told that they are written', () => {
    const one = ledger();
    one.here(1, 0);
    one.seen(1, 0, 120);
    one.written(0, 100);
    expect(one.latencies).toEqual([20]);
  });
});

describe('Latencies', () => {
  it('are each in one bucket of the histogram, between its bounds', () => {
    const values = [0.1, 3, 3.1, 40, 40, 900, 100_000];
    const buckets = histogram(values);
    expect(buckets.reduce((sum, { count }) => sum + count, 0)).toBe(values.length);
    let below = 0;
    for (const { belowMs, count } of buckets) {
      expect(values.filter((ms) => ms >= below && ms < belowMs)).toHaveLength(count);
      below = belowMs;
    }
  });
});
