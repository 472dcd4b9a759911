/** All modes of a load test, one after the other on a machine that does nothing else, and what they come to. */
import { availableParallelism, cpus, platform, totalmem } from 'node:os';
import { commit } from '../bench/measure.ts';
import { modeResult, wrongIn } from './figures.ts';
import { PAUSES, type Pauses, runMode } from './mode-run.ts';
import type { Options } from './options.ts';
import type { Progress } from './progress.ts';
import type { LoadtestResult, ModeResult } from './result.ts';

export interface Outcome {
  readonly result: LoadtestResult;
  /** Sentences about what is lost, repeated, or does not add up. */
  readonly wrong: readonly string[];
}

export interface Conditions {
  /** Processes that the peers are spread over; as many as the machine has processors. */
  readonly workers?: number;
  readonly pauses?: Pauses;
}

/** Rejects where a process failed or a peer could not get in. */
export async function runLoadtest(
  options: Options,
  progress: Progress,
  { workers = availableParallelism(), pauses = PAUSES }: Conditions = {},
): Promise<Outcome> {
  const startedAt = new Date().toISOString();
  const modes: ModeResult[] = [];
  const wrong: string[] = [];
  for (const mode of options.modes) {
    const seen = await runMode({ mode, options, workers, progress, pauses });
    const result = modeResult(seen);
    modes.push(result);
    wrong.push(...wrongIn(seen, result));
  }
  return {
    result: { options, startedAt, machine: machine(), commit: commit(), modes },
    wrong,
  };
}

function machine(): LoadtestResult['machine'] {
  return {
    node: process.version,
    platform: platform(),
    processors: cpus().length,
    model: cpus()[0]?.model.trim() ?? 'unknown',
    memoryGiB: Math.round(totalmem() / 2 ** 30),
  };
}
