/** What several values come to. One rule for all instruments: nearest rank. */

export interface Percentiles {
  /** Of so many values; where there are none the others are 0. */
  readonly n: number;
  readonly p50: number;
  readonly p95: number;
  readonly p99: number;
  readonly max: number;
}

/** The least value that so great a part of all does not exceed; 0 is the least, 1 the greatest; NaN of nothing. */
export function quantile(values: readonly number[], part: number): number {
  return at(Float64Array.from(values).sort(), part) ?? Number.NaN;
}

export function percentiles(values: readonly number[]): Percentiles {
  const sorted = Float64Array.from(values).sort();
  const [p50 = 0, p95 = 0, p99 = 0, max = 0] = [0.5, 0.95, 0.99, 1].map((part) => at(sorted, part));
  return { n: sorted.length, p50, p95, p99, max };
}

function at(sorted: Float64Array, part: number): number | undefined {
  return sorted[Math.max(1, Math.ceil(part * sorted.length)) - 1];
}
