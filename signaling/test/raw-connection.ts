/** For tests: a WebSocket by hand, for what no library would send, and for reading nothing. */
import { randomBytes } from 'node:crypto';
import { connect, type Socket } from 'node:net';

export const OPCODE = { text: 1, binary: 2, ping: 9, pong: 10 } as const;

export class RawConnection {
  readonly stream: Socket;
  /** Resolves when the stream has ended, with all that came, as Latin-1. */
  readonly ended: Promise<string>;
  #received = '';
  #look = () => {};

  constructor(url: string, query = '') {
    const { hostname, port, host } = new URL(url);
    this.stream = connect(Number(port), hostname);
    this.ended = new Promise((resolve) => {
      this.stream.on('close', () => {
        this.#look();
        resolve(this.#received);
      });
    });
    // Whoever is cut off while writing is told so too.
    this.stream.on('error', () => {});
    this.stream.on('data', (data) => {
      this.#received += data.toString('latin1');
      this.#look();
    });
    this.stream.write(
      `GET /socket.io/?EIO=4&transport=websocket${query} HTTP/1.1\r\nHost: ${host}\r\nUpgrade: websocket\r\n` +
        `Connection: Upgrade\r\nSec-WebSocket-Key: ${randomBytes(16).toString('base64')}\r\n` +
        'Sec-WebSocket-Version: 13\r\n\r\n',
    );
  }

  /** The first match in what has come or will. Rejects when the connection ends without. */
  sees(pattern: RegExp): Promise<RegExpExecArray> {
    return new Promise((resolve, reject) => {
      this.#look = () => {
        const match = pattern.exec(this.#received);
        if (match !== null) resolve(match);
        else if (this.stream.destroyed) reject(new Error(`It ended: ${this.#received}`));
      };
      this.#look();
    });
  }

  /** One frame, masked by zeros. False when the stream's own buffer is full. */
  send(opcode: number, text: string): boolean {
    const payload = Buffer.from(text);
    const head = Buffer.from([0x80 | opcode, 0x80 | payload.length, 0, 0, 0, 0]);
    return this.stream.write(Buffer.concat([head, payload]));
  }

  close(): void {
    this.stream.destroy();
  }
}
