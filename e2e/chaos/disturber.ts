/** Carries out what a schedule says is to go wrong, and mends it when its time is over. */
import type { Network } from './network.ts';
import type { Disturbance } from './schedule.ts';
import type { ServerProcess } from './server-process.ts';
import type { UnstableDevice } from './unstable-device.ts';
import { delay } from './waiting.ts';

export class Disturber {
  /** How often each thing went wrong. A disturbance that met nothing to disturb is not counted. */
  readonly happened = new Map<string, number>();
  readonly #o: {
    readonly network: Network;
    readonly server: ServerProcess;
    readonly devices: readonly UnstableDevice[];
    readonly log: (line: string) => void;
  };

  constructor(options: {
    readonly network: Network;
    readonly server: ServerProcess;
    readonly devices: readonly UnstableDevice[];
    readonly log: (line: string) => void;
  }) {
    this.#o = options;
  }

  /** Resolves once it is mended. */
  async disturb(disturbance: Disturbance): Promise<void> {
    const { log, network, server, devices } = this.#o;
    const lasting = disturbance.ms > 0 ? `for ${(disturbance.ms / 1000).toFixed(1)} s` : '';
    switch (disturbance.is) {
      case 'reset':
      case 'cut':
      case 'silence': {
        const pair = this.#linkOf(disturbance.device, disturbance.pick);
        if (pair === undefined) return;
        this.#count(disturbance.is);
        log(`${disturbance.is} between ${pair.join(' and ')} ${lasting}`);
        const [a, b] = pair;
        if (disturbance.is !== 'silence') network.reset(a, b);
        if (disturbance.is === 'reset') return;
        const mend = network.part((x, y) => (x === a && y === b) || (x === b && y === a));
        await delay(disturbance.ms);
        return mend();
      }
      case 'partition': {
        this.#count('partition');
        const side = new Set(disturbance.side);
        log(
          `${side.size} are parted from the rest${disturbance.withoutServer ? ' and the server' : ''} ${lasting}`,
        );
        const isThere = (host: string) => side.has(Number.parseInt(host, 10));
        const mend = network.part((a, b) => isThere(a) !== isThere(b));
        const cutOff = (off: boolean) => {
          if (!disturbance.withoutServer) return;
          for (const device of devices) if (side.has(device.number)) device.cutOff = off;
        };
        cutOff(true);
        await delay(disturbance.ms);
        cutOff(false);
        return mend();
      }
      case 'crash': {
        const device = devices[disturbance.device];
        if (device?.peer === undefined) return;
        this.#count('crash');
        log(`${device.name} crashes ${lasting}`);
        await device.crash();
        await delay(disturbance.ms);
        await device.start();
        return;
      }
      case 'server-down':
        this.#count('server-down');
        log(`The server is down ${lasting}`);
        await server.kill();
        await delay(disturbance.ms);
        return server.start();
      case 'clock': {
        const device = devices[disturbance.device];
        if (device === undefined) return;
        this.#count('clock');
        device.offMs = disturbance.offMs;
        log(`${device.name}'s clock is ${inMinutes(disturbance.offMs)} off`);
        return;
      }
    }
  }

  /** The two ends of a link that a device has now. */
  #linkOf(number: number, pick: number): readonly [string, string] | undefined {
    const { devices } = this.#o;
    const device = devices[number];
    const links = device?.peer?.links.status().links ?? [];
    const link = links[Math.floor(pick * links.length)];
    const other = devices.find(({ peer }) => peer?.view().device?.peer === link?.peer);
    const [a, b] = [device?.host, other?.host];
    return link && a !== undefined && b !== undefined ? [a, b] : undefined;
  }

  #count(what: string): void {
    this.happened.set(what, (this.happened.get(what) ?? 0) + 1);
  }
}

export function inMinutes(ms: number): string {
  return `${Math.round(ms / 60_000)} min`;
}
