/** A server that delays, drops or invents what it should answer. */
import { createServer } from 'node:http';
import { generateDeviceKey, openDeviceKey } from '@snug/shared/crypto/device-key.ts';
import { Topic } from '@snug/shared/protocol/ids.ts';
import { Server } from 'socket.io';
import * as v from 'valibot';
import { afterEach, expect, test, vi } from 'vitest';
import { systemClock } from '../clock.ts';
import { connectToServer, SignalingClient } from './signaling-client.ts';

const topic = v.parse(Topic, 'A'.repeat(43));

const closing: (() => unknown)[] = [];
afterEach(async () => {
  await Promise.all(closing.splice(0).map((close) => close()));
});

/** Answers a challenge's answer on the connections for which it is told to. */
async function server(answers: (connection: number) => boolean) {
  const http = createServer();
  const io = new Server(http, { transports: ['websocket'] });
  let connections = 0;
  io.on('connection', (socket) => {
    const connection = ++connections;
    socket.on('authenticate', (_message: unknown, ack: (answer: unknown) => void) => {
      if (answers(connection))
        ack({ ok: true, value: { stunPort: 0, iceServers: [], iceSeconds: 0 } });
    });
    socket.emit('challenge', { nonce: Buffer.alloc(32).toString('base64url') });
  });
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve));
  closing.push(() => io.close());
  const address = http.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return `http://127.0.0.1:${address.port}`;
}

test('a server that once does not answer in time is tried again, and not given up for good', {
  timeout: 90_000,
}, async () => {
  const url = await server((connection) => connection > 1);
  const states: string[] = [];
  const client: SignalingClient = new SignalingClient({
    url,
    device: await openDeviceKey(await generateDeviceKey()),
    nonce: new Uint8Array(16),
    connect: connectToServer,
    clock: systemClock,
    random: () => 0,
    on: () => states.push(client.status.state),
  });
  closing.push(() => client.close());
  client.join(topic);
  await vi.waitFor(() => expect(client.status.state).toBe('connected'), {
    timeout: 80_000,
    interval: 20,
  });
  expect(states).toContain('unreachable');
  expect(states).not.toContain('refused');
});
