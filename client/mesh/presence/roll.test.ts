import type { PresenceStatement } from '@snug/shared/crypto/sealed-presence.ts';
import type { PeerId } from '@snug/shared/protocol/ids.ts';
import { expect, test } from 'vitest';
import { channel } from '../test/attending-device.ts';
import { ada, bo, dee, peer } from '../test/device-ids.ts';
import { Roll } from './roll.ts';

const START = 1_000_000;

/** A roll, and what is said to it: by `dee`, through `ada`, unless it is said otherwise. */
function roll() {
  const roll = new Roll();
  const enter = (
    run: number,
    count: number,
    now: number,
    what: Partial<PresenceStatement> & { of?: PeerId; answered?: boolean; saidAt?: number } = {},
  ) => {
    const { of = dee, answered = false, saidAt = now, ...statement } = what;
    return roll.enter(
      { device: of, bytes: Uint8Array.of(run, count) },
      { run, count },
      { seconds: 30, leaving: false, ...statement },
      { by: ada, answered, saidAt },
      now,
    );
  };
  return { roll, enter };
}

test('who is heard is believed for two and a half of the times that they name, who was told of for one and a half', () => {
  for (const [answered, believed] of [
    [false, 75_000],
    [true, 45_000],
  ] as const) {
    const { roll: it, enter } = roll();
    expect(enter(1, 0, START, { answered })).toEqual({ anew: false });
    expect([it.by(dee), it.expiresAt]).toEqual([ada, START + believed]);
    expect(it.present(START + believed - 1)).toEqual([dee]);
    expect(it.present(START + believed)).toEqual([]);
    expect(it.expire(START + believed)).toBe(true);
    expect([it.expiresAt, it.expire(START + believed)]).toEqual([undefined, false]);
  }
});

test('of one run only what counts higher is later; a run that is over is never heard again', () => {
  const { roll: it, enter } = roll();
  enter(5, 3, START);
  expect(it.knows(dee, { run: 5, count: 3 })).toBe(true);
  expect([3, 2, 4].map((count) => it.isLater(dee, { run: 5, count }, START))).toEqual([
    false,
    false,
    true,
  ]);
  expect(enter(6, 0, START)).toEqual({ anew: true });
  expect(it.isLater(dee, { run: 5, count: 99 }, START + 1_000_000)).toBe(false);
});

test('a run that began earlier, by its clock, is listened to once the later one is silent', () => {
  const { roll: it, enter } = roll();
  enter(9, 0, START);
  expect(it.isLater(dee, { run: 4, count: 0 }, START + 74_999)).toBe(false);
  expect(it.isLater(dee, { run: 4, count: 0 }, START + 75_000)).toBe(true);
});

test('who leaves is gone at once, and their next run is one anew', () => {
  const { roll: it, enter } = roll();
  enter(1, 0, START);
  enter(1, 1, START, { leaving: true });
  expect(it.isPresent(dee, START)).toBe(false);
  expect(enter(2, 0, START + 1)).toEqual({ anew: true });
  expect(it.isPresent(dee, START + 1)).toBe(true);
});

test('a device is taken down ten times at once and then once a second', () => {
  const { enter } = roll();
  const taken = (from: number, now: number) =>
    Array.from({ length: 20 }, (_, i) => enter(1, from + i, now)).filter((one) => one).length;
  expect(taken(0, START)).toBe(10);
  expect(taken(100, START + 3_000)).toBe(3);
});

test('a newcomer is told of those only who were heard of late, or were told of and said so of late', () => {
  const { roll: it, enter } = roll();
  enter(1, 0, START);
  enter(1, 0, START, { of: bo, answered: true, saidAt: START - 20_000 });
  const fresh = (at: number) => it.fresh(at).map(({ device }) => device);
  expect([fresh(START + 25_000), fresh(START + 25_001)]).toEqual([[dee, bo], [dee]]);
  expect(it.isPresent(bo, START + 25_001)).toBe(true);
  expect([fresh(START + 45_000), fresh(START + 45_001)]).toEqual([[dee], []]);
});

test('a doubt only ever shortens', () => {
  const { roll: it, enter } = roll();
  enter(1, 0, START);
  it.shorten(dee, START + 6_000, START);
  it.shorten(dee, START + 60_000, START);
  expect(it.expiresAt).toBe(START + 6_000);
  it.expire(START + 6_000);
  it.shorten(dee, START + 9_000, START + 7_000);
  expect(it.isPresent(dee, START + 7_000)).toBe(false);
});

test('typing is shown until the message comes, and not if the two crossed', () => {
  const { roll: it, enter } = roll();
  enter(1, 0, START, { typing: channel });
  expect([it.typing(channel, START), it.expiresAt]).toEqual([[dee], START + 7_000]);
  expect([it.spoke(dee, channel, START), it.spoke(dee, channel, START)]).toEqual([true, false]);
  enter(1, 1, START + 999, { typing: channel });
  expect(it.typing(channel, START + 999)).toEqual([]);
  enter(1, 2, START + 1_000, { typing: channel });
  expect(it.typing(channel, START + 1_000)).toEqual([dee]);
});

test('where nobody is left by whom to hear, nobody is here, and what was heard stays heard', () => {
  const { roll: it, enter } = roll();
  for (let n = 1; n < 10; n++) enter(1, 0, START, { of: peer(n) });
  it.clear();
  expect(it.present(START)).toEqual([]);
  expect(it.isLater(peer(3), { run: 1, count: 0 }, START)).toBe(false);
});
