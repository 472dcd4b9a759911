/** Sums and differences of what was counted. */
import type { InAndOut, PeerBytes } from './participant.ts';
import type { MeshFigures, ModeResult } from './result.ts';
import { type ServerBytes, TRAFFIC_KINDS, type TrafficKind } from './server-traffic.ts';

export function sumOfBytes(all: readonly PeerBytes[]): PeerBytes {
  const total = (path: keyof PeerBytes): InAndOut => ({
    in: all.reduce((sum, bytes) => sum + bytes[path].in, 0),
    out: all.reduce((sum, bytes) => sum + bytes[path].out, 0),
  });
  return { direct: total('direct'), relayed: total('relayed'), signaling: total('signaling') };
}

export function allPathsOf({ direct, relayed, signaling }: PeerBytes): InAndOut {
  return {
    in: direct.in + relayed.in + signaling.in,
    out: direct.out + relayed.out + signaling.out,
  };
}

export function minus(after: ServerBytes, before: ServerBytes): ServerBytes {
  const less = (direction: 'in' | 'out') =>
    kinds((kind) => after[direction][kind] - before[direction][kind]);
  return { in: less('in'), out: less('out') };
}

function kinds(bytes: (kind: TrafficKind) => number): Record<TrafficKind, number> {
  return {
    setUp: bytes('setUp'),
    heartbeat: bytes('heartbeat'),
    chat: bytes('chat'),
    stun: bytes('stun'),
  };
}

/** In and out, of some kinds or all. */
export function allOf(bytes: ServerBytes, wanted: readonly TrafficKind[] = TRAFFIC_KINDS): number {
  return wanted.reduce((sum, kind) => sum + bytes.in[kind] + bytes.out[kind], 0);
}

/** All but heartbeats. */
const OF_DELIVERIES = ['setUp', 'chat', 'stun'] as const;

/**
 * What "server bytes a delivery" means everywhere: all that the server moved while messages were written, heartbeats apart, ÷
 * deliveries. Whoever is introduced or relayed meanwhile counts. 0 where nothing was delivered.
 */
export function serverBytesPerDelivery({ server, delivered }: ModeResult): number {
  return delivered === 0 ? 0 : allOf(server.writing, OF_DELIVERIES) / delivered;
}

/** R1: the same at the server's sockets alone. What asks STUN meanwhile is a link that comes up, which is no steady state. */
export function socketBytesPerDelivery({ server, delivered }: ModeResult): number {
  return delivered === 0 ? 0 : allOf(server.writing, ['setUp', 'chat']) / delivered;
}

/** All that crossed links while messages were written, ÷ deliveries: W1, and receipts, presence, repair, heartbeats. */
export function allBytesPerDelivery({ writing, deliveries }: MeshFigures): number {
  const { entries, tree, receipts, presence, repair, overhead } = writing;
  const all = entries + tree + receipts + presence + repair + overhead;
  return deliveries === 0 ? 0 : all / deliveries;
}
