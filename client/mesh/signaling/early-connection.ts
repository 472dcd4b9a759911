/**
 * The way to one server, opened before there is a key to go there with: name, TCP, TLS and WebSocket are several turns, which
 * can be over by then. Nothing is said on it before it is taken.
 */
import { connectToServer, type SignalingSocket } from './signaling-client.ts';

/** Closed when nobody has taken it for so long, ms: before the server does. */
const UNUSED_MS = 10_000;

export class EarlyConnection {
  readonly #origin: string;
  readonly #timer: ReturnType<typeof setTimeout>;
  #socket: SignalingSocket | undefined;

  /** @param url of a server, `https://` or `http://` */
  constructor(url: string) {
    this.#origin = new URL(url).origin;
    this.#socket = connectToServer(url, undefined, 'told');
    this.#socket.io.open();
    this.#timer = setTimeout(() => this.close(), UNUSED_MS);
  }

  /** The connection to a server: this one where it leads there and has not been taken yet, else a new one. */
  connect(url: string): SignalingSocket {
    const socket = this.#socket;
    if (socket === undefined || new URL(url).origin !== this.#origin) return connectToServer(url);
    this.#socket = undefined;
    clearTimeout(this.#timer);
    return socket.connect();
  }

  /** Closes it unless it has been taken. */
  close(): void {
    clearTimeout(this.#timer);
    this.#socket?.disconnect();
    this.#socket = undefined;
  }
}
