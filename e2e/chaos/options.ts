/** The command line of the chaos run. */
import { parseArgs } from 'node:util';
import {
  type Call,
  type Command,
  numberOf,
  readCall,
  wholeNumberOf,
} from '@snug/client/headless/command-line.ts';

export interface Asked {
  readonly peers: number;
  readonly minutes: number;
  readonly messages: number;
  readonly seed: number;
  /** Seconds after the mending until what is not there is lost. */
  readonly patience: number;
  readonly json: string | undefined;
  readonly quiet: boolean;
}

const DEFAULTS = { peers: 20, minutes: 3, patience: 120 } as const;
const MOST_MESSAGES = 4_500;
const MESSAGES_A_MINUTE = 180;

export const CHAOS: Command = {
  name: 'chaos',
  usage: `Usage: npm run chaos -- [options]

Real peers over real links, while links are cut, rooms parted, devices crash and the server is killed. It takes a few seconds more
than --minutes.

  --peers N      devices in one space, 2 to 100 (${DEFAULTS.peers})
  --minutes N    how long things go wrong, 0.1 to 60 (${DEFAULTS.minutes}); by then the server has been down for 30 s, if there was time
  --messages N   written meanwhile, by all of them, at most ${MOST_MESSAGES} (three a second)
  --seed N       decides what goes wrong and when (another each time)
  --patience N   seconds after the mending until what is not there is lost (${DEFAULTS.patience})
  --json FILE    the figures
  --quiet        do not tell what goes wrong

Exit: 0 all is as it should be, 1 it is not, 2 wrong call.`,
};

/** @param otherwise the seed where none is given */
export function parseOptions(args: readonly string[], otherwise: number): Call<Asked> {
  return readCall(args, (own) => {
    const { values } = parseArgs({
      args: own,
      options: {
        peers: { type: 'string' },
        minutes: { type: 'string' },
        messages: { type: 'string' },
        seed: { type: 'string' },
        patience: { type: 'string' },
        json: { type: 'string' },
        quiet: { type: 'boolean', default: false },
      },
    });
    const minutes = numberOf('--minutes', values.minutes ?? DEFAULTS.minutes, 0.1, 60);
    const usual = Math.min(MOST_MESSAGES, Math.round(minutes * MESSAGES_A_MINUTE));
    return {
      peers: wholeNumberOf('--peers', values.peers ?? DEFAULTS.peers, 2, 100),
      minutes,
      messages: wholeNumberOf('--messages', values.messages ?? usual, 1, MOST_MESSAGES),
      seed: wholeNumberOf('--seed', values.seed ?? otherwise, 0, 2 ** 32 - 1),
      patience: numberOf('--patience', values.patience ?? DEFAULTS.patience, 1, 3_600),
      json: values.json,
      quiet: values.quiet,
    };
  });
}

/** The command line of exactly this run. */
export function commandLine({ peers, minutes, messages, seed }: Asked): string {
  return `npm run chaos -- --peers ${peers} --minutes ${minutes} --messages ${messages} --seed ${seed}`;
}
