/** What went through a server's sockets, and what it was for. */

/**
 * `setUp`: connecting, joining, introductions (signals), and what ends them. `heartbeat`: pings and pongs of any layer. `chat`:
 * messages, what acknowledges and synchronises them, relayed frames. Headers of the layer below count with what they carry.
 */
export const TRAFFIC_KINDS = ['setUp', 'heartbeat', 'chat'] as const;
export type TrafficKind = (typeof TRAFFIC_KINDS)[number];

/** Bytes in and out, each by kind. */
export interface ServerBytes {
  readonly in: Readonly<Record<TrafficKind, number>>;
  readonly out: Readonly<Record<TrafficKind, number>>;
}

/** What a mode's server process answers when it is asked, and of itself once a second. */
export interface ServerReading {
  /** Milliseconds: as a server's process says it, of the machine's monotonic clock, the same in all processes. */
  readonly atMs: number;
  readonly bytes: ServerBytes;
  /**
   * The same bytes as the sockets counted them, `bytesRead` and `bytesWritten`, of those that ended too: must equal the
   * sum of `bytes` exactly once nothing is under way.
   */
  readonly socketIn: number;
  readonly socketOut: number;
  /** User and system time of the server process so far, ms. */
  readonly cpuMs: number;
  /** Resident set size, bytes. */
  readonly memoryBytes: number;
}
