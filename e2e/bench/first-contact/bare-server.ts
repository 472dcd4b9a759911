/** Signaling for simple-peer and nothing else: Socket.IO as it comes, rooms, and signals handed on unread. */
import { once } from 'node:events';
import { createServer } from 'node:http';
import { Server } from 'socket.io';
import * as v from 'valibot';
import { addressOf } from '../../loadtest/server-address.ts';
import { answerParent } from '../server-scale/child.ts';

const http = createServer();
const sockets = new Server(http, { serveClient: false });

sockets.on('connection', (socket) => {
  socket.on('join', async (room: string, answer: (others: readonly string[]) => void) => {
    const others = await sockets.in(room).fetchSockets();
    await socket.join(room);
    answer(others.map(({ id }) => id));
  });
  socket.on('signal', (to: string, signal: unknown) => {
    sockets.to(to).emit('signal', socket.id, signal);
  });
});

http.listen(0, '127.0.0.1');
await once(http, 'listening');
answerParent(v.literal('url'), async () => `http://${addressOf(http)}`);
