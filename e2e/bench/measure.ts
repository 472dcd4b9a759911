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
  /** Something went wrong in the run that it is of: whether it meets its target cannot be said. */
  readonly doubtful?: true;
}

export type Measures = Readonly<Record<string, Measure>>;

/** Undefined where nothing is aimed at, or where it cannot be said. */
export function met({ value, target, doubtful }: Measure): boolean | undefined {
  if (!target || doubtful) return undefined;
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
    machine: machine(),
    options,
    measures: Object.fromEntries(
      Object.entries(measures).map(([id, measure]) => [
        id,
        {
          value: measure.value,
          unit: measure.unit,
          ...(measure.target && { target: `${measure.target.op} ${measure.target.value}` }),
          ...(met(measure) === undefined ? {} : { met: met(measure) }),
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

/** Measures without what is no finite number: what was not measured is absent. */
export function onlyFinite(measures: Measures): Measures {
  return Object.fromEntries(
    Object.entries(measures).flatMap(([id, measure]) => {
      if (!Number.isFinite(measure.value)) return [];
      const compared = Object.entries(measure.compared ?? {}).filter(([, x]) => Number.isFinite(x));
      return [[id, { ...measure, compared: Object.fromEntries(compared) }]];
    }),
  );
}

export interface Machine {
  readonly node: string;
  readonly platform: string;
  readonly processors: number;
  readonly model: string;
  readonly memoryGiB: number;
}

/** The one that this runs on. */
export function machine(): Machine {
  return {
    node: process.version,
    platform: platform(),
    processors: cpus().length,
    model: cpus()[0]?.model.trim() ?? 'unknown',
    memoryGiB: Math.round(totalmem() / 2 ** 30),
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
      verdict === undefined ? (measure.doubtful ? 'in doubt' : '') : verdict ? 'met' : 'MISSED',
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
