/**
 * A chat router as lean as one can be: bare WebSocket, no compression, each message once up and once down to each other
 * member, nothing acknowledged. It keeps what was said and gives it to whoever comes later.
 */
import { once } from 'node:events';
import { createServer } from 'node:http';
import { toHex } from '@snug/shared/crypto/bytes.ts';
import { type RawData, type WebSocket, WebSocketServer } from 'ws';
import { authorIn, LONGEST_FRAME, MEMBERS, roomIn, welcomeFrame } from './router-frames.ts';
import { addressOf } from './server-address.ts';
import { type RunningServer, runServerProcess } from './server-process.ts';
import { SocketAccounts } from './socket-accounts.ts';

/** Between two pings, ms: as Socket.IO's. */
const PING_EVERY_MS = 25_000;
/** Who takes in nothing any more is let go when so many bytes wait for them. */
const WAITING_BYTES = 64 * 1024 * 1024;
/** Kept of all rooms together. */
const HISTORY_BYTES = 512 * 1024 * 1024;
const ROOMS = 1000;

/** Why a connection is closed: codes of RFC 6455, section 7.4.1. */
const CLOSE = { protocol: 1002, policy: 1008, full: 1013 } as const;

interface Room {
  readonly members: Set<WebSocket>;
  readonly history: Uint8Array[];
  /** Numbers given so far. */
  numbers: number;
}

/** Starts a router on a free port of this machine. */
export async function startRouterServer(): Promise<RunningServer> {
  const http = createServer((_request, response) => response.writeHead(426).end());
  const accounts = new SocketAccounts(
    () => (message) => (roomIn(message) ? 'setUp' : whatItSays(message)),
  );
  accounts.attach(http);
  const sockets = new WebSocketServer({
    server: http,
    maxPayload: LONGEST_FRAME,
    perMessageDeflate: false,
  });
  const router = new Router();
  sockets.on('connection', (socket) => router.connected(socket));
  const pings = setInterval(() => {
    for (const socket of sockets.clients) socket.ping();
  }, PING_EVERY_MS);
  http.listen(0, '127.0.0.1');
  await once(http, 'listening');
  return {
    url: `ws://${addressOf(http)}`,
    accounts,
    async close() {
      clearInterval(pings);
      for (const socket of sockets.clients) socket.terminate();
      sockets.close();
      http.closeAllConnections();
      http.close();
      await once(http, 'close');
    },
  };
}

function whatItSays(message: Uint8Array): 'chat' | 'setUp' {
  return authorIn(message) === undefined ? 'setUp' : 'chat';
}

class Router {
  readonly #rooms = new Map<string, Room>();
  #historyBytes = 0;

  connected(socket: WebSocket): void {
    let entered: { readonly room: Room; readonly number: number } | undefined;
    // The library closes the connection; there is nothing more to do.
    socket.on('error', () => {});
    socket.on('close', () => entered?.room.members.delete(socket));
    socket.on('message', (data) => {
      const frame = bytesOf(data);
      if (entered) return this.#said(socket, entered, frame);
      const room = roomIn(frame);
      if (!room) return socket.close(CLOSE.protocol, 'expected the room to enter');
      entered = this.#enter(socket, toHex(room));
    });
  }

  #enter(socket: WebSocket, name: string) {
    const held = this.#rooms.get(name);
    if (!held && this.#rooms.size >= ROOMS) {
      socket.close(CLOSE.full, 'too many rooms');
      return undefined;
    }
    const room = held ?? { members: new Set(), history: [], numbers: 0 };
    if (room.numbers >= MEMBERS) {
      socket.close(CLOSE.full, 'too many members');
      return undefined;
    }
    this.#rooms.set(name, room);
    const number = room.numbers++;
    room.members.add(socket);
    socket.send(welcomeFrame({ number, history: room.history.length }));
    for (const frame of room.history) socket.send(frame);
    return { room, number };
  }

  #said(
    socket: WebSocket,
    { room, number }: { readonly room: Room; readonly number: number },
    frame: Uint8Array,
  ): void {
    if (authorIn(frame) !== number)
      return socket.close(CLOSE.policy, 'expected an entry under the number that was given');
    if (this.#historyBytes + frame.length > HISTORY_BYTES)
      return socket.close(CLOSE.full, 'no room for more history');
    this.#historyBytes += frame.length;
    room.history.push(frame);
    for (const member of room.members) {
      if (member === socket) continue;
      if (member.bufferedAmount > WAITING_BYTES) member.terminate();
      else member.send(frame);
    }
  }
}

function bytesOf(data: RawData): Uint8Array {
  // A copy: what is kept would hold on to the whole chunk it came in.
  return Array.isArray(data) ? Buffer.concat(data) : new Uint8Array(data);
}

if (import.meta.main) runServerProcess(startRouterServer);
