/**
 * Accounts for every byte of a set of TCP sockets by what it was for. HTTP, the WebSocket handshake and its end are set-up;
 * pings and pongs are heartbeats; each WebSocket message is what a classifier says, with all its frames' headers.
 *
 * The parts are counted where bytes enter and leave the stream, the whole is what the sockets say of themselves, so each
 * checks the other.
 */
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { Socket, type Server as TcpServer } from 'node:net';
import { SOCKET_KINDS, type SocketKind } from './server-traffic.ts';
import { WebSocketMessages, type WebSocketUnit } from './websocket-messages.ts';

/** As the owner of the sockets sees it. */
export type Direction = 'in' | 'out';

/**
 * Says what a WebSocket message is.
 * @param message unmasked, its first `KEPT_BYTES` at most; it is the classifier's to keep
 */
export type Classify = (message: Uint8Array, direction: Direction, binary: boolean) => SocketKind;

/** Bytes of one direction by kind. */
type Kinds = Record<SocketKind, number>;
const noBytes = (): Kinds => ({ setUp: 0, heartbeat: 0, chat: 0 });
const sumOf = (kinds: Readonly<Kinds>): number =>
  SOCKET_KINDS.reduce((sum, kind) => sum + kinds[kind], 0);

/** Of all sockets together. */
export interface SocketBytes {
  readonly in: Readonly<Kinds>;
  readonly out: Readonly<Kinds>;
}

export class SocketAccounts {
  readonly #newClassifier: () => Classify;
  readonly #watched = new Set<Socket>();
  readonly #open = new Set<SocketAccount>();
  readonly #ended = { in: noBytes(), out: noBytes(), socketIn: 0, socketOut: 0 };

  /** @param newClassifier asked once for each socket, so that a classifier may remember what came before */
  constructor(newClassifier: () => Classify) {
    this.#newClassifier = newClassifier;
  }

  /** Watches all that connect to a server from now on. */
  attach(server: TcpServer): void {
    server.prependListener('connection', (socket: Socket) => this.watch(socket));
  }

  /**
   * Watches all that connect to any server of this process, of which the servers need not know.
   * @returns what ends it for those who come later
   */
  attachToProcess(): () => void {
    const connected = (message: unknown) => {
      if (isOfSocket(message)) this.watch(message.socket);
    };
    subscribe('net.server.socket', connected);
    return () => unsubscribe('net.server.socket', connected);
  }

  /** Watches a server's end from before its first byte. */
  watch(socket: Socket): void {
    this.#keep(socket, false);
  }

  /**
   * Watches a client's end from after the handshake: on its `upgrade` event. What the socket has moved by then is set-up; the
   * server must not have sent a frame yet.
   */
  watchClient(socket: Socket): void {
    this.#keep(socket, true);
  }

  #keep(socket: Socket, upgraded: boolean): void {
    if (this.#watched.has(socket)) return;
    this.#watched.add(socket);
    const account = new SocketAccount(socket, this.#newClassifier(), upgraded);
    this.#open.add(account);
    socket.once('close', () => {
      account.end();
      this.#open.delete(account);
      this.#watched.delete(socket);
      add(this.#ended.in, account.in);
      add(this.#ended.out, account.out);
      this.#ended.socketIn += socket.bytesRead;
      this.#ended.socketOut += socket.bytesWritten;
    });
  }

  /** Sockets that are open. */
  get open(): number {
    return this.#open.size;
  }

  /** The parts. A message is in them once all of it has passed, or its socket has ended. */
  get bytes(): SocketBytes {
    const sum = { in: { ...this.#ended.in }, out: { ...this.#ended.out } };
    for (const account of this.#open) {
      add(sum.in, account.in);
      add(sum.out, account.out);
    }
    return sum;
  }

  /** Bytes that the sockets say they have read. */
  get socketIn(): number {
    let sum = this.#ended.socketIn;
    for (const { socket } of this.#open) sum += socket.bytesRead;
    return sum;
  }

  /** Bytes that the sockets say they have written, or have taken to write. */
  get socketOut(): number {
    let sum = this.#ended.socketOut;
    for (const { socket } of this.#open) sum += socket.bytesWritten;
    return sum;
  }

  /** Whether the parts make the whole. While something is under way they need not. */
  get addUp(): boolean {
    const { bytes } = this;
    return sumOf(bytes.in) === this.socketIn && sumOf(bytes.out) === this.socketOut;
  }
}

const SWITCHING = Buffer.from('HTTP/1.1 101 ');
const END_OF_HEAD = Buffer.from('\r\n\r\n');

class SocketAccount {
  readonly socket: Socket;
  readonly out = noBytes();
  readonly #classify: Classify;
  readonly #in = noBytes();
  readonly #sent = new WebSocketMessages();
  readonly #received = new WebSocketMessages();
  /** Of what is sent: HTTP, then the head that answers the handshake, then frames. */
  #sends: 'http' | 'head' | 'frames' = 'http';
  /** The last bytes of that head that were sent. */
  #headTail: Uint8Array = new Uint8Array(0);
  #receivesFrames = false;

  constructor(socket: Socket, classify: Classify, upgraded: boolean) {
    this.socket = socket;
    this.#classify = classify;
    if (upgraded) {
      this.out.setUp += socket.bytesWritten;
      this.#sends = 'frames';
      this.#upgradeIn();
    }
    this.#listen();
  }

  /** Until the handshake is over, all that is read is set-up. */
  get in(): Readonly<Kinds> {
    return this.#receivesFrames ? this.#in : { ...noBytes(), setUp: this.socket.bytesRead };
  }

  /** The socket is closed. */
  end(): void {
    if (!this.#receivesFrames) this.#upgradeIn();
    this.#charge(this.#received.end(), 'in');
    this.#charge(this.#sent.end(), 'out');
  }

  /**
   * The methods a stream is implemented by, not its events: a listener for `data` would set the stream flowing before its owner
   * reads it, and what `write` takes is not sent when the socket is cut meanwhile.
   */
  #listen(): void {
    const { socket } = this;
    const push = socket.push.bind(socket);
    socket.push = (chunk: unknown, encoding?: BufferEncoding) => {
      if (this.#receivesFrames && chunk instanceof Uint8Array)
        this.#charge(this.#received.take(chunk), 'in');
      return push(chunk, encoding);
    };
    const write = socket._write.bind(socket);
    socket._write = (chunk, encoding, done) => {
      this.#dispatch(chunk, encoding);
      write(chunk, encoding, done);
    };
    const writev = socket._writev?.bind(socket);
    if (writev)
      socket._writev = (chunks, done) => {
        for (const { chunk, encoding } of chunks) this.#dispatch(chunk, encoding);
        writev(chunks, done);
      };
  }

  /** These bytes go to the system. */
  #dispatch(chunk: unknown, encoding: BufferEncoding): void {
    // What is written to a socket that has ended goes nowhere.
    if (this.socket.destroyed) return;
    const bytes = typeof chunk === 'string' ? Buffer.from(chunk, encoding) : chunk;
    if (!(bytes instanceof Uint8Array)) return;
    if (this.#sends === 'http' && startsWith(bytes, SWITCHING)) {
      this.#sends = 'head';
      this.#upgradeIn();
    }
    const frames = this.#sends === 'head' ? this.#head(bytes) : bytes;
    if (this.#sends === 'frames') this.#charge(this.#sent.take(frames), 'out');
    else this.out.setUp += frames.length;
  }

  /** Takes a piece of the handshake's head; gives what is left behind its end, or all of it while it goes on. */
  #head(bytes: Uint8Array): Uint8Array {
    const seen = Buffer.concat([this.#headTail, bytes]);
    const at = seen.indexOf(END_OF_HEAD);
    if (at < 0) {
      this.#headTail = seen.subarray(-(END_OF_HEAD.length - 1));
      return bytes;
    }
    const end = at + END_OF_HEAD.length - this.#headTail.length;
    this.#sends = 'frames';
    this.out.setUp += end;
    return bytes.subarray(end);
  }

  /** Frames come from here on: a client sends none before it has the answer (RFC 6455, section 4.1). */
  #upgradeIn(): void {
    this.#receivesFrames = true;
    this.#in.setUp += this.socket.bytesRead;
  }

  #charge(units: readonly WebSocketUnit[], direction: Direction): void {
    const kinds = direction === 'in' ? this.#in : this.out;
    for (const unit of units) kinds[this.#kindOf(unit, direction)] += unit.wireBytes;
  }

  #kindOf(unit: WebSocketUnit, direction: Direction): SocketKind {
    switch (unit.is) {
      case 'message':
        return this.#classify(unit.content, direction, unit.binary);
      case 'ping':
      case 'pong':
        return 'heartbeat';
      case 'close':
      case 'unreadable':
        return 'setUp';
    }
  }
}

function add(sum: Kinds, more: Readonly<Kinds>): void {
  for (const kind of SOCKET_KINDS) sum[kind] += more[kind];
}

function startsWith(bytes: Uint8Array, beginning: Uint8Array): boolean {
  return beginning.every((byte, i) => bytes[i] === byte);
}

function isOfSocket(message: unknown): message is { readonly socket: Socket } {
  return (
    typeof message === 'object' &&
    message !== null &&
    'socket' in message &&
    message.socket instanceof Socket
  );
}
