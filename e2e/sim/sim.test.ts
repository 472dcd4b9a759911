import { expect, test } from 'vitest';
import { DEFAULTS, parseOptions, type SimOptions } from './options.ts';
import { picture } from './picture.ts';
import { type Outcome, Simulation } from './simulation.ts';
import { failures } from './verdict.ts';

const run = (options: Partial<SimOptions>): { options: SimOptions; outcome: Outcome } => {
  const all = { ...DEFAULTS, seed: 7, minutes: 2, messages: 40, ...options };
  return { options: all, outcome: new Simulation(all).run() };
};

test('a room of 60 in which people come and go and frames are late: everybody has every message', () => {
  const { options, outcome } = run({ peers: 60, churn: 0.2, loss: 0.02 });
  expect(failures(options, outcome)).toEqual([]);
  expect(outcome.delivered).toBe(1);
  expect(outcome.written).toBe(40);
  expect(outcome.survivors).toBeGreaterThan(30);
  const [space] = outcome.peers[0]?.memberships ?? [];
  expect(space && picture(outcome.peers, space.space.id)).toMatch(/^<svg .*<\/svg>\n$/s);
});

test('the same seed is the same run, another one is another', () => {
  const figures = (seed: number) => {
    const { outcome } = run({ peers: 20, seed, messages: 20, churn: 0.2, minutes: 2 });
    const { figures, events, server } = outcome;
    return JSON.stringify({ figures, events, server });
  };
  expect(figures(3)).toBe(figures(3));
  expect(figures(3)).not.toBe(figures(4));
});

test('two halves that were cut off from each other for half a minute have everything afterwards', () => {
  const { options, outcome } = run({
    peers: 30,
    churn: 0,
    minutes: 3,
    partition: { part: 0.5, seconds: 30 },
  });
  expect(failures(options, outcome)).toEqual([]);
  expect(outcome.figures.healedMs).toBeGreaterThan(0);
});

test('where half take everything and give nothing those are replaced, and everybody has every message', () => {
  const { options, outcome } = run({ peers: 60, withhold: 0.5, minutes: 3, seed: 2 });
  expect(failures(options, outcome)).toEqual([]);
  expect(outcome.figures.vain).toBeGreaterThan(0);
});

test('where all are honest nobody is found to promise in vain', () => {
  const { outcome } = run({ peers: 60, churn: 0.2, loss: 0.05 });
  expect(outcome.figures.vain).toBe(0);
});

test('a core that passes nothing on is found out, and said how to see it again', () => {
  const { options, outcome } = run({ peers: 40, churn: 0, withhold: 1, writers: 1, messages: 20 });
  expect(outcome.delivered).toBeLessThan(0.5);
  const wrong = failures(options, outcome);
  expect(wrong.join('\n')).toMatch(/\d+ survivors lack messages/);
  const [line] = wrong.slice(-1);
  expect(line).toContain('--withhold 1');
  const again = parseOptions((line ?? '').replace(/^.* -- /, '').split(' '));
  expect(again).toMatchObject({ is: 'asked', asked: { options } });
});

test.each([
  [['--peers', 'many'], '--peers'],
  [['--loss', '2'], '--loss'],
  [['--partition', '0.5'], '--partition'],
  [['--spaces', '3', '--peers', '10'], '50'],
  [['--piers', '3'], '--piers'],
])('an option that cannot be is refused: %j', (args, named) => {
  const parsed = parseOptions(args);
  expect(parsed).toMatchObject({ is: 'wrong', problem: expect.stringContaining(named) });
});
