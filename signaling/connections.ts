import type { Server as HttpServer } from 'node:http';
import type { Duplex } from 'node:stream';
import type { ClientToServer, Problem, ServerToClient } from '@snug/shared/protocol/signaling.ts';
import { type ExtendedError, Server } from 'socket.io';
import { problem } from './answer.ts';
import { Backlog, type ConnectionBacklog } from './backlog.ts';
import { newChallenge } from './challenge.ts';
import { ConnectionGate, swapsConnections } from './connection-gate.ts';
import type { Counters } from './counters.ts';
import type { Exchange } from './exchange.ts';
import { GatheredWrites } from './gathered-writes.ts';
import { challengeHosts } from './hosts.ts';
import { closeSoon, type Limits, type ServerSocket, Session } from './session.ts';
import type { Settings } from './settings.ts';
import { SocketBytes } from './socket-bytes.ts';
import { withoutControlFrames } from './websocket-engine.ts';

export interface ConnectionsOptions {
  readonly settings: Settings;
  readonly limits: Limits;
  readonly counters: Counters;
  readonly exchange: Exchange;
  /** Milliseconds. */
  readonly now: () => number;
}

/** The WebSockets of the server: lets them in through the gate, makes each a session, and brings the exchange what comes. */
export class Connections {
  readonly bytes = new SocketBytes();
  readonly #options: ConnectionsOptions;
  readonly #io: Server<ClientToServer, ServerToClient>;
  readonly #gate: ConnectionGate;
  readonly #writes = new GatheredWrites();
  readonly #sessions = new Set<Session>();
  readonly #backlog = new Backlog((asking) => this.#relieve(asking));
  #closing = false;

  constructor(http: HttpServer, options: ConnectionsOptions) {
    this.#options = options;
    const { settings, limits, now } = options;
    this.#gate = new ConnectionGate(settings, limits, now);
    http.on('upgrade', (request, stream) => {
      if (swapsConnections(request)) {
        stream.destroy();
        return;
      }
      this.bytes.watch(stream);
      stream.on('finish', destroy);
    });
    this.#io = this.#openSocketIo(http);
    this.#io.on('connection', (socket) => this.#opened(socket));
  }

  /** Ends those that do not read: they would keep others' messages in memory for ever. */
  endStalled(): void {
    const now = this.#options.now();
    for (const session of this.#sessions) {
      if (session.backlog.stalled(now)) this.#options.exchange.abandon(session);
    }
  }

  /** Ends all with a reason, and lets nobody in any more. */
  endAll(reason: Problem): void {
    this.#closing = true;
    for (const session of [...this.#sessions]) this.#options.exchange.end(session, reason);
  }

  #openSocketIo(http: HttpServer): Server<ClientToServer, ServerToClient> {
    const { limits, counters } = this.#options;
    const gate = this.#gate;
    const io = new Server<ClientToServer, ServerToClient>(http, {
      transports: ['websocket'],
      maxHttpBufferSize: limits.messageBytes,
      perMessageDeflate: false,
      serveClient: false,
      connectTimeout: limits.authenticateMs,
      allowRequest: (request, callback) => {
        const refused = this.#closing
          ? 'shutting down'
          : gate.refusesRequest(request, io.engine.clientsCount);
        if (refused !== null) counters.refusals[this.#closing ? 'shutting-down' : 'server-full']++;
        // The answer to the upgrade, and Engine.IO's greeting. A refusal is not held back: its connection is destroyed at once.
        else this.#writes.holdStream(request.socket);
        callback(refused, refused === null);
      },
    });
    // Engine.IO makes it when the server begins to listen.
    io.engine.opts.wsEngine = withoutControlFrames(io.engine.opts.wsEngine);
    io.engine.on('connection', (connection: ServerSocket['conn']) => {
      counters.connections++;
      gate.opened(connection);
    });
    io.use((socket, next) => {
      const refused = gate.refusesSocket(socket, io.engine.clientsCount);
      if (refused === null) {
        // Socket.IO's greeting and the challenge.
        this.#writes.hold(socket.conn);
        return next();
      }
      counters.refusals[refused.code]++;
      next(connectError(refused));
      // After the refusal has been written; a client that speaks otherwise has nothing more to say here.
      setImmediate(() => closeSoon(socket.conn));
    });
    return io;
  }

  #opened(socket: ServerSocket): void {
    const { settings, limits, exchange, now } = this.#options;
    const challenge = newChallenge();
    const hosts = challengeHosts(socket.handshake.headers, settings);
    forgetHeaders(socket);
    const session = new Session(socket, hosts, challenge, this.#backlog, limits, now());
    this.#sessions.add(session);
    session.expectAnswer(limits.authenticateMs, () => {
      const seconds = limits.authenticateMs / 1000;
      const message = `The challenge was not answered within ${seconds} seconds.`;
      exchange.end(session, problem('unauthenticated', message));
    });
    socket.conn.on('flush', (packets: readonly unknown[]) => {
      session.backlog.handedOver(now());
      // Several messages, or one and its attachments.
      if (packets.length > 1) this.#writes.holdStream(socket.request.socket);
    });
    // Engine.IO's own `drain` comes at hand-over; the transport's when the last write of the batch has gone out.
    socket.conn.transport.on('drain', () => session.backlog.taken());
    // Middleware that passes nothing on: nobody listens behind it, and to go on costs a turn of the queue for each event.
    socket.use(([event, ...args]: unknown[]) => {
      this.#writes.hold(socket.conn);
      exchange.received(session, event, args);
    });
    socket.on('disconnect', () => {
      this.#sessions.delete(session);
      // A client may leave the namespace and keep its connection; there is nothing else here for it.
      if (!session.ended) closeSoon(socket.conn);
      exchange.disconnected(session);
    });
    session.sendChallenge(challenge);
  }

  #relieve(asking: ConnectionBacklog): boolean {
    let most: Session | undefined;
    for (const session of this.#sessions) {
      if (session.backlog.waiting > (most?.backlog.waiting ?? 0)) most = session;
    }
    if (most === undefined || most.backlog === asking) return false;
    const before = this.#backlog.bytes;
    this.#options.exchange.abandon(most);
    return this.#backlog.bytes < before;
  }
}

/**
 * Whoever has taken leave has nothing more to say, and the server closes first (RFC 6455, §7.1.1). To wait for the other's end
 * would cost another event, and two errors that are made for nobody; thousands may leave at once.
 */
function destroy(this: Duplex): void {
  this.destroy();
}

/** Socket.IO keeps a connection's request while it lasts; the headers of a browser's take some kilobytes, and tell on people. */
function forgetHeaders({ request, handshake }: ServerSocket): void {
  request.headers = {};
  request.rawHeaders = [];
  handshake.headers = request.headers;
}

function connectError(refused: Problem): ExtendedError {
  return Object.assign(new Error(refused.message), { data: refused });
}
