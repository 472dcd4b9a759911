import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { SIGNALING_LIMITS } from '@snug/shared/protocol/limits.ts';
import * as v from 'valibot';
import { problem } from './answer.ts';
import { mostConnections } from './connection-gate.ts';
import { Connections } from './connections.ts';
import { type CountersNow, emptyCounters } from './counters.ts';
import { Exchange } from './exchange.ts';
import { isLoopback } from './hosts.ts';
import { httpAnswers } from './http-answers.ts';
import { iceServers } from './ice-servers.ts';
import { listenHttp, listenStun } from './listening.ts';
import { errorFields, type Log } from './log.ts';
import type { Limits } from './session.ts';
import type { Settings } from './settings.ts';
import type { UdpPort } from './udp-port.ts';

export { ListenError } from './listening.ts';

/** How long `close` waits for connections to end by themselves, ms. */
const CLOSE_GRACE_MS = 1000;
/** How often those that do not read are looked for, ms. */
const STALLED_MS = 5000;
/** What a plain connection may take: to send its headers, a whole request, and the next one, or to read anything at all; ms. */
const HTTP_LIMITS = {
  headersTimeout: 10_000,
  requestTimeout: 30_000,
  keepAliveTimeout: 5000,
  connectionsCheckingInterval: 5000,
};
const HTTP_IDLE_MS = 30_000;

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
  /** For tests: TCP connections beside those of peers. */
  readonly plainConnections?: number;
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

/**
 * The signaling server: page, Socket.IO, health, metrics on one TCP port, and STUN on a UDP port. What it does for
 * peers is in `exchange.ts`, how they are connected in `connections.ts`.
 */
export function createSignalingServer(
  settings: Settings,
  { log, random, now, limits: changed, plainConnections }: Dependencies,
): SignalingServer {
  const limits: Limits = { ...SIGNALING_LIMITS, ...changed };
  const counters = emptyCounters();
  let stun: UdpPort | null = null;
  let address: Address | null = null;
  let closing = false;
  let watch: NodeJS.Timeout | undefined;

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
  const http = createServer(HTTP_LIMITS);
  http.timeout = HTTP_IDLE_MS;
  http.maxConnections = mostConnections(settings, plainConnections);
  const connections = new Connections(http, { settings, limits, counters, exchange, now });
  const countersNow = (): CountersNow => ({
    ...counters,
    refusals: { ...counters.refusals },
    peers: exchange.peers,
    topics: exchange.topics,
    socketBytesIn: connections.bytes.in,
    socketBytesOut: connections.bytes.out,
  });
  // In place of Engine.IO's own listener: there is no long polling here, and a request of it would wait for ever.
  http.removeAllListeners('request').on(
    'request',
    httpAnswers({
      version: VERSION,
      pageDir: settings.pageDir,
      countersNow,
      present: exchange,
      now,
      onError: (error) => {
        counters.internalErrors++;
        log('error', 'http', errorFields(error));
      },
    }),
  );

  return {
    async listen() {
      const port = await listenHttp(http, settings, log);
      try {
        stun = await listenStun(settings, { counters, now, log });
      } catch (error) {
        await new Promise<void>((resolve) => http.close(() => resolve()));
        throw error;
      }
      watch = setInterval(() => connections.endStalled(), STALLED_MS);
      watch.unref();
      address = { port, stunPort: stun?.port ?? 0 };
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
      clearInterval(watch);
      const why = 'The server is shutting down. Try again in a moment.';
      connections.endAll(problem('shutting-down', why));
      const gone = new Promise<void>((resolve) => http.close(() => resolve()));
      http.closeIdleConnections();
      const impatience = setTimeout(() => {
        http.closeAllConnections();
        connections.bytes.destroyAll();
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
