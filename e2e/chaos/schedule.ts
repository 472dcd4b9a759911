/** What goes wrong in a run, and when: all of it follows from the seed. */
import { SeededRandom } from '../sim/seeded-random.ts';

/** `at` and `ms`, how long it lasts, in ms from the start of the run; devices by number. */
export type Disturbance =
  /**
   * One of a device's links, `pick` of 1 through the list of them: its connection is closed under both ends (`reset`), or
   * closed and kept from coming back (`cut`), or nothing comes through any more and nobody is told (`silence`).
   */
  | {
      readonly is: 'reset' | 'cut' | 'silence';
      readonly at: number;
      readonly ms: number;
      readonly device: number;
      readonly pick: number;
    }
  /** Nothing passes between these and the rest; nor, if so, between these and the server. */
  | {
      readonly is: 'partition';
      readonly at: number;
      readonly ms: number;
      readonly side: readonly number[];
      readonly withoutServer: boolean;
    }
  /** A device is gone without a word, and comes back on its data. */
  | { readonly is: 'crash'; readonly at: number; readonly ms: number; readonly device: number }
  | { readonly is: 'server-down'; readonly at: number; readonly ms: number }
  /** A device's clock is set so far off. */
  | {
      readonly is: 'clock';
      readonly at: number;
      readonly ms: 0;
      readonly device: number;
      readonly offMs: number;
    };

export interface Schedule {
  /** How far off each device's clock is from the start, ms. */
  readonly clocks: readonly number[];
  /** In order of time. The last of them end with the run. */
  readonly disturbances: readonly Disturbance[];
  /** Who writes when, in order of time. */
  readonly writes: readonly { readonly at: number; readonly device: number }[];
}

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const CLOCKS = [0, 0, 0, 0, 2 * MINUTE, -40 * MINUTE, 11 * HOUR, -2 * DAY, 3 * DAY] as const;
/** A host restarts a machine in less. */
const SERVER_DOWN_MS = 30_000;
const BETWEEN_CUTS_MS = 3_000;
/** Every other device crashes in as long. */
const CRASHES_OVER_MS = 3 * MINUTE;
const LONGEST_ABSENCE_MS = 20_000;

export function planChaos(options: {
  readonly seed: number;
  readonly devices: number;
  /** Length of the run, ms. */
  readonly ms: number;
  readonly messages: number;
}): Schedule {
  const { seed, devices, ms, messages } = options;
  const random = new SeededRandom(seed, devices, ms);
  const clock = () => random.pick(CLOCKS) ?? 0;
  const someOf = (part: number) =>
    random.sample(
      Array.from({ length: devices }, (_, i) => i),
      Math.max(1, Math.round(devices * part)),
    );
  const clocks = Array.from({ length: devices }, clock);
  const disturbances: Disturbance[] = [
    { is: 'server-down', at: 0.12 * ms, ms: Math.min(SERVER_DOWN_MS, ms / 4) },
    { is: 'partition', at: 0.45 * ms, ms: 0.15 * ms, side: someOf(0.5), withoutServer: false },
    { is: 'partition', at: 0.75 * ms, ms: 0.25 * ms, side: someOf(0.4), withoutServer: true },
  ];
  for (const at of times(random, ms, Math.max(2, Math.round(ms / BETWEEN_CUTS_MS)))) {
    const is = random.pick(['reset', 'cut', 'silence'] as const) ?? 'cut';
    const length = is === 'reset' ? 0 : Math.min(random.between(1_000, ms / 6), ms - at);
    disturbances.push({ is, at, ms: length, device: random.below(devices), pick: random.next() });
  }
  const crashes = Math.max(1, Math.round(((devices / 2) * ms) / CRASHES_OVER_MS));
  const down = new Map<number, number>();
  for (const at of times(random, 0.9 * ms, crashes)) {
    const device = random.below(devices);
    if ((down.get(device) ?? 0) > at) continue;
    const longest = Math.min(LONGEST_ABSENCE_MS, ms / 5);
    const length = Math.min(random.between(Math.min(1_000, longest / 2), longest), ms - at);
    // Time to be up again before it goes down once more.
    down.set(device, at + length + longest / 4);
    disturbances.push({ is: 'crash', at, ms: length, device });
  }
  for (const at of times(random, ms, Math.max(1, Math.round(devices / 10))))
    disturbances.push({ is: 'clock', at, ms: 0, device: random.below(devices), offMs: clock() });
  disturbances.sort((a, b) => a.at - b.at);
  const writes = times(random, ms, messages).map((at) => ({ at, device: random.below(devices) }));
  return { clocks, disturbances, writes };
}

function times(random: SeededRandom, ms: number, count: number): number[] {
  return Array.from({ length: count }, () => random.next() * ms).sort((a, b) => a - b);
}
