/** What went through a server's sockets, and what it was for. */

/**
 * What is on the TCP sockets. `setUp`: connecting, joining, introductions (signals), and what ends them. `heartbeat`: pings and
 * pongs of any layer. `chat`: messages, what acknowledges and synchronises them, relayed frames. Headers of the layer below
 * count with what they carry.
 */
export const SOCKET_KINDS = ['setUp', 'heartbeat', 'chat'] as const;
export type SocketKind = (typeof SOCKET_KINDS)[number];

/** And `stun`: datagrams of the server's STUN port, their payload, as that of a TCP socket is counted; the mesh alone has one. */
export const TRAFFIC_KINDS = [...SOCKET_KINDS, 'stun'] as const;
export type TrafficKind = (typeof TRAFFIC_KINDS)[number];

/** In every table and chart. */
export const KIND_NAMES: Readonly<Record<TrafficKind, string>> = {
  setUp: 'set-up',
  heartbeat: 'heartbeats',
  chat: 'chat',
  stun: 'STUN',
};

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
   * The bytes of `SOCKET_KINDS` as the sockets counted them, `bytesRead` and `bytesWritten`, of those that ended too: must
   * equal their sum exactly once nothing is under way.
   */
  readonly socketIn: number;
  readonly socketOut: number;
  /** User and system time of the server process so far, ms. */
  readonly cpuMs: number;
  /** Resident set size, bytes. */
  readonly memoryBytes: number;
}
