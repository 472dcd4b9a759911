/** What every command that measures prints and writes: the same outline, so that runs can be compared by a script. */
import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { cpus, platform, totalmem } from 'node:os';

export interface Measure {
  /** A finite number in `unit`. */
  readonly value: number;
  readonly unit: string;
  /** At most (`<=`) or at least (`>=`) this; absent where nothing is aimed at. */
  readonly target?: { readonly op: '<=' | '>='; readonly value: number };
  /** What the value stands beside: another way of doing it, or its own spread. */
  readonly compared?: Readonly<Record<string, number>>;
  readonly detail?: unknown;
}

export type Measures = Readonly<Record<string, Measure>>;

export function met({ value, target }: Measure): boolean | undefined {
  if (!target) return undefined;
  return target.op === '<=' ? value <= target.value : value >= target.value;
}

/**
 * The outline of `--json`: measures by id, and `detail` by id.
 *
 * @param detail of the whole run, in place of that of each measure
 */
export function report(
  command: string,
  options: unknown,
  measures: Measures,
  detail?: unknown,
): unknown {
  return {
    command,
    commit: commit(),
    machine: {
      node: process.version,
      platform: platform(),
      processors: cpus().length,
      memoryGiB: Math.round(totalmem() / 2 ** 30),
    },
    options,
    measures: Object.fromEntries(
      Object.entries(measures).map(([id, measure]) => [
        id,
        {
          value: measure.value,
          unit: measure.unit,
          ...(measure.target
            ? { target: `${measure.target.op} ${measure.target.value}`, met: met(measure) }
            : {}),
          compared: measure.compared ?? {},
        },
      ]),
    ),
    detail:
      detail ??
      Object.fromEntries(
        Object.entries(measures).flatMap(([id, { detail }]) =>
          detail === undefined ? [] : [[id, detail]],
        ),
      ),
  };
}

export function writeReport(file: string, content: unknown): void {
  writeFileSync(file, `${JSON.stringify(content, null, 2)}\n`);
}

export function table(measures: Measures): string {
  const rows = Object.entries(measures).map(([id, measure]) => {
    const beside = Object.entries(measure.compared ?? {}).map(([k, x]) => `${k} ${round(x)}`);
    const target = measure.target ? `${measure.target.op} ${measure.target.value}` : '';
    const verdict = met(measure);
    return [
      id,
      `${round(measure.value)} ${measure.unit}`,
      target,
      verdict === undefined ? '' : verdict ? 'met' : 'MISSED',
      beside.join(', '),
    ];
  });
  const all = [['measure', 'value', 'target', '', 'beside'], ...rows];
  const widths = [0, 1, 2, 3].map((c) => Math.max(...all.map((row) => row[c]?.length ?? 0)));
  return all
    .map((row) =>
      row
        .map((cell, c) => cell.padEnd(widths[c] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

/**
 * What `MISSED` means for the exit code, where there is one; else undefined.
 *
 * @param failure what makes the command fail
 */
export function aboutMissed(measures: Measures, failure: string): string | undefined {
  if (!Object.values(measures).some((measure) => met(measure) === false)) return undefined;
  return `MISSED: beyond the target on this machine in this run. That fails nothing; ${failure} would.`;
}

function round(x: number): string {
  return x >= 100 ? String(Math.round(x)) : String(Number(x.toPrecision(3)));
}

/** Of the tree that this runs in, short. */
export function commit(): string {
  try {
    return execFileSync('git', ['rev-parse', '--short', 'HEAD'], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    }).trim();
  } catch {
    return 'unknown';
  }
}
