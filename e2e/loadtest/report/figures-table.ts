/** All figures of the run, a row each, and what it takes to get them again. */

import { met } from '../../bench/measure.ts';
import { aboutOf, targetOf } from '../../bench/targets.ts';
import { commandLine } from '../arguments.ts';
import { allBytesPerDelivery, allOf, serverBytesPerDelivery } from '../byte-sums.ts';
import { loadMeasures } from '../load-measures.ts';
import type { InAndOut } from '../participant.ts';
import type { LoadtestResult, MeshWire, ModeResult } from '../result.ts';
import { KIND_NAMES, type ServerBytes, SOCKET_KINDS, TRAFFIC_KINDS } from '../server-traffic.ts';
import { exact, figure, latencies, percent, whole } from './amounts.ts';
import { nameOf, tableOf } from './chart.ts';
import { type Html, html } from './html.ts';

type Row = readonly [name: string, value: (mode: ModeResult) => string];

function serverRows(): readonly Row[] {
  const total = (part: (all: ServerBytes) => number) => (mode: ModeResult) =>
    exact(part(mode.server.session));
  const sumOf = (way: ServerBytes['in']) => TRAFFIC_KINDS.reduce((sum, kind) => sum + way[kind], 0);
  const atTheSocket = ({ server }: ModeResult) => {
    const last = server.series.at(-1);
    if (!last) return 'not read';
    const parts = allOf(last.bytes, SOCKET_KINDS);
    const socket = last.socketIn + last.socketOut;
    return parts === socket
      ? `${exact(socket)}, agrees`
      : `${exact(socket)}, off by ${exact(parts - socket)}`;
  };
  return [
    ['in and out', total(whole)],
    ['in', total((all) => sumOf(all.in))],
    ['out', total((all) => sumOf(all.out))],
    ...TRAFFIC_KINDS.flatMap((kind): readonly Row[] => [
      [`${KIND_NAMES[kind]}, in`, total((all) => all.in[kind])],
      [`${KIND_NAMES[kind]}, out`, total((all) => all.out[kind])],
    ]),
    ['while they joined', ({ server }) => exact(whole(server.setUp))],
    ['while they wrote', ({ server }) => exact(whole(server.writing))],
    [
      'while they wrote, each delivery, heartbeats apart',
      (mode) => figure(serverBytesPerDelivery(mode)),
    ],
    ['idling after it, not in the above', ({ server }) => exact(whole(server.idle))],
    [
      'a second and idle peer',
      ({ server }) =>
        server.idleBytesPerSecond === undefined ? 'too short' : figure(server.idleBytesPerSecond),
    ],
    ['the TCP sockets’ own count at the last reading', atTheSocket],
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
    (name): Row => [`latency, ${name}`, ({ latencyMs }) => latencies(latencyMs)[name]],
  ),
  ['deliveries timed', ({ latencyMs }) => exact(latencyMs.n)],
  ...(['p50', 'p95', 'p99', 'max'] as const).map(
    (name): Row => [`from start to ready, ${name}`, ({ joinMs }) => latencies(joinMs)[name]],
  ),
  ['peers timed', ({ joinMs }) => exact(joinMs.n)],
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
    ['', ...modes.map(({ mode }) => nameOf(mode))],
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

function meshBlock({ mesh }: ModeResult): Html | undefined {
  if (!mesh) return undefined;
  const maybe = (value: number | undefined) => (value === undefined ? '–' : figure(value));
  const figures = tableOf(
    'The mesh between peers',
    ['', 'Mesh'],
    [
      ['bytes between peers, entries and tree, each delivery', maybe(mesh.bytesPerDelivery)],
      [
        'all bytes between peers while they wrote, each delivery',
        figure(allBytesPerDelivery(mesh)),
      ],
      ['entries that came to who held them, each delivery', maybe(mesh.duplicatesPerDelivery)],
      ['entries that a repair brought', exact(mesh.arrivals.repaired)],
      ['receipts and presence ÷ entries', maybe(mesh.receiptsAndPresencePerEntryByte)],
      [
        `frames a second and peer when nobody writes (at most ${targetOf('Q1')?.value}; takes --idle 30)`,
        figure(mesh.idleFramesPerSecond),
      ],
      ...(mesh.firstLinkBytes
        ? [
            [
              `server bytes to a peer’s first link, median of ${mesh.firstLinkBytes.n}`,
              exact(mesh.firstLinkBytes.p50),
            ],
          ]
        : []),
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

/** The codes of the measures, with what each is. */
function measuresBlock(result: LoadtestResult): Html | undefined {
  const rows = Object.entries(loadMeasures(result)).map(([id, measure]) => {
    const { value, unit, target } = measure;
    const verdict = met(measure);
    return [
      html`<b>${id}</b> <small>${aboutOf(id)}</small>`,
      `${figure(value)} ${unit}`,
      target ? `${target.op === '<=' ? 'at most' : 'at least'} ${figure(target.value)}` : '–',
      verdict === undefined ? '–' : verdict ? 'met' : 'missed',
    ];
  });
  if (rows.length === 0) return undefined;
  const table = tableOf('The project’s measures', ['', 'this run', 'aim', ''], rows);
  return html`<h3>The project’s measures <small>an aim is judged where it was measured as it is defined</small></h3>${table}`;
}

export function figuresTable(result: LoadtestResult): Html {
  const { modes } = result;
  const mesh = modes.find(({ mode }) => mode === 'mesh');
  return html`${measuresBlock(result)}${block('The server’s traffic', 'bytes of a whole session, at its sockets', modes, serverRows())}${block('Deliveries', 'a message in one other member’s view', modes, DELIVERY_ROWS)}${block('Times', 'from the call that writes to the other’s view; – where there are too few to say', modes, TIME_ROWS)}${block('The server’s machine', 'its process alone', modes, MACHINE_ROWS)}${block('The peers’ traffic', 'bytes of those without a browser, idling included', modes, peerRows(modes))}<p class="note">Peer to peer counts what is handed to data channels: DTLS, SCTP, ICE and the headers below come on top on the wire, as TCP’s and TLS’s do at the server.</p>${mesh ? meshBlock(mesh) : undefined}`;
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
