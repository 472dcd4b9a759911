/** All modes of a load test, one after the other on a machine that does nothing else, and what they come to. */
import { availableParallelism } from 'node:os';
import { commit, machine } from '../bench/measure.ts';
import { modeResult, wrongIn } from './figures.ts';
import { PAUSES, type Pauses, runMode } from './mode-run.ts';
import type { Options } from './options.ts';
import type { Progress } from './progress.ts';
import type { LoadtestResult } from './result.ts';

export interface Conditions {
  /** Processes that the peers are spread over; as many as the machine has processors. */
  readonly workers?: number;
  readonly pauses?: Pauses;
  /** Told what there is after each mode: all that is left of a run that is ended before the last. */
  readonly onMode?: (soFar: LoadtestResult) => void;
}

/** Rejects where a process failed or a peer could not get in. */
export async function runLoadtest(
  options: Options,
  progress: Progress,
  { workers = availableParallelism(), pauses = PAUSES, onMode = () => {} }: Conditions = {},
): Promise<LoadtestResult> {
  const about = {
    options,
    startedAt: new Date().toISOString(),
    machine: machine(),
    commit: commit(),
  };
  let result: LoadtestResult = { ...about, modes: [], wrong: [] };
  for (const mode of options.modes) {
    const seen = await runMode({ mode, options, workers, progress, pauses });
    const figures = modeResult(seen);
    const wrong = [...result.wrong, ...wrongIn(seen, figures)];
    result = { ...about, modes: [...result.modes, figures], wrong };
    onMode(result);
  }
  return result;
}
