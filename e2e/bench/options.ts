/** The command line of the benchmark. */
import { parseArgs } from 'node:util';
import {
  type Call,
  type Command,
  readCall,
  WrongCall,
} from '@snug/client/headless/command-line.ts';
import { BENCHES, type Bench } from './benches.ts';
import { outputFile } from './output-file.ts';
import { aboutOf } from './targets.ts';

export interface Asked {
  /** As they were named. */
  readonly ids: readonly string[];
  readonly benches: readonly Bench[];
  readonly json: string | undefined;
}

/** Seconds as people say them. */
export function inWords(seconds: number): string {
  return seconds < 60 ? `${seconds} s` : `${Math.round(seconds / 60)} min`;
}

const rows = BENCHES.map(({ gives, takesS, onlyAsked }) => {
  const ids = gives.map((id) => `    ${id.padEnd(17)}  ${aboutOf(id)}`);
  return [
    `  ${inWords(takesS)}${onlyAsked ? ', only where it is named in full' : ''}:`,
    ...ids,
  ].join('\n');
});

const ALL_S = BENCHES.reduce((sum, { takesS, onlyAsked }) => sum + (onlyAsked ? 0 : takesS), 0);

export const BENCH: Command = {
  name: 'bench',
  usage: `Usage: npm run bench -- [ID…] [--json FILE]

Figures, each beside what it is compared with. All of them together take about ${inWords(ALL_S)} on two cores; with ids only what they need, and
what is measured with it. W1 stands for W1@10 and W1@30, P1 for all that begins with it; behind an @ stands the size of the room.

${rows.join('\n')}

  --json FILE    the figures

Exit: 0 measured, whatever came of it; 1 something could not be measured; 2 wrong call.`,
};

/** `W1` stands for `W1@30` and whatever other sizes there are, `P1` for all that begins with it. */
const means = (named: string, id: string) =>
  id === named ||
  id.startsWith(`${named}@`) ||
  (/\d$/.test(named) && id.startsWith(named) && /[a-z]/.test(id.charAt(named.length)));

export function parseOptions(args: readonly string[]): Call<Asked> {
  return readCall(args, (own) => {
    const { values, positionals } = parseArgs({
      args: own,
      options: { json: { type: 'string' } },
      allowPositionals: true,
    });
    const known = BENCHES.flatMap(({ gives }) => gives);
    const strange = positionals.filter((named) => !known.some((id) => means(named, id)));
    if (strange.length > 0) throw new WrongCall(`There is no measure ${strange.join(', ')} here.`);
    return {
      ids: positionals,
      benches: BENCHES.filter((bench) => isWanted(bench, positionals)),
      json: outputFile('--json', values.json),
    };
  });
}

function isWanted({ gives, onlyAsked }: Bench, named: readonly string[]): boolean {
  if (onlyAsked) return gives.some((id) => named.includes(id));
  return named.length === 0 || gives.some((id) => named.some((one) => means(one, id)));
}
