/** What can be asked of the simulator, and the command line that asks it again. */
import { parseArgs } from 'node:util';
import {
  type Call,
  numberOf,
  readCall,
  WrongCall,
  wholeNumberOf,
} from '@snug/client/headless/command-line.ts';

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

/** What is asked of `npm run sim`. */
export interface Asked {
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

/** More of anything than a machine has room for. */
const MOST = 1e6;

export function parseOptions(args: readonly string[]): Call<Asked> {
  return readCall(args, parse);
}

function parse(args: string[]): Asked {
  const { values } = parseArgs({
    args,
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
  const whole = (name: 'peers' | 'messages' | 'seed' | 'spaces' | 'room', least: number) =>
    wholeNumberOf(`--${name}`, values[name] ?? DEFAULTS[name], least, MOST);
  const part = (name: 'churn' | 'loss' | 'unreachable' | 'withhold') =>
    numberOf(`--${name}`, values[name] ?? DEFAULTS[name], 0, 1);
  const partition = pair('--partition', values.partition);
  const down = pair('--server-down', values['server-down']);
  const options: SimOptions = {
    peers: whole('peers', 2),
    churn: part('churn'),
    loss: part('loss'),
    messages: whole('messages', 1),
    minutes: numberOf('--minutes', values.minutes ?? DEFAULTS.minutes, 1.5, 120),
    seed: whole('seed', 0),
    partition: partition && { part: partition[0], seconds: partition[1] },
    unreachable: part('unreachable'),
    withhold: part('withhold'),
    spaces: whole('spaces', 1),
    room: whole('room', 2),
    writers:
      values.writers === undefined || values.writers === 'all'
        ? DEFAULTS.writers
        : wholeNumberOf('--writers', values.writers, 1, MOST),
    rate: values.rate === undefined ? undefined : numberOf('--rate', values.rate, 0.01, 1000),
    serverDown: down && { from: down[0], to: down[1] },
  };
  if (options.spaces > 1 && options.room > options.peers)
    throw new WrongCall(
      `A space of ${options.room} needs as many peers; there are ${options.peers}.`,
    );
  return { options, json: values.json, svg: values.svg, report: values.report ?? false };
}

function pair(name: string, text: string | undefined): readonly [number, number] | undefined {
  if (text === undefined) return undefined;
  const [a = Number.NaN, b = Number.NaN, ...more] = text.split(':').map(Number);
  if (!(a >= 0 && b >= 0) || more.length > 0)
    throw new WrongCall(`${name} is two numbers with a colon between, not "${text}".`);
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
