/** Of several rounds. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const at = (sorted.length - 1) / 2;
  return ((sorted[Math.floor(at)] ?? 0) + (sorted[Math.ceil(at)] ?? 0)) / 2;
}

export function spread(values: readonly number[]): {
  readonly least: number;
  readonly most: number;
} {
  return { least: Math.min(...values), most: Math.max(...values) };
}
