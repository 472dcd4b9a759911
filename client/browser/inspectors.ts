/**
 * Threads that inspect entries while the engine's does something else: as many as the machine has cores beside it, started when
 * much comes and ended when nothing has for a while. What one of them fails to answer is inspected here.
 */
import type { Timer, WallClock } from '../mesh/clock.ts';
import { type Inspected, type Inspection, type Inspector, inspect } from '../space/inspection.ts';
import {
  type FromInspector,
  handedOver,
  type InspectionMessage,
  messageOf,
  readFindings,
} from './inspection-message.ts';

/** Most threads, whatever the machine has: one neighbour's bulk keeps no more of them busy. */
const MOST = 3;
/** A thread that has had nothing to do for so long, ms, gives its memory back. */
const IDLE_MS = 30_000;

/** A thread as it is seen from the engine's. */
export interface InspectingThread {
  /** @param failed it could not be started, or broke: nothing more is to be expected of it */
  listen(hear: (message: FromInspector) => void, failed: () => void): void;
  tell(message: InspectionMessage, transfer: readonly ArrayBuffer[]): void;
  end(): void;
}

interface Waiting {
  readonly inspection: Inspection;
  readonly resolve: (found: readonly Inspected[] | Promise<readonly Inspected[]>) => void;
}

interface Running {
  readonly thread: InspectingThread;
  readonly waiting: Map<number, Waiting>;
  isReady: boolean;
}

export interface InspectorsOptions {
  /** Logical processors of the machine. */
  readonly cores: number;
  /** May throw where there can be no further thread. */
  readonly start: () => InspectingThread;
  readonly clock: Pick<WallClock, 'setTimeout' | 'clearTimeout'>;
}

export class Inspectors {
  readonly #o: InspectorsOptions;
  readonly #most: number;
  #running: Running[] = [];
  /** They could not be had: not asked for again. */
  #hasFailed = false;
  #number = 0;
  #idle: Timer | undefined;

  constructor(options: InspectorsOptions) {
    this.#o = options;
    this.#most = Math.min(MOST, options.cores - 1);
  }

  /** `undefined` while no thread is ready: the first that is asked for starts them. */
  readonly inspect: Inspector = (inspection) => {
    if (this.#running.length === 0) this.#start();
    this.#rest();
    const ready = this.#running.filter(({ isReady }) => isReady);
    const [least] = ready.sort((a, b) => a.waiting.size - b.waiting.size);
    return least && this.#handTo(least, inspection);
  };

  #handTo({ thread, waiting }: Running, inspection: Inspection): Promise<readonly Inspected[]> {
    const number = this.#number++;
    return new Promise((resolve) => {
      waiting.set(number, { inspection, resolve });
      const message = messageOf(number, inspection);
      thread.tell(message, handedOver(message));
    });
  }

  #start(): void {
    if (this.#hasFailed) return;
    try {
      while (this.#running.length < this.#most) this.#startOne();
    } catch {
      this.#hasFailed = true;
    }
  }

  #startOne(): void {
    const running: Running = { thread: this.#o.start(), waiting: new Map(), isReady: false };
    const { thread, waiting } = running;
    this.#running.push(running);
    const hear = (message: FromInspector) => {
      if (message === 'ready') {
        running.isReady = true;
        return;
      }
      waiting.get(message.number)?.resolve(readFindings(message));
      waiting.delete(message.number);
    };
    const failed = () => {
      this.#hasFailed = true;
      this.#end(running);
    };
    thread.listen(hear, failed);
  }

  #end(running: Running): void {
    running.thread.end();
    this.#running = this.#running.filter((one) => one !== running);
    for (const { inspection, resolve } of running.waiting.values()) resolve(inspect(inspection));
    running.waiting.clear();
  }

  /** Ends them all after a while in which nothing is asked and nothing is under way. */
  #rest(): void {
    const { clock } = this.#o;
    clock.clearTimeout(this.#idle);
    this.#idle = clock.setTimeout(() => {
      if (this.#running.some(({ waiting }) => waiting.size > 0)) return this.#rest();
      this.close();
    }, IDLE_MS);
  }

  close(): void {
    this.#o.clock.clearTimeout(this.#idle);
    for (const running of [...this.#running]) this.#end(running);
  }
}
