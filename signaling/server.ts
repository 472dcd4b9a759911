import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import { SIGNALING_LIMITS } from '@snug/shared/protocol/limits.ts';
import type { ClientToServer, Problem, ServerToClient } from '@snug/shared/protocol/signaling.ts';
import { type ExtendedError, Server } from 'socket.io';
import * as v from 'valibot';
import { problem } from './answer.ts';
import type { Backlog } from './backlog.ts';
import { newChallenge } from './challenge.ts';
import { ConnectionGate } from './connection-gate.ts';
import { type CountersNow, emptyCounters, metricsText } from './counters.ts';
import { Exchange } from './exchange.ts';
import { GatheredWrites } from './gathered-writes.ts';
import { challengeHosts, isLoopback } from './hosts.ts';
import { iceServers } from './ice-servers.ts';
import { errorFields, type Log } from './log.ts';
import { pageHandler, setSecurityHeaders } from './page.ts';
import { type Limits, type ServerSocket, Session } from './session.ts';
import type { Settings } from './settings.ts';
import { SocketBytes } from './socket-bytes.ts';
import { openStunResponder, type StunResponder } from './stun-responder.ts';

/** How long `close` waits for connections to end by themselves, ms. */
const CLOSE_GRACE_MS = 1000;

const VERSION = v.parse(
  v.object({ version: v.string() }),
  JSON.parse(readFileSync(new URL('./package.json', import.meta.url), 'utf8')),
).version;

export interface Dependencies {
  readonly log: Log;
  /** In [0, 1), for samples of topics. Challenges always come from the system's generator. */
  readonly random: () => number;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  /** For tests. */
  readonly limits?: Partial<Limits>;
}

/** Where a server listens. */
export interface Address {
  readonly port: number;
  /** Of the STUN responder, 0 when it is off. */
  readonly stunPort: number;
}

export interface SignalingServer {
  /** Binds the ports. Rejects with a `ListenError`. */
  listen(): Promise<Address>;
  /** Tells every peer and ends every connection, within about a second. */
  close(): Promise<void>;
  readonly counters: CountersNow;
  /** `null` before `listen` and after `close`. */
  readonly address: Address | null;
}

/** A port cannot be had. The message says which, why, and what to do. */
export class ListenError extends Error {
  override readonly name = 'ListenError';
}

/**
 * The signaling server: page, Socket.IO, health, metrics on one TCP port, and STUN on a UDP port. What it does for
 * peers is in `exchange.ts`; here it is wired to sockets.
 */
export function createSignalingServer(
  settings: Settings,
  { log, random, now, limits: changed }: Dependencies,
): SignalingServer {
  const limits: Limits = { ...SIGNALING_LIMITS, ...changed };
  const counters = emptyCounters();
  const backlog: Backlog = { bytes: 0 };
  const bytes = new SocketBytes();
  const sessions = new Set<Session>();
  const writes = new GatheredWrites();
  const startedAt = now();
  let stun: StunResponder | null = null;
  let address: Address | null = null;
  let closing = false;

  const exchange = new Exchange({
    limits,
    counters,
    random,
    now,
    welcome: () => ({
      stunPort: address?.stunPort ?? 0,
      ...iceServers(settings.ice, () => randomBytes(9).toString('base64url'), now()),
    }),
    onError: (error) => log('error', 'internal', errorFields(error)),
  });
  const countersNow = (): CountersNow => ({
    ...counters,
    refusals: { ...counters.refusals },
    peers: exchange.peers,
    topics: exchange.topics,
    socketBytesIn: bytes.in,
    socketBytesOut: bytes.out,
  });

  const page = pageHandler(settings.pageDir);
  const http = createServer({ headersTimeout: 10_000, requestTimeout: 30_000 });
  const answer = (request: IncomingMessage, response: ServerResponse): void => {
    setSecurityHeaders(response);
    const [path] = (request.url ?? '/').split('?');
    if (path === '/healthz') {
      const uptime = Math.round((now() - startedAt) / 1000);
      const { peers, topics } = exchange;
      send(response, 'application/json', { ok: true, version: VERSION, uptime, peers, topics });
    } else if (path === '/metrics') {
      send(response, 'text/plain; version=0.0.4; charset=utf-8', metricsText(countersNow()));
    } else {
      page(request, response);
    }
  };
  http.on('request', (request, response) => {
    try {
      answer(request, response);
    } catch (error) {
      counters.internalErrors++;
      log('error', 'http', errorFields(error));
      response.destroy();
    }
  });
  http.on('upgrade', (_request, socket) => {
    bytes.watch(socket);
    socket.on('finish', destroy);
  });

  const gate = new ConnectionGate(settings, limits, now);
  const io = new Server<ClientToServer, ServerToClient>(http, {
    transports: ['websocket'],
    maxHttpBufferSize: limits.messageBytes,
    perMessageDeflate: false,
    serveClient: false,
    connectTimeout: limits.authenticateMs,
    allowRequest: (request, callback) => {
      const refused = closing
        ? 'shutting down'
        : gate.refusesRequest(request, io.engine.clientsCount);
      if (refused !== null) counters.refusals[closing ? 'shutting-down' : 'server-full']++;
      // The answer to the upgrade, and Engine.IO's greeting. A refusal is not held back: its connection is destroyed at once.
      else writes.holdStream(request.socket);
      callback(refused, refused === null);
    },
  });
  io.engine.on('connection', (connection: ServerSocket['conn']) => {
    counters.connections++;
    gate.opened(connection);
  });

  io.use((socket, next) => {
    const refused = gate.refusesSocket(socket, io.engine.clientsCount);
    if (refused === null) {
      // Socket.IO's greeting and the challenge.
      writes.hold(socket.conn);
      return next();
    }
    counters.refusals[refused.code]++;
    next(connectError(refused));
    // After the refusal has been written; a client that speaks otherwise has nothing more to say here.
    setImmediate(() => socket.conn.close());
  });

  io.on('connection', (socket) => {
    const challenge = newChallenge();
    const hosts = challengeHosts(socket.handshake.headers, settings);
    forgetHeaders(socket);
    const session = new Session(socket, hosts, challenge, backlog, limits, now());
    sessions.add(session);
    session.expectAnswer(limits.authenticateMs, () => {
      const seconds = limits.authenticateMs / 1000;
      const message = `The challenge was not answered within ${seconds} seconds.`;
      exchange.end(session, problem('unauthenticated', message));
    });
    socket.conn.on('flush', (packets: readonly unknown[]) => {
      session.backlog.handedOver();
      // Several messages, or one and its attachments.
      if (packets.length > 1) writes.holdStream(socket.request.socket);
    });
    // Engine.IO's own `drain` comes at hand-over; the transport's when the last write of the batch has gone out.
    socket.conn.transport.on('drain', () => session.backlog.taken());
    // Middleware that passes nothing on: nobody listens behind it, and to go on costs a turn of the queue for each event.
    socket.use(([event, ...args]: unknown[]) => {
      writes.hold(socket.conn);
      exchange.received(session, event, args);
    });
    socket.on('disconnect', () => {
      sessions.delete(session);
      exchange.disconnected(session);
      // A client may leave the namespace and keep its connection; there is nothing else here for it.
      socket.conn.close();
    });
    session.sendChallenge(challenge);
  });

  async function openStun(): Promise<number> {
    if (settings.stun === null) return 0;
    const { port, required } = settings.stun;
    try {
      stun = await openStunResponder({
        port,
        host: settings.host,
        counters,
        now,
        onError: (error) => log('error', 'stun', errorFields(error)),
      });
      return stun.port;
    } catch (error) {
      const why = reason(error);
      if (required) {
        throw new ListenError(
          `Cannot answer STUN on UDP port ${port}: ${why}. Set STUN_PORT to a free port, or to 0 for no STUN.`,
        );
      }
      log('warn', 'stun-off', {
        port,
        why,
        consequence: 'peers behind NATs need another STUN server (ICE_SERVERS) or will be relayed',
        remedy: 'set STUN_PORT to a free UDP port',
      });
      return 0;
    }
  }

  function openHttp(): Promise<number> {
    return new Promise((resolve, reject) => {
      const failed = (error: Error) => {
        const advice = 'Set PORT to a free port, or HOST to an address of this machine.';
        const message = `Cannot listen on TCP port ${settings.port}: ${reason(error)}. ${advice}`;
        reject(new ListenError(message));
      };
      http.once('error', failed);
      http.listen({ port: settings.port, ...(settings.host && { host: settings.host }) }, () => {
        http.off('error', failed);
        http.on('error', (error) => log('error', 'http', errorFields(error)));
        const bound = http.address();
        resolve(typeof bound === 'object' && bound !== null ? bound.port : settings.port);
      });
    });
  }

  return {
    async listen() {
      const port = await openHttp();
      try {
        address = { port, stunPort: await openStun() };
      } catch (error) {
        await new Promise<void>((resolve) => http.close(() => resolve()));
        throw error;
      }
      log('info', 'started', { version: VERSION, ...address });
      if (settings.publicHosts.length === 0 && !isLoopback(settings.host)) {
        log('info', 'no-public-host', {
          consequence: 'peers can connect by local names and addresses only, not by a domain name',
          remedy: 'set PUBLIC_HOST to the name by which people reach this server',
        });
      }
      return address;
    },
    async close() {
      if (closing) return;
      closing = true;
      address = null;
      const why = problem('shutting-down', 'The server is shutting down. Try again in a moment.');
      for (const session of [...sessions]) exchange.end(session, why);
      const gone = new Promise<void>((resolve) => http.close(() => resolve()));
      http.closeIdleConnections();
      const impatience = setTimeout(() => {
        http.closeAllConnections();
        bytes.destroyAll();
      }, CLOSE_GRACE_MS);
      await Promise.all([gone, stun?.close()]);
      clearTimeout(impatience);
      log('info', 'stopped');
    },
    get counters() {
      return countersNow();
    },
    get address() {
      return address;
    },
  };
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

function send(response: ServerResponse, type: string, body: string | object): void {
  response.writeHead(200, { 'Content-Type': type, 'Cache-Control': 'no-store' });
  response.end(typeof body === 'string' ? body : JSON.stringify(body));
}

function connectError(refused: Problem): ExtendedError {
  return Object.assign(new Error(refused.message), { data: refused });
}

function reason(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? error.code : null;
  if (code === 'EADDRINUSE') return 'another program has it';
  if (code === 'EACCES') return 'this user may not';
  if (code === 'EADDRNOTAVAIL' || code === 'ENOTFOUND') return 'this machine has no such address';
  return typeof code === 'string' ? code : 'unknown error';
}
