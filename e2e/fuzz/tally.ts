/** What came of the generated cases: how many there were, what went wrong, and for which reasons links were dropped. */

/** An input that keeps the thread busy for longer is a hang, ms; of processor time too, so that a busy machine is not blamed. */
export const HANG_MS = 2_000;
const HANG_BUSY_MS = 1_500;

export type Wrong = 'crash' | 'hang' | 'unauthorised';

export interface Failure {
  readonly wrong: Wrong;
  readonly family: string;
  /** The number of the case, or of the last one before it was noticed. */
  readonly case: number;
  readonly what: string;
}

export class Tally {
  readonly family: string;
  readonly failures: Failure[] = [];
  /** Links that were ended for what was sent over them, by reason. */
  readonly dropped = new Map<string, number>();
  cases = 0;

  constructor(family: string) {
    this.family = family;
  }

  count(wrong: Wrong): number {
    return this.failures.filter((failure) => failure.wrong === wrong).length;
  }

  fail(wrong: Wrong, what: string): void {
    this.failures.push({ wrong, family: this.family, case: this.cases, what });
  }

  drop(reason: string): void {
    const kind = reason.replace(/\d+/g, 'n').slice(0, 60);
    this.dropped.set(kind, (this.dropped.get(kind) ?? 0) + 1);
  }

  /** One case. */
  try<T>(what: () => string, give: () => T): T | undefined {
    this.cases++;
    return this.watch(what, give);
  }

  /** Whatever the code under test throws is a crash, and whatever takes it too long a hang. */
  watch<T>(what: () => string, give: () => T): T | undefined {
    const busy = process.threadCpuUsage();
    const begun = performance.now();
    try {
      return give();
    } catch (error) {
      this.fail('crash', `${what()}: ${error instanceof Error ? error.stack : String(error)}`);
      return undefined;
    } finally {
      const ms = performance.now() - begun;
      if (ms > HANG_MS && busyMs(busy) > HANG_BUSY_MS)
        this.fail('hang', `${what()}: ${Math.round(ms)} ms`);
    }
  }
}

function busyMs(since: NodeJS.CpuUsage): number {
  const { user, system } = process.threadCpuUsage(since);
  return (user + system) / 1000;
}

const BEAT_MS = 100;

/** Notices, where what is given is handled later, that the event loop stands still. Returns what stops it. */
export function heartbeat(tally: Tally): () => void {
  let at = performance.now();
  let busy = process.threadCpuUsage();
  const beat = () => {
    const late = performance.now() - at - BEAT_MS;
    if (late > HANG_MS && busyMs(busy) > HANG_BUSY_MS)
      tally.fail('hang', `the event loop stood still for ${Math.round(late)} ms`);
    at = performance.now();
    busy = process.threadCpuUsage();
  };
  const timer = setInterval(beat, BEAT_MS);
  return () => {
    clearInterval(timer);
    beat();
  };
}

/** Errors that nobody caught while the code under test was at work are crashes. Returns what ends the watch. */
export function watchUncaught(tally: () => Tally): () => void {
  const onError = (error: unknown) =>
    tally().fail('crash', `uncaught: ${error instanceof Error ? error.stack : String(error)}`);
  process.on('uncaughtException', onError);
  process.on('unhandledRejection', onError);
  return () => {
    process.off('uncaughtException', onError);
    process.off('unhandledRejection', onError);
  };
}
