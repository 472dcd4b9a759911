/** The command line of the load test. */
import { parseArgs } from 'node:util';
import {
  type Call,
  type Command,
  numberOf,
  readCall,
  WrongCall,
  wholeNumberOf,
} from '@snug/client/headless/command-line.ts';
import { outputFile } from '../bench/output-file.ts';
import { aboutOf } from '../bench/targets.ts';
import { MODES, type Mode } from './modes.ts';
import { JOIN_PATTERNS, type JoinPattern, type Options } from './options.ts';

/** What is asked of `npm run loadtest`. */
export interface Asked {
  readonly options: Options;
  readonly json: string | undefined;
  readonly report: string | undefined;
}

/** Ends within about a minute and a half on two processors. */
export const DEFAULTS: Omit<Options, 'idle'> = {
  peers: 8,
  browsers: 0,
  messages: 100,
  rate: 10,
  size: 'mixed',
  writers: 'all',
  modes: MODES,
  join: 'one-by-one',
  relayed: 0,
  late: 0,
  seed: 1,
};

/**
 * Idling takes as long as writing if nothing else is said, within these bounds, seconds. With the writing before it 30 see every
 * keep-alive at least once, and Q1 takes as many; fewer keep a short run short.
 */
const IDLE = { least: 10, most: 30 } as const;

/** What a run gives, by the codes that its table and report have. */
const CODES = ['R1', 'R2@n', 'R3', 'R3idle', 'W1@n', 'W3@n', 'A1@n', 'W4@n', 'Q1'];

/** The text of a message begins with what makes it different from all others. */
export const LEAST_SIZE = 8;
const MOST_SIZE = 16_000;

const USAGE = `Usage: npm run loadtest -- [options]

The same people say the same messages in three ways, and every byte of the server's sockets is accounted for. It takes a minute and a
half as it is, five minutes with 12 peers and 500 messages: for each mode --messages ÷ --rate and --idle, the mesh's joining besides.

  --peers N          peers without a browser, 2 to 500 (${DEFAULTS.peers})
  --browsers N       real Chromium pages beside them, 0 to 10 (${DEFAULTS.browsers}); in router and star peers without one take their place
  --messages N       (${DEFAULTS.messages})
  --rate N           messages a second, of all writers together (${DEFAULTS.rate})
  --minutes N        writes for so long, instead of --messages or of --rate
  --size BYTES       of each message's text, ${LEAST_SIZE} to ${MOST_SIZE}, or "mixed": most short, some long (${DEFAULTS.size})
  --writers N        how many write, or "all" (${DEFAULTS.writers})
  --modes LIST       of ${MODES.join(', ')} (all): Snug as shipped; a chat router at its best, with the same
                     entries; automerge-repo with its own WebSocket server
  --join PATTERN     ${JOIN_PATTERNS.join(', ')} (${DEFAULTS.join})
  --relayed SHARE    of the peers cannot connect directly to anybody, 0 to 1 (${DEFAULTS.relayed}); mesh only
  --late N           of the peers join when half of the messages have been written (${DEFAULTS.late})
  --idle SECONDS     nobody writes, after the messages, as long in every mode (as they took, ${IDLE.least} to ${IDLE.most}). A router's
                     and the mesh's heartbeats are seen where writing and idling take 26 together; Q1 takes --idle 30
  --seed N           the same options and seed are the same plan (${DEFAULTS.seed})
  --json FILE        the figures
  --report FILE      a page with charts

The codes in its table, behind an @ the messages or the size of the room:
${CODES.map((id) => `  ${id.padEnd(8)} ${aboutOf(id)}`).join('\n')}

Ctrl-C ends it; modes that were finished are kept. Exit: 0 done and all accounts agree; 1 something was lost, repeated or does not add up, or a part failed; 2 wrong call;
130 broken off. A figure beyond its target (MISSED) fails nothing: machines differ.`;

export const LOADTEST: Command = { name: 'loadtest', usage: USAGE };

export function parseOptions(args: readonly string[]): Call<Asked> {
  return readCall(args, parse);
}

const text = { type: 'string' } as const;

function parse(args: string[]): Asked {
  const { values } = parseArgs({
    args,
    options: {
      peers: text,
      browsers: text,
      messages: text,
      rate: text,
      minutes: text,
      size: text,
      writers: text,
      modes: text,
      join: text,
      relayed: text,
      late: text,
      idle: text,
      seed: text,
      json: text,
      report: text,
    },
  });
  type Name = Exclude<keyof typeof DEFAULTS & keyof typeof values, 'modes' | 'join'>;
  const between = (name: Name, least: number, most: number) =>
    numberOf(`--${name}`, values[name] ?? DEFAULTS[name], least, most);
  const whole = (name: Name, least: number, most: number) =>
    wholeNumberOf(`--${name}`, values[name] ?? DEFAULTS[name], least, most);
  const peers = whole('peers', 2, 500);
  const browsers = whole('browsers', 0, 10);
  const size =
    (values.size ?? DEFAULTS.size) === 'mixed' ? 'mixed' : whole('size', LEAST_SIZE, MOST_SIZE);
  const late = whole('late', 0, peers - 2);
  const room = peers + browsers - late;
  const { messages, rate } = written(values);
  const usualIdle = Math.min(IDLE.most, Math.max(IDLE.least, Math.round(messages / rate)));
  const options: Options = {
    peers,
    browsers,
    messages,
    rate,
    size,
    writers: (values.writers ?? DEFAULTS.writers) === 'all' ? 'all' : whole('writers', 1, room),
    modes: modes(values.modes),
    join: joinPattern(values.join),
    relayed: between('relayed', 0, 1),
    late,
    idle: numberOf('--idle', values.idle ?? usualIdle, 1, 3_600),
    seed: whole('seed', 0, 2 ** 32 - 1),
  };
  return {
    options,
    json: outputFile('--json', values.json),
    report: outputFile('--report', values.report),
  };
}

/** How many messages at which rate: two of the three decide. */
function written(values: {
  readonly messages?: string | undefined;
  readonly rate?: string | undefined;
  readonly minutes?: string | undefined;
}): { readonly messages: number; readonly rate: number } {
  const most = 100_000;
  const messages = wholeNumberOf('--messages', values.messages ?? DEFAULTS.messages, 1, most);
  const rate = numberOf('--rate', values.rate ?? DEFAULTS.rate, 0.01, 1_000);
  if (values.minutes === undefined) return { messages, rate };
  const seconds = 60 * numberOf('--minutes', values.minutes, 0.05, 600);
  if (values.messages === undefined) {
    const all = Math.max(1, Math.round(rate * seconds));
    if (all > most)
      throw new WrongCall(`That would be ${all} messages; at most ${most} are possible.`);
    return { messages: all, rate };
  }
  if (values.rate === undefined) return { messages, rate: messages / seconds };
  throw new WrongCall('Give two of --messages, --rate and --minutes; they decide the third.');
}

function modes(given: string | undefined): readonly Mode[] {
  if (given === undefined) return DEFAULTS.modes;
  const named = given.split(',').map((name) => name.trim());
  const strange = named.filter((name) => !MODES.some((mode) => mode === name));
  if (strange.length > 0)
    throw new WrongCall(`--modes names ${MODES.join(', ')}, not "${strange.join(', ')}".`);
  const twice = named.find((name, i) => named.indexOf(name) !== i);
  if (twice !== undefined) throw new WrongCall(`--modes names ${twice} twice.`);
  return MODES.filter((mode) => named.includes(mode));
}

function joinPattern(given: string | undefined): JoinPattern {
  if (given === undefined) return DEFAULTS.join;
  const found = JOIN_PATTERNS.find((pattern) => pattern === given);
  if (found === undefined)
    throw new WrongCall(`--join is ${JOIN_PATTERNS.join(', ')}, not "${given}".`);
  return found;
}

/** The command line of exactly this run. */
export function commandLine(options: Options): string {
  const { modes: run, ...rest } = options;
  const given = Object.entries(rest).map(([name, value]) => `--${name} ${value}`);
  return `npm run loadtest -- ${given.join(' ')} --modes ${run.join(',')}`;
}
