/** What went through the server's sockets over time: all of it on one scale, then each mode by itself, by what it was for. */
import { MODES } from '../modes.ts';
import type { LoadtestResult, ModeResult } from '../result.ts';
import {
  KIND_NAMES,
  type ServerBytes,
  SOCKET_KINDS,
  TRAFFIC_KINDS,
  type TrafficKind,
} from '../server-traffic.ts';
import { bytes, exact, ofKind, roundBytes, whole } from './amounts.ts';
import {
  type Box,
  type Drawing,
  endings,
  figureOf,
  horizontalGrid,
  labelsBelow,
  linear,
  nameOf,
  pathOf,
  px,
  type Scale,
  tableOf,
  ticks,
  WIDTHS,
  type Width,
} from './chart.ts';
import { type Html, html } from './html.ts';

interface Moment {
  readonly atMs: number;
  /** In and out so far. */
  readonly bytes: Readonly<Record<TrafficKind, number>>;
}

const BEGINNING: Moment = { atMs: 0, bytes: { setUp: 0, heartbeat: 0, chat: 0, stun: 0 } };

function byKind(counted: ServerBytes): Moment['bytes'] {
  return {
    setUp: ofKind(counted, 'setUp'),
    heartbeat: ofKind(counted, 'heartbeat'),
    chat: ofKind(counted, 'chat'),
    stun: ofKind(counted, 'stun'),
  };
}

/** Of the session alone: it ends when idling begins. */
function sessionOf({ server }: ModeResult): readonly Moment[] {
  return [
    ...momentsOf(server.series.filter(({ atMs }) => atMs < server.idleBeganAtMs)),
    { atMs: server.idleBeganAtMs, bytes: byKind(server.session) },
  ];
}

function momentsOf(series: ModeResult['server']['series']): readonly Moment[] {
  const later = series.filter(({ atMs }) => atMs > 0);
  return [BEGINNING, ...later.map(({ atMs, bytes }) => ({ atMs, bytes: byKind(bytes) }))];
}

function sumOf(moment: Moment): number {
  return TRAFFIC_KINDS.reduce((sum, kind) => sum + moment.bytes[kind], 0);
}

const seconds = (s: number) => exact(s);

/** Whole seconds, up to the last that the run reached. */
function secondTicks(endMs: number, about: number): readonly number[] {
  return ticks(endMs / 1000, about).filter((s) => s <= endMs / 1000);
}

/** Everything the server carried so far, all modes on one scale. */
export function totalChart({ modes }: LoadtestResult): Html {
  const endMs = Math.max(1000, ...modes.map(({ server }) => server.idleBeganAtMs));
  const most = Math.max(...modes.map(({ server }) => whole(server.session)));
  const draw = (width: Width): Drawing => {
    const narrow = width === 'narrow';
    const box: Box = {
      left: narrow ? 56 : 64,
      right: WIDTHS[width] - (narrow ? 62 : 84),
      top: 14,
      bottom: narrow ? 230 : 290,
    };
    const x = linear(0, endMs, box.left, box.right);
    const marks = ticks(most, narrow ? 4 : 5);
    const y = linear(0, marks.at(-1) ?? 1, box.bottom, box.top);
    const lines = modes.map((mode) => {
      const carried = px(y(whole(mode.server.session)));
      const points = sessionOf(mode).map((each) => [x(each.atMs), y(sumOf(each))] as const);
      return html`<path class="line ${mode.mode}" d="${pathOf(points)}"/><line class="after ${mode.mode}" x1="${px(x(mode.server.idleBeganAtMs))}" x2="${box.right}" y1="${carried}" y2="${carried}"/>`;
    });
    const ends = modes.map(({ mode, server }) => {
      const carried = whole(server.session);
      return { mode, y: y(carried), words: [nameOf(mode), bytes(carried)] };
    });
    return {
      height: box.bottom + 44,
      content: [
        horizontalGrid(box, y, marks, roundBytes),
        labelsBelow(
          box,
          (s) => x(s * 1000),
          secondTicks(endMs, narrow ? 4 : 8),
          seconds,
          'seconds since the first peer came',
        ),
        ...lines,
        ...endings(ends, box.right + 10, box.top + 8, box.bottom + 4),
      ],
    };
  };
  const times = secondTicks(endMs, 12).slice(1);
  const at = (mode: ModeResult, s: number) =>
    sessionOf(mode)
      .filter(({ atMs }) => atMs <= s * 1000)
      .at(-1) ?? BEGINNING;
  return figureOf({
    id: 'traffic-total',
    description: `Bytes through the server so far, over time. ${modes.map(({ mode, server }) => `${nameOf(mode)} ends at ${bytes(whole(server.session))}`).join('. ')}.`,
    draw,
    tableTitle: 'These figures as a table',
    table: tableOf(
      'Bytes through the server so far',
      ['Second', ...modes.map(({ mode }) => nameOf(mode))],
      [
        ...times.map((s) => [exact(s), ...modes.map((mode) => exact(sumOf(at(mode, s))))]),
        ['In the end', ...modes.map(({ server }) => exact(whole(server.session)))],
      ],
    ),
  });
}

/** Bytes a second of each kind, between one reading and the next. */
function ratesBetween(moments: readonly Moment[]) {
  return moments.slice(1).map((now, i) => {
    const before = moments[i] ?? BEGINNING;
    const perSecond = 1000 / Math.max(1, now.atMs - before.atMs);
    const rate = (kind: TrafficKind) =>
      Math.max(0, now.bytes[kind] - before.bytes[kind]) * perSecond;
    return {
      fromMs: before.atMs,
      toMs: now.atMs,
      rates: {
        setUp: rate('setUp'),
        heartbeat: rate('heartbeat'),
        chat: rate('chat'),
        stun: rate('stun'),
      },
    };
  });
}

function phases({ server }: ModeResult): readonly (readonly [string, number, number])[] {
  return [
    ['joining', 0, server.firstMessageAtMs],
    ['writing', server.firstMessageAtMs, server.idleBeganAtMs],
    ['idle', server.idleBeganAtMs, server.idleEndedAtMs],
  ];
}

function phaseMarks(mode: ModeResult, box: Box, x: Scale): Html[] {
  return phases(mode)
    .filter(([, from, to]) => to > from)
    .map(([name, from, to]) => {
      const room = x(to) - x(from) > name.length * 7;
      const edge =
        from > 0
          ? html`<line class="phase" x1="${px(x(from))}" x2="${px(x(from))}" y1="${box.top - 18}" y2="${box.bottom}"/>`
          : undefined;
      const word = room
        ? html`<text class="tick" x="${px((x(from) + x(to)) / 2)}" y="${box.top - 8}" text-anchor="middle">${name}</text>`
        : undefined;
      return html`${edge}${word}`;
    });
}

function panelOf(mode: ModeResult, endMs: number, width: Width): Drawing {
  const narrow = width === 'narrow';
  const box: Box = {
    left: narrow ? 64 : 72,
    right: WIDTHS[width] - 8,
    top: 24,
    bottom: narrow ? 134 : 144,
  };
  const steps = ratesBetween(momentsOf(mode.server.series));
  const most = Math.max(...steps.map(({ rates: r }) => r.setUp + r.heartbeat + r.chat + r.stun), 1);
  const marks = ticks(most, 3);
  const x = linear(0, endMs, box.left, box.right);
  const y = linear(0, marks.at(-1) ?? 1, box.bottom, box.top);
  const bars = TRAFFIC_KINDS.map((kind, index) => {
    const d = steps.flatMap(({ fromMs, toMs, rates }) => {
      if (rates[kind] <= 0) return [];
      const below = TRAFFIC_KINDS.slice(0, index).reduce((sum, other) => sum + rates[other], 0);
      const [left, right] = [px(x(fromMs)), px(x(toMs))];
      return [`M${left} ${px(y(below))}V${px(y(below + rates[kind]))}H${right}V${px(y(below))}Z`];
    });
    return html`<path class="kind ${kind} ${mode.mode}" d="${d.join('')}"/>`;
  });
  return {
    height: box.bottom + 44,
    content: [
      horizontalGrid(box, y, marks, (value) => `${roundBytes(value)}/s`),
      ...bars,
      ...phaseMarks(mode, box, x),
      labelsBelow(
        box,
        (s) => x(s * 1000),
        secondTicks(endMs, narrow ? 4 : 8),
        seconds,
        'seconds since the first peer came',
      ),
    ],
  };
}

/** Bytes a second by kind, each mode on a scale of its own, which it names. */
export function kindCharts({ modes }: LoadtestResult): Html {
  const endMs = Math.max(1000, ...modes.map(({ server }) => server.idleEndedAtMs));
  const panels = modes.map((mode) => {
    const name = nameOf(mode.mode);
    const sums = kindsOf(mode).map((kind) => [kind, ofKind(mode.server.session, kind)] as const);
    const words = sums.map(([kind, sum]) => `${KIND_NAMES[kind]} ${bytes(sum)}`);
    const legend = sums.map(
      ([kind, sum]) =>
        html`<li><svg class="swatch" viewBox="0 0 18 12" aria-hidden="true"><rect class="kind ${kind} ${mode.mode}" width="18" height="12"/></svg> ${KIND_NAMES[kind]} <b>${bytes(sum)}</b></li>`,
    );
    return figureOf({
      id: `traffic-${mode.mode}`,
      description: `${name}: bytes a second through the server by what they were for. In the whole session: ${words.join(', ')}.`,
      legend: html`<div class="panel-head"><h3>${name}</h3><ul class="legend">${legend}</ul></div>`,
      draw: (width) => panelOf(mode, endMs, width),
      tableTitle: `${name} by phase, as a table`,
      table: tableOf(
        `${name}: bytes through the server by phase`,
        ['Phase', ...TRAFFIC_KINDS.map((kind) => KIND_NAMES[kind])],
        (
          [
            ['joining', mode.server.setUp],
            ['writing', mode.server.writing],
            ['whole session: both', mode.server.session],
            ['idle, after it', mode.server.idle],
          ] as const
        ).map(([phase, counted]) => [
          phase,
          ...TRAFFIC_KINDS.map((kind) => exact(ofKind(counted, kind))),
        ]),
      ),
    });
  });
  return html`${patterns()}<div class="panels">${panels}</div>`;
}

/** The mesh alone has STUN. */
function kindsOf({ mode }: ModeResult): readonly TrafficKind[] {
  return mode === 'mesh' ? TRAFFIC_KINDS : SOCKET_KINDS;
}

/** Hatching for set-up, so that kinds are told apart without colour. */
function patterns(): Html {
  const hatch = (id: string) =>
    html`<pattern id="hatch-${id}" class="${id}" width="5" height="5" patternUnits="userSpaceOnUse" patternTransform="rotate(45)"><rect class="ground" width="5" height="5"/><rect class="stripe" width="2.4" height="5"/></pattern>`;
  return html`<svg class="patterns" width="0" height="0" aria-hidden="true"><defs>${MODES.map(hatch)}</defs></svg>`;
}
