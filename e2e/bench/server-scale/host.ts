/** A server in a process of its own: ours, or a bare Socket.IO server that takes the same connections and does nothing. */
import { createServer } from 'node:http';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { createSignalingServer } from '@snug/signaling/server.ts';
import { SocketBytes } from '@snug/signaling/socket-bytes.ts';
import { Server } from 'socket.io';
import * as v from 'valibot';
import { answerParent } from './child.ts';
import { type HostKind, HostQuestion, type Reading } from './host-process.ts';

interface Running {
  readonly url: string;
  connections(): number;
  socketBytes(): number;
}

async function ours(): Promise<Running> {
  const server = createSignalingServer(
    {
      port: 0,
      host: '127.0.0.1',
      stun: null,
      origins: [],
      publicHosts: [],
      trustProxy: false,
      ice: { urls: [], turnSecret: null, turnSeconds: 600 },
      maxPeers: 1_000_000,
      maxPeersPerAddress: 1_000_000,
      pageDir: null,
    },
    { log: () => {}, random: Math.random, now: Date.now },
  );
  const { port } = await server.listen();
  return {
    url: `http://127.0.0.1:${port}`,
    connections: () => server.counters.peers,
    socketBytes: () => server.counters.socketBytesIn + server.counters.socketBytesOut,
  };
}

function bare(): Promise<Running> {
  const http = createServer();
  const bytes = new SocketBytes();
  http.on('upgrade', (_request, socket) => bytes.watch(socket));
  const io = new Server(http, { transports: ['websocket'], serveClient: false });
  return new Promise((resolve) => {
    http.listen(0, '127.0.0.1', () => {
      const { port } = v.parse(v.object({ port: v.number() }), http.address());
      resolve({
        url: `http://127.0.0.1:${port}`,
        connections: () => io.of('/').sockets.size,
        socketBytes: () => bytes.in + bytes.out,
      });
    });
  });
}

const START: Readonly<Record<HostKind, () => Promise<Running>>> = { ours, bare };

/** What is garbage goes, and what only a full collection finds; twice, for what finalisers let go. */
async function collect(): Promise<void> {
  const gc = globalThis.gc;
  if (gc === undefined) throw new Error('Start this with --expose-gc.');
  for (let i = 0; i < 2; i++) {
    gc();
    await new Promise((resolve) => setImmediate(resolve));
  }
}

const kind = v.parse(v.picklist(['ours', 'bare']), process.argv[2]);
const server = await START[kind]();
const RESOLUTION_MS = 5;
const delay = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
/** Of a histogram in ns that counts the timer's own time too. */
const delayMs = (ns: number) => Math.max(0, ns / 1e6 - RESOLUTION_MS);

/** Collecting costs CPU of its own, so that is read before. */
async function reading(collected: boolean): Promise<Reading> {
  const { user, system } = process.cpuUsage();
  const [p99, longest] = [delay.percentile(99), delay.max];
  if (collected) await collect();
  const { rss, heapUsed, external } = process.memoryUsage();
  return {
    connections: server.connections(),
    socketBytes: server.socketBytes(),
    cpuMs: (user + system) / 1000,
    residentBytes: rss,
    heapBytes: heapUsed + external,
    delayP99Ms: delayMs(p99),
    delayLongestMs: delayMs(longest),
  };
}

answerParent(HostQuestion, async (question) => {
  switch (question.ask) {
    case 'url':
      return server.url;
    case 'watch-delay':
      delay.reset();
      delay.enable();
      return null;
    case 'reading':
      return reading(question.collected);
  }
});
