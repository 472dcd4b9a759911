import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { MODES } from '../modes.ts';
import { ofKind } from './amounts.ts';
import {
  breakEven,
  bytesPerDelivery,
  type Community,
  costsOf,
  membersOf,
  month,
  type Rates,
  ratesOf,
  ratesOfMonth,
  textBytesOf,
} from './arithmetic.ts';
import { relayedResult, sampleMode, sampleResult } from './test/sample-result.ts';

const RATES: Rates = {
  setUpPerSession: 0,
  heartbeatPerPeerSecond: 0,
  upPerMessage: 0,
  perDelivery: 0,
  perRelayedDelivery: 0,
  textBytes: 60,
};

const COMMUNITY: Community = {
  members: 11,
  online: 4,
  messagesPerDay: 100,
  textBytes: 60,
  sessionsPerDay: 2,
  pricePerGB: 0.1,
  relayed: 0,
};

describe('bytes each delivery by the size of the room', () => {
  test.each(MODES)('are what was measured where the size is the measured one, for %s', (mode) => {
    for (const result of [sampleResult(), relayedResult()]) {
      const measured = result.modes.find((each) => each.mode === mode) ?? sampleMode(mode);
      const rates = ratesOf(result, measured);
      expect(bytesPerDelivery(rates, membersOf(result.options))).toBeCloseTo(
        ofKind(measured.server.writing, 'chat') / measured.delivered,
        9,
      );
    }
  });

  test('are one copy up, shared by all who get it, and one copy down, for a router that is answered nothing', () => {
    const router = sampleMode('router', {
      setUp: [0, 0],
      heartbeat: [0, 0],
      chat: [500 * 200, 5_500 * 200],
      typicalMs: 4,
    });
    const rates = ratesOf(sampleResult(), router);
    expect(rates.upPerMessage).toBeCloseTo(200, 9);
    expect(rates.perDelivery).toBeCloseTo(200, 9);
    expect(bytesPerDelivery(rates, 2)).toBeCloseTo(400, 9);
    expect(bytesPerDelivery(rates, 201)).toBeCloseTo(201, 9);
  });

  test('count as answers what comes up beyond one copy of each message', () => {
    const star = sampleMode('star', {
      setUp: [0, 0],
      heartbeat: [0, 0],
      chat: [500 * 200 + 5_500 * 30, 5_500 * 200],
      typicalMs: 4,
    });
    const rates = ratesOf(sampleResult(), star);
    expect(rates.upPerMessage).toBeCloseTo(200, 9);
    expect(rates.perDelivery).toBeCloseTo(230, 9);
  });

  test('are the same in any room for what a mesh relays, as each delivery crosses one link', () => {
    const result = relayedResult();
    const rates = ratesOf(result, result.modes[0] ?? sampleMode('mesh'));
    expect(bytesPerDelivery(rates, 3)).toBe(bytesPerDelivery(rates, 900));
    expect(bytesPerDelivery(rates, 3)).toBeGreaterThan(0);
  });

  test('are 0, not a division by 0, where nothing was delivered', () => {
    const rates = ratesOf(sampleResult(), sampleMode('router', undefined, 0));
    expect(rates.perDelivery).toBe(0);
  });
});

describe('the break-even', () => {
  test('of the sample is where the router has cost as much as the mesh', () => {
    const result = sampleResult();
    const [mesh, router] = result.modes.map((mode) => costsOf(result, mode));
    if (!mesh || !router) throw new Error('The sample lacks a mode.');
    // (57,000 + 2,280 − 11,200) ÷ 2,563 = 18.8
    expect(breakEven(mesh, router)).toBe(19);
  });

  test('counts what newcomers were sent to catch up as set-up', () => {
    const result = sampleResult();
    const star = sampleMode('star');
    const nothing = { setUp: 0, heartbeat: 0, chat: 0, stun: 0 };
    const caughtUp = {
      ...star,
      server: { ...star.server, setUp: { in: nothing, out: { ...nothing, chat: 700 } } },
    };
    expect(costsOf(result, caughtUp).setUp).toBe(costsOf(result, star).setUp + 700);
    expect(ratesOf(result, caughtUp).setUpPerSession).toBeCloseTo((21_900 + 700) / 12, 9);
  });

  test('is the first message after which ours has cost no more', () => {
    const costs = fc.record({ setUp: fc.nat(1_000_000), perMessage: fc.nat(10_000) });
    fc.assert(
      fc.property(costs, costs, (ours, other) => {
        const even = breakEven(ours, other);
        const atMost = (messages: number) =>
          ours.setUp + messages * ours.perMessage <= other.setUp + messages * other.perMessage;
        if (Number.isFinite(even)) {
          expect(atMost(even)).toBe(true);
          if (even > 0) expect(atMost(even - 1)).toBe(false);
        } else {
          expect(ours.perMessage >= other.perMessage).toBe(true);
          expect(atMost(1e9)).toBe(false);
        }
      }),
    );
  });
});

describe('a month', () => {
  test('adds up from messages, sessions and time', () => {
    const rates = {
      ...RATES,
      setUpPerSession: 1_000,
      heartbeatPerPeerSecond: 0.5,
      upPerMessage: 200,
      perDelivery: 150,
    };
    expect(month(rates, COMMUNITY)).toEqual({
      chat: 30 * 100 * (200 + 10 * 150),
      setUp: 30 * 11 * 2 * 1_000,
      heartbeat: 30 * 86_400 * 4 * 0.5,
      total: 5_100_000 + 660_000 + 5_184_000,
      price: expect.closeTo(0.0010944, 9),
    });
  });

  test('adds a longer text to every copy, up and down, and takes a shorter one away', () => {
    const rates = { ...RATES, upPerMessage: 200, perDelivery: 150 };
    expect(month(rates, { ...COMMUNITY, textBytes: 160 }).chat).toBe(30 * 100 * (300 + 10 * 250));
    expect(month(rates, { ...COMMUNITY, textBytes: 10 }).chat).toBe(30 * 100 * (150 + 10 * 100));
  });

  test('costs a mesh no chat while all pairs are direct, and both ways of each relayed delivery otherwise', () => {
    const rates = { ...RATES, perRelayedDelivery: 400 };
    expect(month(rates, { ...COMMUNITY, textBytes: 900 }).chat).toBe(0);
    expect(month(rates, { ...COMMUNITY, relayed: 0.25 }).chat).toBeCloseTo(
      30 * 100 * 10 * 0.25 * 400,
      6,
    );
    expect(month(rates, { ...COMMUNITY, relayed: 0.25, textBytes: 110 }).chat).toBeCloseTo(
      30 * 100 * 10 * 0.25 * 500,
      6,
    );
  });

  test('takes the community’s share of relayed pairs, not the run’s', () => {
    const result = relayedResult();
    const rates = ratesOfMonth(result, result.modes[0] ?? sampleMode('mesh'));
    expect(month(rates, COMMUNITY).chat).toBe(0);
    expect(rates.perRelayedDelivery).toBeCloseTo(2 * 231.4, 9);
  });

  test('has the rates that were measured, each peer and second', () => {
    const result = sampleResult();
    const rates = ratesOfMonth(result, sampleMode('mesh'));
    expect(rates.setUpPerSession).toBeCloseTo((57_000 + 2_280) / 12, 9);
    expect(rates.heartbeatPerPeerSecond).toBeCloseTo((0.2 * 820) / 360, 9);
  });
});

test('the average text of mixed sizes is that of the plan’s own messages', () => {
  expect(textBytesOf(sampleResult({ size: 60 }))).toBe(60);
  const mixed = textBytesOf(sampleResult({ size: 'mixed' }));
  expect(mixed).toBeGreaterThan(40);
  expect(mixed).toBeLessThan(200);
});
