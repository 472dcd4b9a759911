/** All figures of the run, a row each, and what it takes to get them again. */
import { commandLine } from '../arguments.ts';
import { allBytesPerDelivery } from '../byte-sums.ts';
import type { JoinPattern } from '../options.ts';
import type { InAndOut } from '../participant.ts';
import type { LoadtestResult, MeshWire, ModeResult } from '../result.ts';
import type { ServerBytes } from '../server-traffic.ts';
import { exact, figure, milliseconds, ofKind, percent, whole } from './amounts.ts';
import { MODE_NAMES, tableOf } from './chart.ts';
import { type Html, html } from './html.ts';

type Row = readonly [name: string, value: (mode: ModeResult) => string];

function serverRows(): readonly Row[] {
  const total = (part: (all: ServerBytes) => number) => (mode: ModeResult) =>
    exact(part(mode.server.total));
  const sumOf = (way: ServerBytes['in']) => way.setUp + way.heartbeat + way.chat;
  const atTheSocket = ({ server }: ModeResult) => {
    const last = server.series.at(-1);
    if (!last) return 'not read';
    const parts = whole(last.bytes);
    const socket = last.socketIn + last.socketOut;
    return parts === socket
      ? `${exact(socket)}, agrees`
      : `${exact(socket)}, off by ${exact(parts - socket)}`;
  };
  return [
    ['in and out', total(whole)],
    ['in', total((all) => sumOf(all.in))],
    ['out', total((all) => sumOf(all.out))],
    ['set-up, in', total((all) => all.in.setUp)],
    ['set-up, out', total((all) => all.out.setUp)],
    ['heartbeats, in', total((all) => all.in.heartbeat)],
    ['heartbeats, out', total((all) => all.out.heartbeat)],
    ['chat, in', total((all) => all.in.chat)],
    ['chat, out', total((all) => all.out.chat)],
    ['while they joined', ({ server }) => exact(whole(server.setUp))],
    ['while they wrote', ({ server }) => exact(whole(server.writing))],
    ['while nobody wrote', ({ server }) => exact(whole(server.idle))],
    [
      'chat while they wrote, each delivery',
      ({ server, delivered }) =>
        figure(delivered > 0 ? ofKind(server.writing, 'chat') / delivered : 0),
    ],
    ['the sockets’ own count at the last reading', atTheSocket],
  ];
}

const DELIVERY_ROWS: readonly Row[] = [
  ['deliveries planned', ({ deliveries }) => exact(deliveries)],
  ['delivered', ({ delivered }) => exact(delivered)],
  ['lost', ({ lost }) => exact(lost)],
  ['repeated', ({ repeated }) => exact(repeated)],
];

const TIME_ROWS: readonly Row[] = [
  ...(['p50', 'p95', 'p99', 'max'] as const).map(
    (name): Row => [`latency, ${name}`, ({ latencyMs }) => milliseconds(latencyMs[name])],
  ),
  ...(['p50', 'p95', 'p99', 'max'] as const).map(
    (name): Row => [`from start to ready, ${name}`, ({ joinMs }) => milliseconds(joinMs[name])],
  ),
];

const MACHINE_ROWS: readonly Row[] = [
  ['processor time, ms', ({ server }) => exact(server.cpuMs)],
  ['most memory, MB', ({ server }) => figure(server.mostMemoryBytes / 1e6)],
];

/** A path's bytes, in and out. */
function bothRows(name: string, way: (mode: ModeResult) => InAndOut | undefined): readonly Row[] {
  const row = (which: 'in' | 'out'): Row => [
    `${name}, ${which}`,
    (mode) => {
      const counted = way(mode);
      return counted ? exact(counted[which]) : '–';
    },
  ];
  return [row('in'), row('out')];
}

function peerRows(modes: readonly ModeResult[]): readonly Row[] {
  return [
    ...bothRows('peer to peer', ({ peers }) => peers.direct),
    ...bothRows('chat by way of the server', ({ peers }) => peers.relayed),
    ...bothRows('all else with the server', ({ peers }) => peers.signaling),
    ...bothRows('of all that, while they joined', ({ peers }) => peers.joining),
    ...(modes.some(({ browsers }) => browsers)
      ? bothRows('browsers, peer to peer', ({ browsers }) => browsers?.direct)
      : []),
  ];
}

function block(
  title: string,
  about: string,
  modes: readonly ModeResult[],
  rows: readonly Row[],
): Html {
  const table = tableOf(
    title,
    ['', ...modes.map(({ mode }) => MODE_NAMES[mode])],
    rows.map(([name, value]) => [name, ...modes.map(value)]),
    'scroll even',
  );
  return html`<h3>${title} <small>${about}</small></h3>${table}`;
}

const WIRE: readonly (readonly [keyof MeshWire, string])[] = [
  ['entries', 'entries'],
  ['tree', 'tree'],
  ['receipts', 'receipts'],
  ['presence', 'presence'],
  ['repair', 'repair'],
  ['overhead', 'heartbeats, acknowledgements, routes'],
];

function meshBlock({ mesh }: ModeResult, join: JoinPattern): Html | undefined {
  if (!mesh) return undefined;
  const figures = tableOf(
    'The mesh between peers',
    ['', 'Mesh'],
    [
      ['bytes between peers, entries and tree, each delivery', figure(mesh.bytesPerDelivery)],
      [
        'all bytes between peers while they wrote, each delivery',
        figure(allBytesPerDelivery(mesh)),
      ],
      ['duplicates, each delivery', figure(mesh.duplicatesPerDelivery)],
      ['receipts and presence ÷ entries', figure(mesh.receiptsAndPresencePerEntryByte)],
      ['frames a second and peer when nobody writes', figure(mesh.idleFramesPerSecond)],
      [
        join === 'one-by-one'
          ? 'server bytes to a peer’s first link, median'
          : 'server bytes of the set-up, each peer',
        exact(mesh.firstLinkBytes),
      ],
      ['direct links', exact(mesh.directLinks)],
      ['relayed links', exact(mesh.relayedLinks)],
      ['most links of one peer', exact(mesh.mostLinks)],
    ],
  );
  const wire = tableOf(
    'Bytes that came to peers, by what they were for',
    ['', 'writing', 'idle'],
    WIRE.map(([key, name]) => [name, exact(mesh.writing[key]), exact(mesh.idle[key])]),
  );
  return html`<h3>The mesh between peers</h3>${figures}<h3>What came to peers <small>bytes, all links, by what they were for</small></h3>${wire}`;
}

export function figuresTable({ modes, options }: LoadtestResult): Html {
  const mesh = modes.find(({ mode }) => mode === 'mesh');
  return html`${block('The server’s traffic', 'bytes', modes, serverRows())}${block('Deliveries', 'a message in one other member’s view', modes, DELIVERY_ROWS)}${block('Times', 'from the call that writes to the other’s view', modes, TIME_ROWS)}${block('The server’s machine', 'its process alone', modes, MACHINE_ROWS)}${block('The peers’ traffic', 'bytes, of those without a browser', modes, peerRows(modes))}${mesh ? meshBlock(mesh, options.join) : undefined}`;
}

/** Options, machine, commit, and the command line of this run. */
export function runOf({ options, machine, startedAt, commit }: LoadtestResult): Html {
  const rows = [
    ['started', startedAt],
    ['commit', commit],
    ['machine', `${machine.processors} × ${machine.model}, ${machine.memoryGiB} GiB`],
    ['system', `${machine.platform}, Node ${machine.node}`],
    ['peers', `${options.peers} without a browser, ${options.browsers} Chromium pages`],
    ['messages', `${exact(options.messages)} at ${figure(options.rate)} a second`],
    ['size', options.size === 'mixed' ? 'mixed, mostly short' : `${options.size} bytes of text`],
    ['writers', String(options.writers)],
    ['modes', options.modes.join(', ')],
    ['join', options.join],
    ['relayed', `${percent(options.relayed)} of the peers`],
    ['late', String(options.late)],
    ['idle', `${options.idle} s`],
    ['seed', String(options.seed)],
  ].map(([name, value]) => html`<div><dt>${name}</dt><dd>${value}</dd></div>`);
  const command = `${commandLine(options)} --report report.html`
    .split(/ (?=--\w)/)
    .map((part) => html`<span>${part}</span> `);
  return html`<dl class="run">${rows}</dl><p>To repeat it, at this commit:</p><pre class="code" tabindex="0"><code>${command}</code></pre>`;
}
