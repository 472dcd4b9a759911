/** A result as a run of 12 peers and 500 messages gives it: mesh, router, star. */
import type { Mode } from '../../modes.ts';
import type { Options } from '../../options.ts';
import type { LoadtestResult, MeshFigures, ModeResult } from '../../result.ts';
import type { ServerBytes, ServerReading } from '../../server-traffic.ts';

export const SAMPLE_OPTIONS: Options = {
  peers: 12,
  browsers: 0,
  messages: 500,
  rate: 10,
  size: 60,
  writers: 'all',
  modes: ['mesh', 'router', 'star'],
  join: 'stream',
  relayed: 0,
  late: 0,
  idle: 10,
  seed: 1,
};

/** Bytes of a whole run, in and out, and latency around this many ms. */
interface Character {
  readonly setUp: readonly [number, number];
  readonly heartbeat: readonly [number, number];
  readonly chat: readonly [number, number];
  readonly typicalMs: number;
  readonly stun?: readonly [number, number];
}

const CHARACTERS: Readonly<Record<Mode, Character>> = {
  mesh: {
    setUp: [27_400, 29_600],
    stun: [900, 1_380],
    heartbeat: [410, 410],
    chat: [0, 0],
    typicalMs: 6,
  },
  router: {
    setUp: [6_900, 4_300],
    heartbeat: [220, 220],
    // 233 B × 11 × 500
    chat: [106_500, 1_175_000],
    typicalMs: 4,
  },
  star: {
    setUp: [9_800, 12_100],
    heartbeat: [180, 180],
    chat: [1_382_000, 2_461_300],
    typicalMs: 31,
  },
};

const WRITING_FROM_MS = 4_200;
const WRITING_TO_MS = 54_300;
const IDLE_FROM_MS = 54_400;
const END_MS = 64_400;

function counted(character: Character, part: (kind: keyof ServerBytes['in']) => number) {
  const way = (index: 0 | 1) => ({
    setUp: Math.round(character.setUp[index] * part('setUp')),
    heartbeat: Math.round(character.heartbeat[index] * part('heartbeat')),
    chat: Math.round(character.chat[index] * part('chat')),
    stun: Math.round((character.stun?.[index] ?? 0) * part('stun')),
  });
  return { in: way(0), out: way(1) };
}

function sum({ setUp, heartbeat, chat }: ServerBytes['in']): number {
  return setUp + heartbeat + chat;
}

function seriesOf(character: Character): readonly ServerReading[] {
  const done = (at: number, from: number, to: number) =>
    Math.min(1, Math.max(0, (at - from) / (to - from)));
  const readings = Array.from({ length: Math.ceil(END_MS / 1000) }, (_, i) => (i + 1) * 1000);
  return readings.map((time) => {
    const atMs = Math.min(time, END_MS);
    const bytes = counted(character, (kind) => {
      if (kind === 'setUp' || kind === 'stun') return done(atMs, 0, 3_600) ** 0.8;
      if (kind === 'heartbeat') return Math.floor(done(atMs, 0, END_MS) * 5) / 5;
      return done(atMs, WRITING_FROM_MS, WRITING_TO_MS);
    });
    return {
      atMs,
      bytes,
      socketIn: sum(bytes.in),
      socketOut: sum(bytes.out),
      cpuMs: Math.round(180 + atMs / 90),
      memoryBytes: 78_000_000 + Math.round(atMs * 40),
    };
  });
}

/** Deliveries that lie around a time as times of a network do: a steep rise and a long tail. */
function histogramOf(typicalMs: number, deliveries: number): ModeResult['latencyHistogram'] {
  const bounds = Array.from({ length: 36 }, (_, i) => Number((2 ** (i / 3)).toPrecision(3)));
  const weights = bounds.map((bound) => {
    const distance = Math.log(bound / typicalMs);
    return Math.exp(-((distance / (distance < 0 ? 0.35 : 0.6)) ** 2));
  });
  const all = weights.reduce((a, b) => a + b, 0);
  const counts = weights.map((weight) => Math.floor((weight / all) * deliveries));
  // What rounding left over goes to the most frequent, so that the sum is the deliveries.
  const rest = deliveries - counts.reduce((a, b) => a + b, 0);
  const most = counts.indexOf(Math.max(...counts));
  return bounds.map((belowMs, i) => ({
    belowMs,
    count: (counts[i] ?? 0) + (i === most ? rest : 0),
  }));
}

const MESH: MeshFigures = {
  deliveries: 5_500,
  writing: {
    entries: 1_210_000,
    tree: 61_300,
    receipts: 214_000,
    presence: 88_400,
    repair: 9_100,
    overhead: 143_000,
  },
  idle: { entries: 0, tree: 0, receipts: 2_100, presence: 3_800, repair: 640, overhead: 21_700 },
  arrivals: { pushed: 5_498, repaired: 2, again: 66 },
  bytesPerDelivery: 231.4,
  duplicatesPerDelivery: 0.012,
  receiptsAndPresencePerEntryByte: 0.25,
  idleFramesPerSecond: 0.14,
  mostLinks: 8,
  directLinks: 43,
  relayedLinks: 0,
  firstLinkBytes: { n: 11, p50: 4_310, p95: 4_900, p99: 4_900, max: 4_900 },
};

export function sampleMode(
  mode: Mode,
  character: Character = CHARACTERS[mode],
  deliveries = 5_500,
): ModeResult {
  const { typicalMs } = character;
  const phase = (setUp: number, heartbeat: number, chat: number) =>
    counted(character, (kind) => ({ setUp, heartbeat, chat, stun: setUp })[kind]);
  const total = phase(1, 1, 1);
  const chat = { in: total.out.chat, out: total.in.chat };
  const nothing = { in: 0, out: 0 };
  return {
    mode,
    deliveries,
    delivered: deliveries,
    lost: 0,
    repeated: 0,
    latencyMs: {
      n: deliveries,
      p50: typicalMs * 1.12,
      p95: typicalMs * 2.6,
      p99: typicalMs * 4.1,
      max: typicalMs * 9.3,
    },
    latencyHistogram: histogramOf(typicalMs, deliveries),
    joinMs: {
      n: 12,
      p50: typicalMs * 30,
      p95: typicalMs * 48,
      p99: typicalMs * 55,
      max: typicalMs * 57,
    },
    server: {
      series: seriesOf(character),
      firstMessageAtMs: WRITING_FROM_MS,
      lastDeliveryAtMs: WRITING_TO_MS,
      idleBeganAtMs: IDLE_FROM_MS,
      idleEndedAtMs: END_MS,
      setUp: phase(1, 0, 0),
      writing: phase(0, 0.8, 1),
      session: phase(1, 0.8, 1),
      idle: phase(0, 0.2, 0),
      idleBytesPerSecond: (0.2 * (character.heartbeat[0] + character.heartbeat[1])) / 360,
      cpuMs: Math.round(180 + END_MS / 90),
      mostMemoryBytes: 80_576_000,
    },
    peers: {
      direct: mode === 'mesh' ? { in: 1_775_000, out: 1_775_000 } : nothing,
      relayed: mode === 'mesh' ? nothing : chat,
      signaling: {
        in: total.out.setUp + total.out.heartbeat,
        out: total.in.setUp + total.in.heartbeat,
      },
      joining: { in: total.out.setUp, out: total.in.setUp },
    },
    ...(mode === 'mesh' ? { mesh: MESH } : {}),
  };
}

export function sampleResult(options: Partial<Options> = {}): LoadtestResult {
  const all = { ...SAMPLE_OPTIONS, ...options };
  return {
    options: all,
    startedAt: '2026-11-24T10:12:44.000Z',
    machine: {
      node: 'v24.21.0',
      platform: 'linux',
      processors: 2,
      model: 'AMD EPYC 7B13',
      memoryGiB: 8,
    },
    commit: '7359039',
    wrong: [],
    modes: all.modes.map((mode) => sampleMode(mode)),
  };
}

/** Two browsers in the room, and a quarter of the peers relayed: frames of theirs cross the server. */
export function relayedResult(): LoadtestResult {
  const result = sampleResult({ peers: 10, browsers: 2, relayed: 0.25 });
  const relayed = { ...CHARACTERS.mesh, chat: [340_000, 352_000] as const, typicalMs: 9 };
  return {
    ...result,
    modes: result.modes.map((mode) =>
      mode.mode === 'mesh'
        ? {
            ...sampleMode('mesh', relayed),
            browsers: { direct: { in: 281_000, out: 264_000 } },
            mesh: { ...MESH, directLinks: 30, relayedLinks: 9 },
          }
        : mode,
    ),
  };
}
