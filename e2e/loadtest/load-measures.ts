/** The measures of `measures.md` that a load test gives, each beside the other ways of doing it in the same run. */
import { HERE_MS } from '@snug/client/mesh/presence/attendance.ts';
import { type Measure, type Measures, onlyFinite } from '../bench/measure.ts';
import { measured } from '../bench/targets.ts';
import { AUTOMERGE_REPO_AT_30, STOCK_SYNC_AFTER_LOSS } from '../bench/wire-figures.ts';
import { allOf, socketBytesPerDelivery } from './byte-sums.ts';
import type { Mode } from './modes.ts';
import type { Options } from './options.ts';
import type { LoadtestResult, MeshFigures, ModeResult } from './result.ts';

/** What was not measured, or means something else under these options, is left out. Where something is wrong nothing is judged. */
export function loadMeasures(result: LoadtestResult): Measures {
  const mesh = result.modes.find(({ mode }) => mode === 'mesh');
  if (mesh?.mesh === undefined || mesh.delivered === 0) return {};
  const all = onlyFinite({
    ...ofServer(result, mesh),
    ...ofWire(result.options, mesh.mesh),
  });
  if (result.wrong.length === 0) return all;
  return Object.fromEntries(
    Object.entries(all).map(([id, measure]) => [id, { ...measure, doubtful: true as const }]),
  );
}

function ofServer({ options, modes }: LoadtestResult, mesh: ModeResult): Measures {
  const others = modes.filter(({ mode }) => mode !== 'mesh');
  const beside = (value: (mode: ModeResult) => number | undefined) =>
    Object.fromEntries(
      others.flatMap((mode) => {
        const found = value(mode);
        return found === undefined ? [] : [[mode.mode, found]];
      }),
    );
  const measures: Record<string, Measure> = {};
  const direct = options.relayed === 0;
  // Who joins late is introduced while others write: then it is no steady state.
  if (direct && options.late === 0)
    measures.R1 = measured('R1', socketBytesPerDelivery(mesh), {
      compared: {
        ...beside(socketBytesPerDelivery),
        'heartbeats meanwhile, B': allOf(mesh.server.writing, ['heartbeat']),
        'STUN of new links meanwhile, B': allOf(mesh.server.writing, ['stun']),
      },
    });
  const router = find(modes, 'router');
  if (router !== undefined && router.delivered > 0) {
    const id = `R2@${options.messages}`;
    measures[id] = measured(
      id,
      sessionBytes(mesh) / sessionBytes(router),
      { compared: { mesh: sessionBytes(mesh), ...beside(sessionBytes) } },
      direct && roomOf(options) === 12 && options.rate === 10,
    );
  }
  const first = mesh.mesh?.firstLinkBytes;
  if (first !== undefined)
    measures.R3 = measured('R3', first.p50, { compared: { newcomers: first.n, most: first.max } });
  const idle = mesh.server.idleBytesPerSecond;
  // What is relayed, presence too, goes by the server, whoever idles.
  if (idle !== undefined && direct)
    measures.R3idle = measured('R3idle', idle, {
      compared: {
        ...beside(({ server }) => server.idleBytesPerSecond),
        'STUN while nobody wrote, B': allOf(mesh.server.idle, ['stun']),
      },
    });
  return measures;
}

function ofWire(options: Options, mesh: MeshFigures): Measures {
  const room = roomOf(options);
  const { writing, arrivals } = mesh;
  const of = (id: string, value: number | undefined, compared: Measure['compared'] = {}) => ({
    [`${id}@${room}`]: measured(
      `${id}@${room}`,
      value ?? Number.NaN,
      { compared },
      asDefined(options),
    ),
  });
  return {
    ...of('W1', mesh.bytesPerDelivery, {
      ...(room === 30 ? { 'automerge-repo mesh': AUTOMERGE_REPO_AT_30 } : {}),
      ...perDelivery(mesh),
    }),
    ...of('W3', mesh.duplicatesPerDelivery, { 'flooding a full mesh': room - 2, ...arrivals }),
    ...of('A1', mesh.receiptsAndPresencePerEntryByte, {
      'receipts alone': writing.receipts / writing.entries,
      'presence alone': writing.presence / writing.entries,
    }),
    [`W4@${room}`]: measured(`W4@${room}`, mesh.mostLinks, { compared: { 'full mesh': room - 1 } }),
    // In a shorter time everybody may have said that they are here, or nobody.
    ...(options.idle * 1000 >= HERE_MS && {
      Q1: measured('Q1', mesh.idleFramesPerSecond, {
        compared: { 'stock sync after a loss': STOCK_SYNC_AFTER_LOSS, ...mesh.idleFramesByKind },
      }),
    }),
  };
}

/** W1, W3 and A1 are of one who writes 60 characters a second, to links that are direct, in a room where nobody comes. */
function asDefined({ size, writers, rate, relayed, late }: Options): boolean {
  return size === 60 && writers === 1 && rate === 1 && relayed === 0 && late === 0;
}

function roomOf({ peers, browsers }: Options): number {
  return peers + browsers;
}

function find(modes: readonly ModeResult[], wanted: Mode): ModeResult | undefined {
  return modes.find(({ mode }) => mode === wanted);
}

function sessionBytes({ server }: ModeResult): number {
  return allOf(server.session);
}

function perDelivery({ writing, deliveries }: MeshFigures): Readonly<Record<string, number>> {
  return Object.fromEntries(
    Object.entries(writing).map(([kind, bytes]) => [kind, bytes / Math.max(1, deliveries)]),
  );
}
