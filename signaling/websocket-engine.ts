import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';

/** Of the package `ws`, through which Engine.IO speaks. */
interface WebSocket {
  on(event: 'ping' | 'pong', listener: (this: WebSocket) => void): WebSocket;
  terminate(): void;
}
type WebSocketServer = new (
  options: object,
) => {
  handleUpgrade(
    request: IncomingMessage,
    stream: Duplex,
    head: Buffer,
    done: (socket: WebSocket) => void,
  ): void;
};

/**
 * Far more than a network makes of one message of 64 KiB. A fragment of one byte takes up a hundred.
 */
const MOST_PIECES = { maxFragments: 1024, maxBufferedChunks: 4096 };

/**
 * WebSockets whose control frames cost nothing. Engine.IO's pings are messages, and neither it nor a browser sends those of
 * WebSocket itself; answered as RFC 6455 has it (§5.5.2), they would be work and memory that no limit of this server sees. So
 * whoever sends a ping or pong is cut off, from the first frame on.
 */
export function withoutControlFrames(Engine: WebSocketServer): WebSocketServer {
  return class extends Engine {
    constructor(options: object) {
      super({ ...options, ...MOST_PIECES, autoPong: false });
    }

    override handleUpgrade(
      request: IncomingMessage,
      stream: Duplex,
      head: Buffer,
      done: (socket: WebSocket) => void,
    ): void {
      super.handleUpgrade(request, stream, head, (socket) => {
        socket.on('ping', terminate).on('pong', terminate);
        done(socket);
      });
    }
  };
}

function terminate(this: WebSocket): void {
  this.terminate();
}
