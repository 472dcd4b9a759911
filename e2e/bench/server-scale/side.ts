/** A server and those who come to it, and what each of them costs it. */
import { newTopic } from '../new-topic.ts';
import { CrowdProcess, type Took } from './crowd-process.ts';
import { type HostKind, HostProcess, type Reading } from './host-process.ts';

/** What a connection costs its server. */
export interface Cost {
  readonly residentBytes: number;
  readonly heapBytes: number;
  readonly cpuMs: number;
}

/** A topic for each of so many peers, in rooms of one size. */
export function rooms(peers: number, size: number): string[] {
  let topic: string = newTopic();
  return Array.from({ length: peers }, (_, i) => {
    if (i % size === 0) topic = newTopic();
    return topic;
  });
}

/** One of the servers that are compared. Whoever comes to a bare one connects; to ours they also authenticate and join. */
export class Side {
  readonly host: HostProcess;
  readonly crowd = new CrowdProcess();
  readonly #kind: HostKind;
  #before: Reading | undefined;
  #cpuMs = 0;

  private constructor(kind: HostKind, host: HostProcess) {
    this.#kind = kind;
    this.host = host;
  }

  /** @param warmUp topics of those who come first, so that code is compiled and tables have grown before anything is read */
  static async start(kind: HostKind, warmUp: readonly string[], atOnce: number): Promise<Side> {
    const side = new Side(kind, await HostProcess.start(kind));
    await side.#come(warmUp, atOnce);
    await side.host.reading(true);
    side.#before = await side.host.reading(true);
    return side;
  }

  /** One comes for each of the topics. */
  async come(topics: readonly string[], atOnce: number): Promise<Took> {
    const { cpuMs } = await this.host.reading();
    const took = await this.#come(topics, atOnce);
    this.#cpuMs += (await this.host.reading()).cpuMs - cpuMs;
    return took;
  }

  /** Of each who came after the first. Collecting garbage costs processor time too, which is not counted. */
  async cost(): Promise<Cost> {
    const before = this.#before;
    if (before === undefined) throw new Error('A side is measured from its start.');
    const after = await this.host.reading(true);
    const count = after.connections - before.connections;
    return {
      residentBytes: (after.residentBytes - before.residentBytes) / count,
      heapBytes: (after.heapBytes - before.heapBytes) / count,
      cpuMs: this.#cpuMs / count,
    };
  }

  async end(): Promise<void> {
    await this.host.end();
    await this.crowd.end();
  }

  #come(topics: readonly string[], atOnce: number): Promise<Took> {
    const { url } = this.host;
    return this.#kind === 'bare'
      ? this.crowd.ask({ ask: 'connect', url, count: topics.length, atOnce })
      : this.crowd.ask({ ask: 'join', url, topics: [...topics], atOnce });
  }
}
