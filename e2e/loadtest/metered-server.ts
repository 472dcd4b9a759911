/** A mode's server in its process, and all that it has told of itself. */
import { delay } from '../chaos/waiting.ts';
import { allOf } from './byte-sums.ts';
import { machineMs } from './clock.ts';
import { MODE_TRAITS, type Mode } from './modes.ts';
import { type ServerProcess, startServerProcess } from './server-process.ts';
import { type ServerReading, SOCKET_KINDS } from './server-traffic.ts';

/** A server that moved nothing for so long has done with whoever came last, and how long that may take, ms. */
const QUIET_MS = 150;
const QUIET_BY_MS = 2_000;
/** What a server has written may be under way for as long, ms. */
const ACCOUNTED_BY_MS = 3_000;
const LOOK_MS = 20;

export class MeteredServer {
  /** What it told once a second and when it was asked to note it. */
  readonly series: ServerReading[] = [];
  #process: ServerProcess | undefined;

  /** Rejects when it does not start. */
  async start(mode: Mode): Promise<void> {
    this.#process = await startServerProcess(programOf(mode), (reading) =>
      this.series.push(reading),
    );
  }

  get url(): string {
    return this.#running.url;
  }

  /** Rejects when the process ends by itself; never resolves. */
  get failed(): Promise<never> {
    return this.#running.failed;
  }

  read(): Promise<ServerReading> {
    return this.#running.read();
  }

  /** Reads, and puts it into the series. */
  async note(): Promise<ServerReading> {
    const reading = await this.read();
    this.series.push(reading);
    return reading;
  }

  /** Reads when nobody is being introduced. */
  async quiet(): Promise<ServerReading> {
    const deadline = machineMs() + QUIET_BY_MS;
    let last = await this.read();
    let since = machineMs();
    while (machineMs() - since < QUIET_MS && machineMs() < deadline) {
      await delay(LOOK_MS);
      const reading = await this.read();
      if (introductions(reading) !== introductions(last)) since = machineMs();
      last = reading;
    }
    return last;
  }

  /** Reads, for the series too, when nothing is under way, so that the parts make the whole; whether they do is judged later. */
  async accounted(): Promise<ServerReading> {
    const deadline = machineMs() + ACCOUNTED_BY_MS;
    let reading = await this.read();
    while (
      allOf(reading.bytes, SOCKET_KINDS) !== reading.socketIn + reading.socketOut &&
      machineMs() < deadline
    ) {
      await delay(LOOK_MS);
      reading = await this.read();
    }
    this.series.push(reading);
    return reading;
  }

  async close(): Promise<void> {
    await this.#process?.close();
  }

  get #running(): ServerProcess {
    if (this.#process === undefined) throw new Error('The server has not been started.');
    return this.#process;
  }
}

function programOf(mode: Mode): URL {
  return new URL(MODE_TRAITS[mode].program, import.meta.url);
}

/** Bytes of introductions, and of frames relayed until there is a link. Heartbeats and STUN are also those of others. */
export function introductions({ bytes }: ServerReading): number {
  return allOf(bytes, ['setUp', 'chat']);
}

/** The same with STUN: what a newcomer's first link costs, with whatever others ask of STUN meanwhile. */
export function introductionsWithStun({ bytes }: ServerReading): number {
  return allOf(bytes, ['setUp', 'chat', 'stun']);
}
