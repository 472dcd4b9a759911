/** The measures of `measures.md` that a load test gives, each beside the other ways of doing it in the same run. */
import { HERE_MS } from '@snug/client/mesh/presence/attendance.ts';
import type { Measure } from '../bench/measure.ts';
import { allOf } from './byte-sums.ts';
import type { Mode } from './options.ts';
import type { LoadtestResult, MeshFigures, ModeResult } from './result.ts';

/** automerge-repo over a full mesh of 30, unsigned and unsealed: bytes a delivery. */
const AUTOMERGE_REPO_AT_30 = 13_310;

export function loadMeasures(result: LoadtestResult): Readonly<Record<string, Measure>> {
  const { options, modes } = result;
  const find = (mode: Mode) => modes.find((one) => one.mode === mode);
  const mesh = find('mesh');
  const figures = mesh?.mesh;
  if (mesh === undefined || figures === undefined) return {};
  const others = modes.filter(({ mode }) => mode !== 'mesh');
  const beside = (value: (mode: ModeResult) => number | undefined) =>
    Object.fromEntries(
      others.flatMap((mode) => {
        const found = value(mode);
        return found === undefined ? [] : [[mode.mode, found]];
      }),
    );
  const room = options.peers + options.browsers;
  const measures: Record<string, Measure> = {};
  // Who cannot connect directly is relayed, and who joins late is introduced meanwhile: then it is no steady state.
  if (options.relayed === 0 && options.late === 0)
    measures.R1 = {
      value: chatPerDelivery(mesh),
      unit: 'server B a delivery',
      target: { op: '<=', value: 0 },
      compared: { ...beside(chatPerDelivery), 'keep-alives meanwhile, B': keepAlives(mesh) },
    };
  const router = find('router');
  if (router !== undefined)
    measures[`R2@${options.messages}`] = {
      value: session(mesh) / session(router),
      unit: "÷ the router's",
      ...r2Target(options.messages),
      compared: { mesh: session(mesh), ...beside(session) },
    };
  if (options.relayed === 0)
    measures.R3 = {
      value: figures.firstLinkBytes,
      unit: 'server B',
      target: { op: '<=', value: 6000 },
      compared: {},
    };
  const idle = mesh.server.idleBytesPerSecond;
  if (idle !== undefined)
    measures.R3idle = {
      value: idle,
      unit: 'server B/s a peer',
      target: { op: '<=', value: 1 },
      compared: beside(({ server }) => server.idleBytesPerSecond),
    };
  measures[`W1@${room}`] = {
    value: figures.bytesPerDelivery,
    unit: 'wire B a delivery',
    target: { op: '<=', value: 260 },
    compared: {
      ...(room === 30 ? { 'automerge-repo mesh': AUTOMERGE_REPO_AT_30 } : {}),
      ...perDelivery(figures),
    },
  };
  measures[`W3@${room}`] = {
    value: figures.duplicatesPerDelivery,
    unit: 'duplicates a delivery',
    target: { op: '<=', value: 0.05 },
    compared: { 'flooding a full mesh': room - 2 },
  };
  measures[`A1@${room}`] = {
    value: figures.receiptsAndPresencePerEntryByte,
    unit: '÷ entry bytes',
    target: { op: '<=', value: 0.5 },
    compared: {
      'receipts alone': figures.writing.receipts / figures.writing.entries,
      'presence alone': figures.writing.presence / figures.writing.entries,
    },
  };
  measures[`W4@${room}`] = {
    value: figures.mostLinks,
    unit: 'links at most',
    target: { op: '<=', value: 8 },
    compared: { 'full mesh': room - 1 },
  };
  // In a shorter time everybody may have said that they are here, or nobody.
  if (options.idle * 1000 >= HERE_MS)
    measures.Q1 = {
      value: figures.idleFramesPerSecond,
      unit: 'frames/s a peer',
      target: { op: '<=', value: 0.5 },
      compared: { 'stock sync after a loss': 170, ...figures.idleFramesByKind },
    };
  return measures;
}

function r2Target(messages: number): Pick<Measure, 'target'> {
  if (messages >= 10_000) return { target: { op: '<=', value: 0.01 } };
  if (messages >= 500) return { target: { op: '<=', value: 0.1 } };
  return {};
}

/** While messages were written: all but keep-alives. */
export function chatPerDelivery({ server, delivered }: ModeResult): number {
  return allOf(server.writing, ['chat', 'setUp']) / Math.max(1, delivered);
}

function keepAlives({ server }: ModeResult): number {
  return allOf(server.writing, ['heartbeat']);
}

/** From the first peer's start until what the last message brought about is done, keep-alives included. */
export function session({ server }: ModeResult): number {
  return allOf(server.setUp) + allOf(server.writing);
}

function perDelivery({ writing, deliveries }: MeshFigures): Readonly<Record<string, number>> {
  return Object.fromEntries(
    Object.entries(writing).map(([kind, bytes]) => [kind, bytes / Math.max(1, deliveries)]),
  );
}
