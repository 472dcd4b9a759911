/** What the messages on a signaling server's WebSockets are for: Engine.IO's packets, and Socket.IO's in them. */

import type { SocketKind } from './server-traffic.ts';
import type { Direction } from './socket-accounts.ts';

/** The first character of an Engine.IO packet (protocol 4). */
const PING = '2'.charCodeAt(0);
const PONG = '3'.charCodeAt(0);
/** An event of Socket.IO (protocol 5) with binary attachments, which follow as WebSocket messages of their own. */
const BINARY_EVENT = /^45(\d+)-\d*\["(\w+)"/;
const HEAD_BYTES = 40;

/**
 * For one connection. Relayed frames, with what names whom they are for, are chat; pings and pongs are heartbeats; all else is
 * introductions.
 */
export function meshClassifier(): (
  message: Uint8Array,
  direction: Direction,
  binary: boolean,
) => SocketKind {
  /** Attachments still to come, and what their event was. */
  const underWay: Record<Direction, { left: number; kind: SocketKind }> = {
    in: { left: 0, kind: 'setUp' },
    out: { left: 0, kind: 'setUp' },
  };
  return (message, direction, binary) => {
    const way = underWay[direction];
    if (binary) {
      if (way.left === 0) return 'setUp';
      way.left--;
      return way.kind;
    }
    if (message.length === 1 && (message[0] === PING || message[0] === PONG)) return 'heartbeat';
    const head = Buffer.from(message.subarray(0, HEAD_BYTES)).toString('latin1');
    const [, attachments, event] = BINARY_EVENT.exec(head) ?? [];
    if (attachments === undefined) return head.startsWith('42["relay"') ? 'chat' : 'setUp';
    way.left = Number(attachments);
    way.kind = event === 'relay' ? 'chat' : 'setUp';
    return way.kind;
  };
}
