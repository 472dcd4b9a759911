/** What a run shows in the terminal: one column for each way of doing it. */
import { allBytesPerDelivery, allOf } from './byte-sums.ts';
import { chatPerDelivery, session } from './load-measures.ts';
import type { InAndOut } from './participant.ts';
import type { LoadtestResult, ModeResult } from './result.ts';

type Row = readonly [name: string, value: (mode: ModeResult) => string];

export function terminalTable({ options, modes }: LoadtestResult): string {
  const rows: readonly Row[] = [
    ['deliveries', ({ delivered, deliveries }) => `${count(delivered)} of ${count(deliveries)}`],
    ['lost, repeated', ({ lost, repeated }) => `${lost}, ${repeated}`],
    ['server, whole session', (mode) => bytes(session(mode))],
    ['  set-up', ({ server }) => bytes(allOf(server.total, ['setUp']))],
    ['  chat', ({ server }) => bytes(allOf(server.total, ['chat']))],
    ['  keep-alives', keepAlives],
    ['server a delivery', (mode) => bytes(chatPerDelivery(mode))],
    [
      'server a second, idle peer',
      ({ server }) => maybe(server.idleBytesPerSecond, bytes, TOO_SHORT),
    ],
    ['server processor time', ({ server }) => milliseconds(server.cpuMs)],
    ['server memory at most', ({ server }) => bytes(server.mostMemoryBytes)],
    ['latency p50', ({ latencyMs }) => milliseconds(latencyMs.p50)],
    ['latency p95', ({ latencyMs }) => milliseconds(latencyMs.p95)],
    ['latency p99', ({ latencyMs }) => milliseconds(latencyMs.p99)],
    ['start to ready, p50', ({ joinMs }) => milliseconds(joinMs.p50)],
    ['peers, direct', ({ peers }) => inAndOut(peers.direct)],
    ['peers, by the server', ({ peers }) => inAndOut(peers.relayed)],
    ['peers, signaling', ({ peers }) => inAndOut(peers.signaling)],
    ['  of all three, while joining', ({ peers }) => inAndOut(peers.joining)],
    ...(options.browsers > 0
      ? [['browsers, direct', ({ browsers }) => maybe(browsers?.direct, inAndOut)] satisfies Row]
      : []),
    ['peers a delivery, entries and tree', ({ mesh }) => maybe(mesh?.bytesPerDelivery, bytes)],
    [
      '  with all else while writing',
      ({ mesh }) => maybe(mesh && allBytesPerDelivery(mesh), bytes),
    ],
    [
      'links direct, relayed',
      ({ mesh }) => maybe(mesh, (m) => `${count(m.directLinks)}, ${count(m.relayedLinks)}`),
    ],
  ];
  const table = columns([
    ['', ...modes.map(({ mode }) => mode)],
    ...rows.map(([name, value]) => [name, ...modes.map(value)]),
  ]);
  const short = modes.some(({ server }) => server.idleBytesPerSecond === undefined);
  return short ? `${table}\n${FOOTNOTE}` : table;
}

const TOO_SHORT = '– *';
const FOOTNOTE =
  '* over before a keep-alive was due: every 25 s, of automerge-repo every 5 s; a longer run (--idle 60) tells';

/** Nought would say that there are none. */
function keepAlives({ server }: ModeResult): string {
  const counted = allOf(server.total, ['heartbeat']);
  return counted === 0 && server.idleBytesPerSecond === undefined ? TOO_SHORT : bytes(counted);
}

/** The first column to the left, the others to the right. */
function columns(rows: readonly (readonly string[])[]): string {
  const widths = (rows[0] ?? []).map((_, c) => Math.max(...rows.map((row) => row[c]?.length ?? 0)));
  return rows
    .map((row) =>
      row
        .map((cell, c) => (c === 0 ? cell.padEnd(widths[c] ?? 0) : cell.padStart(widths[c] ?? 0)))
        .join('   ')
        .trimEnd(),
    )
    .join('\n');
}

function maybe<T>(value: T | undefined, show: (value: T) => string, none = '–'): string {
  return value === undefined ? none : show(value);
}

function inAndOut(both: InAndOut): string {
  return `${bytes(both.in)} in, ${bytes(both.out)} out`;
}

function count(n: number): string {
  return n.toLocaleString('en-GB', { maximumFractionDigits: 1 });
}

function milliseconds(ms: number): string {
  return ms >= 10_000
    ? `${(ms / 1000).toFixed(1)} s`
    : `${ms >= 100 ? ms.toFixed(0) : ms.toFixed(1)} ms`;
}

function bytes(n: number): string {
  if (n >= 1e6) return `${(n / 1e6).toFixed(n >= 1e8 ? 0 : 2)} MB`;
  if (n >= 1e4) return `${(n / 1e3).toFixed(1)} kB`;
  return `${count(n)} B`;
}
