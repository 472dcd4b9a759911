/** Amounts as the report writes them. The functions without imports run in the page, too. */
import type { Percentiles } from '../../bench/quantiles.ts';
import { type ServerBytes, TRAFFIC_KINDS, type TrafficKind } from '../server-traffic.ts';

/** `57,021`: whole, for tables. */
export function exact(n: number): string {
  return Math.round(n).toLocaleString('en-GB');
}

/** `0.04`, `3.2`, `233`, `57,021`: three figures, or all before the point. */
export function figure(n: number): string {
  if (Math.abs(n) >= 100) return Math.round(n).toLocaleString('en-GB');
  return String(Number(n.toPrecision(3)));
}

/** `4.2 ms`, `38 ms`, `1.9 s`. */
export function milliseconds(ms: number): string {
  if (ms >= 999.5) return `${Number((ms / 1000).toPrecision(3))} s`;
  return `${ms < 9.95 ? Number(ms.toFixed(1)) : Math.round(ms)} ms`;
}

/** Of so few values the 95th (or 99th) of a hundred would be the greatest, or nearly. */
const FEW = { p95: 20, p99: 100 } as const;

/** Percentiles in words; `–` for those that so few values do not have. */
export function latencies(
  all: Percentiles,
): Readonly<Record<'p50' | 'p95' | 'p99' | 'max', string>> {
  const from = (least: number, ms: number) => (all.n >= least ? milliseconds(ms) : '–');
  return {
    p50: from(1, all.p50),
    p95: from(FEW.p95, all.p95),
    p99: from(FEW.p99, all.p99),
    max: from(1, all.max),
  };
}

/** `3.1`, `22`: how many times, two figures at least. */
export function times(ratio: number): string {
  return ratio < 9.95 ? ratio.toFixed(1) : Math.round(ratio).toLocaleString('en-GB');
}

/** `10 %` of a share in [0, 1]. */
export function percent(share: number): string {
  return `${Number((share * 100).toFixed(1))} %`;
}

/** `0 B`, `233 B`, `57 kB`, `1.29 MB`: steps of 1,000, three figures from a megabyte on. */
export function bytes(count: number): string {
  const units = ['B', 'kB', 'MB', 'GB', 'TB'];
  let value = count;
  let unit = 0;
  while (value >= 999.5 && unit < units.length - 1) {
    value /= 1000;
    unit++;
  }
  if (unit === 0)
    return `${value > 0 && value < 9.95 ? Number(value.toFixed(1)) : Math.round(value)} B`;
  const digits = value >= 99.95 ? 0 : value >= 9.995 ? 1 : 2;
  return `${value.toFixed(unit === 1 && value >= 9.995 ? 0 : digits)} ${units[unit]}`;
}

/** `4 MB`, `1.5 kB`: without the noughts that say how exactly something was counted, for axes. */
export function roundBytes(count: number): string {
  return bytes(count).replace(/\.?0+(?= )/, (noughts, at: number, all: string) =>
    all.slice(0, at + noughts.length).includes('.') ? '' : noughts,
  );
}

/** Money in the unit its price came in: `12.40`, `0.0031`. */
export function money(amount: number): string {
  if (amount === 0) return '0.00';
  if (amount < 0.0001) return '< 0.0001';
  const options = { minimumFractionDigits: 2, maximumFractionDigits: amount < 0.1 ? 4 : 2 };
  return amount.toLocaleString('en-GB', options);
}

/** In and out, of one kind. */
export function ofKind(counted: ServerBytes, kind: TrafficKind): number {
  return counted.in[kind] + counted.out[kind];
}

/** In and out, of every kind. */
export function whole(counted: ServerBytes): number {
  return TRAFFIC_KINDS.reduce((sum, kind) => sum + ofKind(counted, kind), 0);
}
