/** How long messages took to each other member's view: a hill for each mode, on one axis of time. */
import type { LoadtestResult, ModeResult } from '../result.ts';
import { exact, latencies, milliseconds } from './amounts.ts';
import {
  type Drawing,
  figureOf,
  logarithmic,
  logarithmicTicks,
  nameOf,
  px,
  type Scale,
  tableOf,
  WIDTHS,
  type Width,
} from './chart.ts';
import { type Html, html } from './html.ts';

interface Bar {
  readonly fromMs: number;
  readonly toMs: number;
  readonly count: number;
}

/** The buckets that hold something. The first has the width of the next, in ratio; an open last one ends at the slowest. */
function barsOf({ latencyHistogram, latencyMs }: ModeResult): readonly Bar[] {
  const [first, second] = latencyHistogram;
  const ratio = first && second && first.belowMs > 0 ? second.belowMs / first.belowMs : 2;
  return latencyHistogram
    .map(({ belowMs, count }, i) => {
      const before = latencyHistogram[i - 1]?.belowMs;
      const toMs = Number.isFinite(belowMs)
        ? belowMs
        : Math.max(latencyMs.max, (before ?? 1) * 1.5);
      return { fromMs: before || toMs / ratio, toMs, count };
    })
    .filter(({ count }) => count > 0);
}

const PERCENTILES = ['p50', 'p95', 'p99'] as const;
const ROW = 112;

/** Those that so many deliveries have. */
function pinsOf({ latencyMs }: ModeResult): readonly (typeof PERCENTILES)[number][] {
  const shown = latencies(latencyMs);
  return PERCENTILES.filter((name) => shown[name] !== '–');
}

function rowOf(mode: ModeResult, index: number, x: Scale, width: Width): Html {
  const bars = barsOf(mode);
  // Equal areas are equal shares, whatever the buckets' widths are.
  const heights = bars.map(({ fromMs, toMs, count }) => count / (Math.log(toMs / fromMs) || 1));
  const highest = Math.max(...heights, 1e-9);
  const base = (index + 1) * ROW - 8;
  const d = bars.map(({ fromMs, toMs }, i) => {
    const top = base - ((heights[i] ?? 0) / highest) * (ROW - 50);
    return `M${px(x(fromMs))} ${base}V${px(top)}H${px(x(toMs))}V${base}Z`;
  });
  const marks = pinsOf(mode).map((name, i) => {
    const at = px(x(mode.latencyMs[name]));
    const top = base - 12 - (2 - i) * 9;
    return html`<line class="percentile" x1="${at}" x2="${at}" y1="${top}" y2="${base}"/><circle class="percentile" cx="${at}" cy="${top}" r="2.6"/>`;
  });
  const words = [
    ...pinsOf(mode).map((name) => `${name} ${milliseconds(mode.latencyMs[name])}`),
    `of ${exact(mode.latencyMs.n)}`,
  ];
  return html`<text class="ending ${mode.mode}"><tspan class="name" x="8" y="${base - ROW + 26}">${nameOf(mode.mode)}</tspan><tspan class="amount" dx="10">${words.join('   ')}</tspan></text><path class="hill ${mode.mode}" d="${d.join('')}"/><line class="axis" x1="8" x2="${WIDTHS[width] - 8}" y1="${base}" y2="${base}"/>${marks}`;
}

export function latencyChart({ modes }: LoadtestResult): Html {
  const shown = modes.filter((mode) => barsOf(mode).length > 0);
  const all = shown.flatMap(barsOf);
  const fastest = Math.max(0.1, Math.min(...all.map(({ fromMs }) => fromMs)));
  const slowest = Math.max(
    fastest * 2,
    ...shown.map((mode) => mode.latencyMs.p99),
    ...all.map(({ toMs }) => toMs),
  );
  const draw = (width: Width): Drawing => {
    const right = WIDTHS[width] - 14;
    const x = logarithmic(fastest, slowest, 14, right);
    const bottom = shown.length * ROW - 8;
    const roomy = logarithmicTicks(fastest, slowest);
    const at = width === 'wide' ? roomy : roomy.filter((tick) => /^[0.]*1/.test(String(tick)));
    const grid = at.map(
      (tick) =>
        html`<line class="grid" x1="${px(x(tick))}" x2="${px(x(tick))}" y1="4" y2="${bottom + 4}"/><text class="tick" x="${px(x(tick))}" y="${bottom + 20}" text-anchor="middle">${milliseconds(tick)}</text>`,
    );
    return {
      height: bottom + 46,
      content: [
        ...grid,
        ...shown.map((mode, i) => rowOf(mode, i, x, width)),
        html`<text class="tick" x="${WIDTHS[width] / 2}" y="${bottom + 40}" text-anchor="middle">from writing to the other's view (each step the same ratio)</text>`,
      ],
    };
  };
  const bounds = [...new Set(shown.flatMap((mode) => barsOf(mode).map(({ toMs }) => toMs)))].sort(
    (a, b) => a - b,
  );
  const percentiles = [...PERCENTILES, 'max' as const].map((name) => [
    name === 'max' ? 'slowest' : name,
    ...modes.map(({ latencyMs }) => latencies(latencyMs)[name]),
  ]);
  const counts = bounds.map((bound) => [
    `deliveries below ${milliseconds(bound)}`,
    ...modes.map((mode) =>
      exact(
        barsOf(mode)
          .filter(({ toMs }) => toMs <= bound)
          .reduce((sum, { count }) => sum + count, 0),
      ),
    ),
  ]);
  const description = shown.map(
    ({ mode, latencyMs: l }) =>
      `${nameOf(mode)}: half of ${exact(l.n)} within ${milliseconds(l.p50)}, 95 of 100 within ${latencies(l).p95}, 99 within ${latencies(l).p99}`,
  );
  return figureOf({
    id: 'latency',
    description: `How long deliveries took. ${description.join('. ')}.`,
    draw,
    tableTitle: 'These figures as a table',
    table: tableOf(
      'How long deliveries took',
      ['', ...modes.map(({ mode }) => nameOf(mode))],
      [...percentiles, ...counts],
    ),
  });
}
