/** The command line of the NAT laboratory: which of its scenarios are carried out. */
import { parseArgs } from 'node:util';
import {
  type Call,
  type Command,
  readCall,
  WrongCall,
} from '@snug/client/headless/command-line.ts';
import { FURTHER, PAIRS, type Scenario, SMOKE } from './scenarios.ts';

/** Scenarios that have not begun by then are left out, and said to be, s. */
export const RUN_S = 480;

export interface Asked {
  readonly scenarios: readonly Scenario[];
  readonly json: string | undefined;
  /** As it was typed, for the JSON. */
  readonly given: Readonly<Record<string, string | boolean | undefined>>;
}

const listed = (scenarios: readonly Scenario[]) =>
  scenarios.map(({ name }) => `    ${name}`).join('\n');

export const NATLAB: Command = {
  name: 'natlab',
  usage: `Usage: npm run natlab -- [options]

Real browsers behind real NATs, in network namespaces: Linux and root only; it says so where it cannot run. It takes about seven
minutes, and begins nothing new after ${RUN_S / 60}. On Debian it installs iproute2, iptables and coturn if they are missing.

  --pairs LIST   only these pairs of networks, separated by commas
  --only LIST    only scenarios whose name holds one of these words, separated by commas
  --smoke        only ${SMOKE.join(' and ')}
  --json FILE    the figures

Pairs:
${listed(PAIRS)}
Further scenarios:
${listed(FURTHER)}

Exit: 0, whatever it finds: it reports, and fails nothing; 2 wrong call.`,
};

export function parseOptions(args: readonly string[]): Call<Asked> {
  return readCall(args, (own) => {
    const { json, ...given } = parseArgs({
      args: own,
      options: {
        pairs: { type: 'string' },
        only: { type: 'string' },
        smoke: { type: 'boolean', default: false },
        json: { type: 'string' },
      },
    }).values;
    return { scenarios: wanted(given), json, given };
  });
}

const words = (list: string) => list.split(',').map((word) => word.trim());

interface Wanted {
  readonly pairs?: string | undefined;
  readonly only?: string | undefined;
  readonly smoke: boolean;
}

function wanted({ pairs, only, smoke }: Wanted): readonly Scenario[] {
  const all = [...PAIRS, ...FURTHER];
  if (smoke) return PAIRS.filter(({ name }) => SMOKE.includes(name));
  if (only !== undefined) {
    const found = all.filter(({ name }) => words(only).some((word) => name.includes(word)));
    if (found.length === 0) throw new WrongCall(`No scenario has ${only} in its name.`);
    return found;
  }
  if (pairs === undefined) return all;
  const asked = words(pairs);
  const strange = asked.filter((word) => !PAIRS.some(({ name }) => name === word));
  if (strange.length === 0) return PAIRS.filter(({ name }) => asked.includes(name));
  throw new WrongCall(`There is no pair ${strange.join(', ')}.`);
}
