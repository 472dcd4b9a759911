/** What goes through a client's WebSockets to its server, seen from the client's end. */
import type { IncomingMessage } from 'node:http';
import type { PeerBytes } from './participant.ts';
import { type Classify, SocketAccounts } from './socket-accounts.ts';

/** A client's WebSocket of the library `ws`, of any of its versions. */
interface ClientWebSocket {
  once(event: 'upgrade', listener: (response: IncomingMessage) => void): unknown;
}

export class ClientAccounts {
  readonly #accounts: SocketAccounts;

  /** @param newClassifier as for {@link SocketAccounts} */
  constructor(newClassifier: () => Classify) {
    this.#accounts = new SocketAccounts(newClassifier);
  }

  /** Before the connection is open. Its server must wait for the client to speak first. */
  watch(socket: ClientWebSocket): void {
    socket.once('upgrade', (response) => this.#accounts.watchClient(response.socket));
  }

  /** Chat goes by way of the server; the rest is what it takes to be connected. */
  get bytes(): PeerBytes {
    const { bytes } = this.#accounts;
    const rest = (way: 'in' | 'out') => bytes[way].setUp + bytes[way].heartbeat;
    return {
      direct: { in: 0, out: 0 },
      relayed: { in: bytes.in.chat, out: bytes.out.chat },
      signaling: { in: rest('in'), out: rest('out') },
    };
  }
}
