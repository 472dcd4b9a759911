/** What can be asked of the simulator, and the command line that asks it again. */
import { parseArgs } from 'node:util';

export interface SimOptions {
  readonly peers: number;
  /** Part of the peers that crash or leave each minute; as many come. Links are reset at the same rate. */
  readonly churn: number;
  /** Part of the frames that a retransmission delays. */
  readonly loss: number;
  readonly messages: number;
  /** Virtual time. */
  readonly minutes: number;
  readonly seed: number;
  /** `part` of the peers, and all of those without the server, are cut off from the rest for so long. */
  readonly partition: { readonly part: number; readonly seconds: number } | undefined;
  /** Part of the pairs that can make no link. */
  readonly unreachable: number;
  /** Part of the peers that take everything and pass nothing on. */
  readonly withhold: number;
  /** In how many spaces each device is. Above one, a space has `room` members. */
  readonly spaces: number;
  readonly room: number;
  /** How many people write. */
  readonly writers: number;
  /** Messages a second; undefined: spread evenly over the time there is. */
  readonly rate: number | undefined;
  readonly serverDown: { readonly from: number; readonly to: number } | undefined;
}

export interface Command {
  readonly options: SimOptions;
  readonly json: string | undefined;
  readonly svg: string | undefined;
  readonly report: boolean;
}

export const DEFAULTS: SimOptions = {
  peers: 1000,
  churn: 0.1,
  loss: 0.01,
  messages: 500,
  minutes: 5,
  seed: 1,
  partition: undefined,
  unreachable: 0,
  withhold: 0,
  spaces: 1,
  room: 50,
  writers: Number.POSITIVE_INFINITY,
  rate: undefined,
  serverDown: undefined,
};

export const USAGE = `npm run sim -- [options]
  --peers N             devices (${DEFAULTS.peers})
  --churn FRACTION      of them crash or leave each minute, and as many come (${DEFAULTS.churn})
  --loss FRACTION       of the frames are delayed by a retransmission (${DEFAULTS.loss})
  --messages N          (${DEFAULTS.messages})
  --minutes N           of virtual time, above 1.5 (${DEFAULTS.minutes})
  --seed N              a run with the same options and seed is the same run (${DEFAULTS.seed})
  --partition FRACTION:SECONDS   so many are cut off, from the server too, for so long
  --unreachable FRACTION         of the pairs cannot link
  --withhold FRACTION   of the peers pass nothing on
  --server-down FROM:TO seconds from the start
  --spaces N            each device is in N spaces of --room people (1: all are in one)
  --room N              (${DEFAULTS.room})
  --writers N|all       (all)
  --rate N              messages a second (spread evenly)
  --json FILE  --svg FILE  --report`;

/** Bad options are a value: what is wrong, for a person. */
export type Parsed =
  | { readonly ok: true; readonly command: Command }
  | { readonly ok: false; readonly problem: string };

export function parseOptions(args: readonly string[]): Parsed {
  try {
    return { ok: true, command: parse(args) };
  } catch (error) {
    return { ok: false, problem: error instanceof Error ? error.message : String(error) };
  }
}

function parse(args: readonly string[]): Command {
  const { values } = parseArgs({
    args: args.filter((arg) => arg !== '--'),
    options: {
      peers: { type: 'string' },
      churn: { type: 'string' },
      loss: { type: 'string' },
      messages: { type: 'string' },
      minutes: { type: 'string' },
      seed: { type: 'string' },
      partition: { type: 'string' },
      unreachable: { type: 'string' },
      withhold: { type: 'string' },
      'server-down': { type: 'string' },
      spaces: { type: 'string' },
      room: { type: 'string' },
      writers: { type: 'string' },
      rate: { type: 'string' },
      json: { type: 'string' },
      svg: { type: 'string' },
      report: { type: 'boolean' },
    },
  });
  const whole = (name: 'peers' | 'messages' | 'seed' | 'spaces' | 'room', least: number) => {
    const value = number(`--${name}`, values[name], DEFAULTS[name], least, 1e6);
    if (!Number.isInteger(value)) throw new Error(`--${name} is a whole number, not ${value}.`);
    return value;
  };
  const part = (name: 'churn' | 'loss' | 'unreachable' | 'withhold') =>
    number(`--${name}`, values[name], DEFAULTS[name], 0, 1);
  const partition = pair('--partition', values.partition);
  const down = pair('--server-down', values['server-down']);
  const options: SimOptions = {
    peers: whole('peers', 2),
    churn: part('churn'),
    loss: part('loss'),
    messages: whole('messages', 1),
    minutes: number('--minutes', values.minutes, DEFAULTS.minutes, 1.5, 120),
    seed: whole('seed', 0),
    partition: partition && { part: partition[0], seconds: partition[1] },
    unreachable: part('unreachable'),
    withhold: part('withhold'),
    spaces: whole('spaces', 1),
    room: whole('room', 2),
    writers:
      values.writers === 'all'
        ? DEFAULTS.writers
        : number('--writers', values.writers, DEFAULTS.writers, 1, Number.POSITIVE_INFINITY),
    rate:
      values.rate === undefined ? undefined : number('--rate', values.rate, undefined, 0.01, 1000),
    serverDown: down && { from: down[0], to: down[1] },
  };
  if (options.spaces > 1 && options.room > options.peers)
    throw new Error(`A space of ${options.room} needs as many peers; there are ${options.peers}.`);
  return { options, json: values.json, svg: values.svg, report: values.report ?? false };
}

function number(
  name: string,
  text: string | undefined,
  otherwise: number | undefined,
  least: number,
  most: number,
): number {
  const value = text === undefined ? otherwise : text.trim() === '' ? Number.NaN : Number(text);
  if (value === undefined || !(value >= least && value <= most))
    throw new Error(`${name} is a number from ${least} to ${most}, not ${text}.`);
  return value;
}

function pair(name: string, text: string | undefined): readonly [number, number] | undefined {
  if (text === undefined) return undefined;
  const [a = Number.NaN, b = Number.NaN, ...more] = text.split(':').map(Number);
  if (!(a >= 0 && b >= 0) || more.length > 0)
    throw new Error(`${name} is two numbers with a colon between, not ${text}.`);
  return [a, b];
}

/** The command line of exactly this run. */
export function commandLine(options: SimOptions): string {
  const { partition, serverDown, rate } = options;
  return [
    `npm run sim -- --peers ${options.peers} --churn ${options.churn} --loss ${options.loss}`,
    `--messages ${options.messages} --minutes ${options.minutes} --seed ${options.seed}`,
    ...(partition ? [`--partition ${partition.part}:${partition.seconds}`] : []),
    ...(options.unreachable > 0 ? [`--unreachable ${options.unreachable}`] : []),
    ...(options.withhold > 0 ? [`--withhold ${options.withhold}`] : []),
    ...(serverDown ? [`--server-down ${serverDown.from}:${serverDown.to}`] : []),
    ...(options.spaces > 1 ? [`--spaces ${options.spaces} --room ${options.room}`] : []),
    ...(Number.isFinite(options.writers) ? [`--writers ${options.writers}`] : []),
    ...(rate === undefined ? [] : [`--rate ${rate}`]),
  ].join(' ');
}
