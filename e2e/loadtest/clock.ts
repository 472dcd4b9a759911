/** The machine's monotonic clock, ms: the same in all processes of a machine, so that times of one can be held to another's. */
export function machineMs(): number {
  return Number(process.hrtime.bigint()) / 1e6;
}
