import { expect, test } from 'vitest';
import { planChaos } from './schedule.ts';

const options = { seed: 7, devices: 20, ms: 180_000, messages: 1_000 };

test('the same seed plans the same, another seed something else', () => {
  expect(planChaos(options)).toEqual(planChaos(options));
  expect(planChaos({ ...options, seed: 8 })).not.toEqual(planChaos(options));
});

test('three minutes hold a server down for 30 s, partitions, crashes, lost links and clocks days off', () => {
  for (let seed = 1; seed <= 50; seed++) {
    const { disturbances, clocks } = planChaos({ ...options, seed });
    const of = (is: string) => disturbances.filter((one) => one.is === is);
    expect(of('server-down').map(({ ms }) => ms)).toEqual([30_000]);
    expect(of('partition')).toHaveLength(2);
    expect(of('crash').length).toBeGreaterThan(3);
    for (const kind of ['reset', 'cut', 'silence']) expect(of(kind).length).toBeGreaterThan(5);
    expect(of('clock').length).toBeGreaterThan(0);
    expect(new Set(clocks).size).toBeGreaterThan(2);
  }
});

test('everything is over when the time is', () => {
  for (let seed = 1; seed <= 50; seed++) {
    for (const ms of [20_000, 180_000]) {
      const { disturbances, writes } = planChaos({ ...options, seed, ms });
      for (const one of disturbances) expect(one.at + one.ms).toBeLessThanOrEqual(ms + 1e-6);
      for (const { at } of writes) expect(at).toBeLessThan(ms);
    }
  }
});

test('a device does not crash while it is down', () => {
  for (let seed = 1; seed <= 50; seed++) {
    const { disturbances } = planChaos({ ...options, seed });
    const back = new Map<number, number>();
    for (const one of disturbances) {
      if (one.is !== 'crash') continue;
      expect(one.at).toBeGreaterThanOrEqual(back.get(one.device) ?? 0);
      back.set(one.device, one.at + one.ms);
    }
  }
});
