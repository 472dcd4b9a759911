import { createServer } from 'node:http';
import { Server } from 'socket.io';
import { io } from 'socket.io-client';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { meshClassifier } from './mesh-traffic.ts';
import type { Direction } from './socket-accounts.ts';

const bytes = (text: string) => new TextEncoder().encode(text);

describe('What a signaling server’s messages are for', () => {
  const kinds = (...messages: readonly (readonly [string | Uint8Array, Direction])[]) => {
    const classify = meshClassifier();
    return messages.map(([message, direction]) =>
      typeof message === 'string'
        ? classify(bytes(message), direction, false)
        : classify(message, direction, true),
    );
  };
  const attachment = new Uint8Array(300);

  it('pings and pongs are heartbeats', () => {
    expect(kinds(['2', 'out'], ['3', 'in'])).toEqual(['heartbeat', 'heartbeat']);
  });

  it('connecting, authenticating, joining and their answers are set-up', () => {
    expect(
      kinds(
        ['0{"sid":"x","pingInterval":25000}', 'out'],
        ['40{"version":1}', 'in'],
        ['450-["challenge",{"nonce":{"_placeholder":true,"num":0}}]', 'out'],
        ['421["join",{"topic":"t"}]', 'in'],
        ['431[{"ok":true,"value":{"size":1,"peers":[]}}]', 'out'],
        ['41', 'in'],
      ),
    ).toEqual(Array(6).fill('setUp'));
  });

  it('signals are set-up and relayed frames are chat, each with its attachment', () => {
    expect(
      kinds(
        ['451-7["signal",{"to":"p","sealed":{"_placeholder":true,"num":0}}]', 'in'],
        [attachment, 'in'],
        ['451-["relay",{"to":"p","frame":{"_placeholder":true,"num":0}}]', 'in'],
        [attachment, 'in'],
      ),
    ).toEqual(['setUp', 'setUp', 'chat', 'chat']);
  });

  it('a signal that comes does not make a relayed frame that goes something else', () => {
    expect(
      kinds(
        ['451-["relay",{"from":"p","frame":{"_placeholder":true,"num":0}}]', 'out'],
        ['451-7["signal",{"to":"p","sealed":{"_placeholder":true,"num":0}}]', 'in'],
        [attachment, 'out'],
        [attachment, 'in'],
        [attachment, 'in'],
      ),
    ).toEqual(['chat', 'setUp', 'chat', 'setUp', 'setUp']);
  });

  it('is told from what Socket.IO really sends', async () => {
    const http = createServer();
    const server = new Server(http, { transports: ['websocket'] });
    await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve));
    onTestFinished(() => server.close());
    const address = http.address();
    const port = typeof address === 'object' && address !== null ? address.port : 0;
    const classify = meshClassifier();
    const seen: string[] = [];
    server.engine.on('connection', (connection) =>
      connection.on('packet', ({ type, data }: { type: string; data?: unknown }) => {
        if (type !== 'message') return;
        const binary = data instanceof Uint8Array;
        const message = data instanceof Uint8Array ? data : bytes(`4${data}`);
        seen.push(classify(message, 'in', binary));
      }),
    );
    const client = io(`http://127.0.0.1:${port}`, { transports: ['websocket'] });
    onTestFinished(() => void client.close());
    client.emit('relay', { to: 'p', frame: attachment });
    client.emit('signal', { to: 'p', sealed: attachment }, () => {});
    client.emit('join', { topic: 't' });
    await vi.waitFor(() => expect(seen).toHaveLength(6), { timeout: 20_000 });
    expect(seen).toEqual(['setUp', 'chat', 'chat', 'setUp', 'setUp', 'setUp']);
  });
});
