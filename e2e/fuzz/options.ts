/** The command line of the hostile input. */
import { parseArgs } from 'node:util';
import {
  type Call,
  type Command,
  readCall,
  WrongCall,
  wholeNumberOf,
} from '@snug/client/headless/command-line.ts';
import { families } from './fuzz.ts';

export interface Asked {
  readonly cases: number;
  readonly seed: number;
  /** Part of a family's name. */
  readonly only: string | undefined;
  readonly json: string | undefined;
}

const CASES = 100_000;
const NAMES = families.map(({ name }) => name);

export const FUZZ: Command = {
  name: 'fuzz',
  usage: `Usage: npm run fuzz -- [options]

Hostile input of every kind against the real code. It takes a minute and a half for ${CASES.toLocaleString('en-GB')} cases.

  --cases N      generated cases in all, 100 to 10,000,000 (${CASES})
  --seed N       decides them (another each time); a run that fails says which seed shows it
  --family NAME  only families whose name holds this:
${NAMES.map((name) => `                   ${name}`).join('\n')}
  --json FILE    the figures

Exit: 0 nothing went wrong, 1 something did, 2 wrong call.`,
};

/** @param otherwise the seed where none is given */
export function parseOptions(args: readonly string[], otherwise: number): Call<Asked> {
  return readCall(args, (own) => {
    const { values } = parseArgs({
      args: own,
      options: {
        cases: { type: 'string' },
        seed: { type: 'string' },
        family: { type: 'string' },
        json: { type: 'string' },
      },
    });
    const { family } = values;
    if (family !== undefined && !NAMES.some((name) => name.includes(family)))
      throw new WrongCall(`There is no family "${family}".`);
    return {
      cases: wholeNumberOf('--cases', values.cases ?? CASES, 100, 10_000_000),
      seed: wholeNumberOf('--seed', values.seed ?? otherwise, 0, 2 ** 32 - 1),
      only: family,
      json: values.json,
    };
  });
}

/** The command line of exactly this run. */
export function commandLine({ cases, seed, only }: Asked): string {
  const family = only === undefined ? '' : ` --family "${only}"`;
  return `npm run fuzz -- --cases ${cases} --seed ${seed}${family}`;
}
