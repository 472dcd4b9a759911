/**
 * Counts what a Socket.IO client hands to and reads from its transport: engine.io packets, type byte included, but not
 * the framing of WebSocket, TLS and TCP beneath. Relayed frames are counted by their links and left out here.
 */
export interface ByteCount {
  bytesIn: number;
  bytesOut: number;
}

/** The part of an engine.io client that is listened to. */
export interface EngineEvents {
  on(event: 'packet' | 'packetCreate', listener: (packet: unknown) => void): unknown;
}

/** Listens to one connection's engine. @param counter also says when a packet that is made is a relayed frame */
export function countSignalingBytes(
  engine: EngineEvents,
  counter: ByteCount & { readonly relaying: boolean },
): void {
  /** Binary attachments still to come of a relayed frame, each a packet of its own. */
  let relayed = 0;
  engine.on('packet', (packet) => {
    const data = dataOf(packet);
    if (typeof data === 'string') {
      const binary = /^5(\d+)-\["relay"/.exec(data.slice(0, 24))?.[1];
      if (binary !== undefined) relayed = Number(binary);
      else counter.bytesIn += 1 + data.length;
    } else if (relayed > 0) relayed--;
    else counter.bytesIn += 1 + sizeOf(data);
  });
  engine.on('packetCreate', (packet) => {
    if (counter.relaying) return;
    const data = dataOf(packet);
    counter.bytesOut += 1 + (typeof data === 'string' ? data.length : sizeOf(data));
  });
}

function dataOf(packet: unknown): unknown {
  return typeof packet === 'object' && packet !== null && 'data' in packet
    ? packet.data
    : undefined;
}

function sizeOf(data: unknown): number {
  return data instanceof ArrayBuffer || ArrayBuffer.isView(data) ? data.byteLength : 0;
}
