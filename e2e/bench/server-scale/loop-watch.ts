/** How long a server's event loop keeps others waiting, and how much of that it has worked itself. */
import { monitorEventLoopDelay } from 'node:perf_hooks';

const RESOLUTION_MS = 5;

export interface LoopDelay {
  readonly delayP99Ms: number;
  readonly delayLongestMs: number;
  /**
   * The most processor time that the thread took from one timer to the next. The delay beyond is the machine's, where others
   * had the processor.
   */
  readonly busiestMs: number;
}

export class LoopWatch {
  readonly #delay = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
  #busiestMs = 0;
  #timer: NodeJS.Timeout | undefined;

  /** From now on, which costs a little processor time. */
  start(): void {
    clearInterval(this.#timer);
    this.#delay.reset();
    this.#delay.enable();
    this.#busiestMs = 0;
    let before = process.threadCpuUsage();
    this.#timer = setInterval(() => {
      const now = process.threadCpuUsage();
      const ms = (now.user + now.system - before.user - before.system) / 1000;
      if (ms > this.#busiestMs) this.#busiestMs = ms;
      before = now;
    }, RESOLUTION_MS);
    this.#timer.unref();
  }

  get now(): LoopDelay {
    return {
      delayP99Ms: delayMs(this.#delay.percentile(99)),
      delayLongestMs: delayMs(this.#delay.max),
      busiestMs: this.#busiestMs,
    };
  }
}

/** Of a histogram in ns that counts the timer's own time too. */
function delayMs(ns: number): number {
  return Math.max(0, ns / 1e6 - RESOLUTION_MS);
}
