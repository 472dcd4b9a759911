/** What a signaling server counts at its own sockets, read from `/metrics` as a host's dashboard reads it. */

export interface ServerCounters {
  readonly peers: number;
  readonly joins: number;
  readonly signals: number;
  readonly relayedFrames: number;
  readonly relayedBytes: number;
  readonly socketBytesIn: number;
  readonly socketBytesOut: number;
  readonly internalErrors: number;
}

/** @param server its address without a slash at its end */
export async function readCounters(server: string): Promise<ServerCounters> {
  const text = await (await fetch(`${server}/metrics`)).text();
  const count = (name: string): number => {
    const value = new RegExp(`^snug_${name} (\\d+)$`, 'm').exec(text)?.[1];
    if (value === undefined) throw new Error(`The server counts no snug_${name}.`);
    return Number(value);
  };
  return {
    peers: count('peers'),
    joins: count('joins_total'),
    signals: count('signals_total'),
    relayedFrames: count('relayed_frames_total'),
    relayedBytes: count('relayed_bytes_total'),
    socketBytesIn: count('socket_bytes_in_total'),
    socketBytesOut: count('socket_bytes_out_total'),
    internalErrors: count('internal_errors_total'),
  };
}
