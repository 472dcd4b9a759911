/** A server in a process of its own: ours, or a bare Socket.IO server that takes the same connections and does nothing. */
import { createServer } from 'node:http';
import { createSignalingServer } from '@snug/signaling/server.ts';
import { SocketBytes } from '@snug/signaling/socket-bytes.ts';
import { Server } from 'socket.io';
import * as v from 'valibot';
import { answerParent } from './child.ts';
import { type HostKind, HostQuestion, type Reading } from './host-process.ts';
import { LoopWatch } from './loop-watch.ts';

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

/**
 * What is garbage goes, and what only a full collection finds; twice, for what finalisers let go. The last resort also moves
 * together what is left and gives pages back: how many stay half empty otherwise is chance, and so was a tenth of the resident set.
 */
async function collect(): Promise<void> {
  const gc = globalThis.gc;
  if (gc === undefined) throw new Error('Start this with --expose-gc.');
  for (let i = 0; i < 2; i++) {
    gc({ type: 'major', execution: 'sync', flavor: 'last-resort' });
    await new Promise((resolve) => setImmediate(resolve));
  }
}

const kind = v.parse(v.picklist(['ours', 'bare']), process.argv[2]);
const server = await START[kind]();
const loop = new LoopWatch();

/** Collecting costs CPU of its own, so that is read before. */
async function reading(collected: boolean): Promise<Reading> {
  const { user, system } = process.cpuUsage();
  const delay = loop.now;
  if (collected) await collect();
  const { rss, heapUsed, external } = process.memoryUsage();
  return {
    connections: server.connections(),
    socketBytes: server.socketBytes(),
    cpuMs: (user + system) / 1000,
    residentBytes: rss,
    heapBytes: heapUsed + external,
    ...delay,
  };
}

answerParent(HostQuestion, async (question) => {
  switch (question.ask) {
    case 'url':
      return server.url;
    case 'watch-delay':
      loop.start();
      return null;
    case 'reading':
      return reading(question.collected);
  }
});
