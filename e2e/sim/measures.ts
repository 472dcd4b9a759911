/** A run as measures of the house's table, each with what it stands beside; and the further runs that some of them need. */
import { type Measures, onlyFinite } from '../bench/measure.ts';
import { quantile } from '../bench/quantiles.ts';
import { measured, targetOf } from '../bench/targets.ts';
import { type Figures, mean } from './figures.ts';
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
    W2: measured('W2', w1(100) / w1(10), { compared: { 'W1@10': w1(10), 'W1@100': w1(100) } }),
    'W1@30': measured('W1@30', w1(30)),
    'W3@30': measured('W3@30', calm.get(30)?.figures.steadyDuplicates ?? Number.NaN, {
      compared: { '@100': calm.get(100)?.figures.steadyDuplicates ?? Number.NaN },
    }),
    R3idle: measured('R3idle', calm.get(100)?.server.later ?? Number.NaN),
    ...(small && {
      C2: measured('C2', outcome.figures.engineBytes / small.figures.engineBytes, {
        compared: {
          [`B@${peers}`]: outcome.figures.engineBytes,
          'B@100': small.figures.engineBytes,
          'of entries and tree': outcome.figures.broadcastBytes / small.figures.broadcastBytes,
          'delivered@100': small.delivered,
        },
      }),
    }),
  });
}

function ofRun(options: SimOptions, outcome: Outcome): Measures {
  const { figures, server } = outcome;
  const { peers, spaces } = options;
  const links = spaces > 1 ? 'W5' : 'W4';
  const part = (all: readonly number[], unit = 1) => ({
    p95: quantile(all, 0.95) / unit,
    most: quantile(all, 1) / unit,
  });
  // People come and go here: the targets of W1 and W3 are of calm rooms.
  const calm = false;
  return {
    delivered: measured('delivered', outcome.delivered, {
      compared: { survivors: outcome.survivors, messages: outcome.written },
    }),
    [links]: measured(links, figures.mostLinks, {
      compared: { mean: outcome.meanDegree, pieces: outcome.pieces },
    }),
    [`W1@${peers}`]: measured(
      `W1@${peers}`,
      figures.broadcastBytes,
      {
        compared: {
          'repair besides': perDelivery(figures, figures.bytes.repair),
          'control besides': perDelivery(figures, figures.bytes.control),
        },
      },
      calm,
    ),
    [`W3@${peers}`]: measured(`W3@${peers}`, figures.duplicates / figures.allDeliveries, {}, calm),
    hops: measured('hops', mean(figures.hops), { compared: part(figures.hops) }),
    latency: measured('latency', quantile(figures.latencies, 0.5), {
      compared: part(figures.latencies),
    }),
    relinked: measured('relinked', quantile(figures.relinked, 0.5) / 1000, {
      compared: { ...part(figures.relinked, 1000), times: figures.relinked.length },
    }),
    healed: measured('healed', (figures.healedMs ?? Number.NaN) / 1000),
    server: measured('server', server.all, {
      compared: { 'after the first 30 s': server.later, signals: server.signals },
    }),
  };
}

/** The bound of W4 or W5. */
export function mostLinks({ spaces }: SimOptions): number {
  return targetOf(spaces > 1 ? 'W5' : 'W4')?.value ?? Number.POSITIVE_INFINITY;
}

function perDelivery(figures: Figures, bytes: number): number {
  return bytes / figures.allDeliveries;
}
