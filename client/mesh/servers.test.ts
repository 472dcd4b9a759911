import { createServer } from 'node:http';
import { generateDeviceKey, openDeviceKey } from '@snug/shared/crypto/device-key.ts';
import { Topic } from '@snug/shared/protocol/ids.ts';
import { Server } from 'socket.io';
import * as v from 'valibot';
import { afterEach, expect, test } from 'vitest';
import { systemClock } from './clock.ts';
import { Servers } from './servers.ts';
import { connectToServer } from './signaling-client.ts';
import { until } from './test/peer.ts';

const closing: (() => unknown)[] = [];
afterEach(async () => {
  await Promise.all(closing.splice(0).map((close) => close()));
});

/** A server that welcomes everybody and names these URLs. */
async function naming(...urls: string[]): Promise<string> {
  const http = createServer();
  const io = new Server(http, { transports: ['websocket'] });
  io.on('connection', (socket) => {
    const answers = {
      authenticate: { stunPort: 0, iceServers: [{ urls }], iceSeconds: 0 },
      join: { size: 1, peers: [] },
    };
    for (const [event, value] of Object.entries(answers)) {
      socket.on(event, (_message: unknown, ack: (answer: unknown) => void) =>
        ack({ ok: true, value }),
      );
    }
    socket.emit('challenge', { nonce: Buffer.alloc(32) });
  });
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve));
  closing.push(() => io.close());
  const address = http.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return `http://127.0.0.1:${address.port}`;
}

test('a topic’s links use the ICE servers of its own servers, and none that a browser would refuse', async () => {
  const [one, two] = [await naming('stun:one.example'), await naming('turn:x', 'stun:two.example')];
  const servers = new Servers({
    device: await openDeviceKey(await generateDeviceKey()),
    nonce: new Uint8Array(16),
    connect: connectToServer,
    clock: systemClock,
    random: () => 0,
    ownServer: undefined,
    on: () => undefined,
  });
  closing.push(() => servers.close());
  const topic = v.parse(Topic, 'A'.repeat(43));
  const other = v.parse(Topic, `${'B'.repeat(42)}A`);
  const spec = (of: typeof topic, url: string) => ({
    topic: of,
    signalKey: new Uint8Array(32),
    servers: [url],
    initiate: 'listed' as const,
    allowed: [],
  });
  servers.serve([spec(topic, one), spec(other, two)]);
  await until(() => servers.all.every(({ ready }) => ready) || undefined, 'both servers');
  expect(servers.iceServers(topic)).toEqual([{ urls: ['stun:one.example'] }]);
  expect(servers.iceServers(other)).toEqual([{ urls: ['stun:two.example'] }]);
});
