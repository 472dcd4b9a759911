/** What a run shows in the terminal: one column for each way of doing it. */
import { allBytesPerDelivery, allOf, serverBytesPerDelivery } from './byte-sums.ts';
import type { InAndOut } from './participant.ts';
import { bytes, exact, figure, latencies, milliseconds } from './report/amounts.ts';
import type { LoadtestResult, ModeResult } from './result.ts';
import { KIND_NAMES, TRAFFIC_KINDS } from './server-traffic.ts';

type Row = readonly [name: string, value: (mode: ModeResult) => string];

export function terminalTable({ options, modes }: LoadtestResult): string {
  const rows: readonly Row[] = [
    ['deliveries', ({ delivered, deliveries }) => `${exact(delivered)} of ${exact(deliveries)}`],
    ['lost, repeated', ({ lost, repeated }) => `${lost}, ${repeated}`],
    ['server, whole session', ({ server }) => bytes(allOf(server.session))],
    ...TRAFFIC_KINDS.map(
      (kind): Row => [
        `  ${KIND_NAMES[kind]}`,
        ({ server }) => bytes(allOf(server.session, [kind])),
      ],
    ),
    ['server a delivery, while written', (mode) => bytes(serverBytesPerDelivery(mode))],
    [
      'server a second, idle peer',
      ({ server }) => maybe(server.idleBytesPerSecond, bytes, TOO_SHORT),
    ],
    ['server processor time', ({ server }) => milliseconds(server.cpuMs)],
    ['server memory at most', ({ server }) => bytes(server.mostMemoryBytes)],
    ['latency p50', ({ latencyMs }) => latencies(latencyMs).p50],
    ['latency p95', ({ latencyMs }) => latencies(latencyMs).p95],
    ['latency p99', ({ latencyMs }) => latencies(latencyMs).p99],
    ['start to ready, p50', ({ joinMs }) => latencies(joinMs).p50],
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
    ['entries that a repair brought', ({ mesh }) => maybe(mesh?.arrivals.repaired, figure)],
    [
      'links direct, relayed',
      ({ mesh }) => maybe(mesh, (m) => `${exact(m.directLinks)}, ${exact(m.relayedLinks)}`),
    ],
  ];
  const table = columns([
    ['', ...modes.map(({ mode }) => mode)],
    ...rows.map(([name, value]) => [name, ...modes.map(value)]),
  ]);
  const short = modes.some(({ server }) => server.idleBytesPerSecond === undefined);
  return `${table}\n${short ? `${FOOTNOTE}\n` : ''}${SPAN}`;
}

const TOO_SHORT = '– *';
const FOOTNOTE =
  '* over before a keep-alive was due: every 25 s, of automerge-repo every 5 s; a longer run (--idle 26) tells';
const SPAN =
  'A session lasts from the first peer’s start until the last message is everywhere; what idles after it is the row a second.';

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
