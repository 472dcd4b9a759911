/** A run as measures of the house's table, each with what it stands beside; and the further runs that some of them need. */
import type { Measures } from '../bench/measure.ts';
import { type Figures, mean, quantile } from './figures.ts';
import { DEFAULTS, type SimOptions } from './options.ts';
import { type Outcome, Simulation } from './simulation.ts';

/** A calm room, as W1 and W3 are defined: nobody comes or goes, one writes once a second. */
export function calmRoom(peers: number, seed: number): SimOptions {
  return {
    ...DEFAULTS,
    peers,
    seed,
    churn: 0,
    messages: 150,
    rate: 1,
    writers: 1,
    minutes: 3.6,
  };
}

/** The same with a hundred peers: what bytes in a large room are held against. */
export function hundred(options: SimOptions): SimOptions {
  return { ...options, peers: 100, writers: Math.min(options.writers, 100) };
}

/** @param say is told what is run next */
export function measuresOf(
  options: SimOptions,
  outcome: Outcome,
  say: (what: string) => void,
): Measures {
  const { seed, peers } = options;
  const run = (what: string, of: SimOptions) => {
    say(what);
    return new Simulation(of).run();
  };
  const calm = new Map(
    [10, 30, 100].map((n) => [n, run(`a calm room of ${n}, for W1 to W3`, calmRoom(n, seed))]),
  );
  const w1 = (n: number) => calm.get(n)?.figures.broadcastBytes ?? Number.NaN;
  const small =
    options.spaces === 1 && peers > 100
      ? run('the same with 100 peers, for C2', hundred(options))
      : undefined;
  return onlyFinite({
    ...ofRun(options, outcome),
    W2: {
      value: w1(100) / w1(10),
      unit: '',
      target: { op: '<=', value: 1.15 },
      compared: { 'W1@10': w1(10), 'W1@100': w1(100) },
    },
    'W1@30': {
      value: w1(30),
      unit: 'B',
      target: { op: '<=', value: 260 },
      compared: {},
    },
    'W3@30': {
      value: calm.get(30)?.figures.steadyDuplicates ?? Number.NaN,
      unit: '',
      target: { op: '<=', value: 0.05 },
      compared: { '@100': calm.get(100)?.figures.steadyDuplicates ?? Number.NaN },
    },
    R3idle: {
      value: calm.get(100)?.server.later ?? Number.NaN,
      unit: 'B/s',
      target: { op: '<=', value: 1 },
      compared: {},
    },
    ...(small && {
      C2: {
        value: outcome.figures.engineBytes / small.figures.engineBytes,
        unit: '',
        target: { op: '<=', value: 1.1 },
        compared: {
          [`B@${peers}`]: outcome.figures.engineBytes,
          'B@100': small.figures.engineBytes,
          'of entries and tree': outcome.figures.broadcastBytes / small.figures.broadcastBytes,
          'delivered@100': small.delivered,
        },
      },
    }),
  });
}

function ofRun(options: SimOptions, outcome: Outcome): Measures {
  const { figures, server } = outcome;
  const { peers, spaces } = options;
  const many = spaces > 1;
  return {
    delivered: {
      value: outcome.delivered,
      unit: '',
      target: { op: '>=', value: 1 },
      compared: { survivors: outcome.survivors, messages: outcome.written },
    },
    [many ? 'W5' : 'W4']: {
      value: figures.mostLinks,
      unit: 'links',
      target: { op: '<=', value: mostLinks(options) },
      compared: { mean: outcome.meanDegree, pieces: outcome.pieces },
    },
    [`W1@${peers}`]: {
      value: figures.broadcastBytes,
      unit: 'B',
      compared: {
        'repair besides': perDelivery(figures, figures.bytes.repair),
        'control besides': perDelivery(figures, figures.bytes.control),
      },
    },
    [`W3@${peers}`]: { value: figures.duplicates / figures.allDeliveries, unit: '' },
    hops: {
      value: mean(figures.hops),
      unit: '',
      compared: { p95: quantile(figures.hops, 0.95), most: quantile(figures.hops, 1) },
    },
    latency: {
      value: quantile(figures.latencies, 0.5),
      unit: 'ms',
      compared: {
        p95: quantile(figures.latencies, 0.95),
        most: quantile(figures.latencies, 1),
      },
    },
    relinked: {
      value: quantile(figures.relinked, 0.5) / 1000,
      unit: 's',
      compared: {
        p95: quantile(figures.relinked, 0.95) / 1000,
        most: quantile(figures.relinked, 1) / 1000,
        times: figures.relinked.length,
      },
    },
    healed: { value: (figures.healedMs ?? Number.NaN) / 1000, unit: 's' },
    server: {
      value: server.all,
      unit: 'B/s a peer',
      compared: { 'after the first 30 s': server.later, signals: server.signals },
    },
  };
}

/** The bound of W4 or W5. */
export function mostLinks({ spaces }: SimOptions): number {
  return spaces > 1 ? 16 : 8;
}

function perDelivery(figures: Figures, bytes: number): number {
  return bytes / figures.allDeliveries;
}

/** What was not measured is absent. */
function onlyFinite(measures: Measures): Measures {
  return Object.fromEntries(
    Object.entries(measures).flatMap(([id, measure]) => {
      if (!Number.isFinite(measure.value)) return [];
      const compared = Object.entries(measure.compared ?? {}).filter(([, x]) => Number.isFinite(x));
      return [[id, { ...measure, compared: Object.fromEntries(compared) }]];
    }),
  );
}
