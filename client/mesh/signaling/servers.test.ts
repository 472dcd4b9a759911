import { createServer } from 'node:http';
import { generateDeviceKey, openDeviceKey } from '@snug/shared/crypto/device-key.ts';
import { Topic } from '@snug/shared/protocol/ids.ts';
import { Server } from 'socket.io';
import * as v from 'valibot';
import { afterEach, expect, test } from 'vitest';
import { systemClock } from '../clock.ts';
import { closeAll, startServer, until } from '../test/peer.ts';
import { Servers } from './servers.ts';
import { connectToServer } from './signaling-client.ts';

const closing: (() => unknown)[] = [];
afterEach(async () => {
  await Promise.all(closing.splice(0).map((close) => close()));
  await closeAll();
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
    socket.emit('challenge', { nonce: Buffer.alloc(32).toString('base64url') });
  });
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve));
  closing.push(() => io.close());
  const address = http.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return `http://127.0.0.1:${address.port}`;
}

const topic = v.parse(Topic, 'A'.repeat(43));
const other = v.parse(Topic, `${'B'.repeat(42)}A`);
const spec = (of: typeof topic, ...servers: string[]) => ({
  topic: of,
  signalKey: new Uint8Array(32),
  servers,
  initiate: 'listed' as const,
  allowed: [],
});

async function connecting(
  ownServer?: string,
  options: Partial<ConstructorParameters<typeof Servers>[0]> = {},
) {
  const servers = new Servers({
    device: await openDeviceKey(await generateDeviceKey()),
    nonce: new Uint8Array(16),
    connect: connectToServer,
    clock: systemClock,
    random: () => 0,
    ownServer,
    on: () => undefined,
    ...options,
  });
  closing.push(() => servers.close());
  return servers;
}

test('a topic’s links use the ICE servers of its own servers, and none that a browser would refuse', async () => {
  const [one, two] = [await naming('stun:one.example'), await naming('turn:x', 'stun:two.example')];
  const servers = await connecting();
  servers.serve([spec(topic, one), spec(other, two)]);
  await until(() => servers.all.every(({ ready }) => ready) || undefined, 'both servers');
  expect(servers.iceServers(topic)).toEqual([{ urls: ['stun:one.example'] }]);
  expect(servers.iceServers(other)).toEqual([{ urls: ['stun:two.example'] }]);
});

test('a server is told of no topic that does not meet there, whomever it says it knows', async () => {
  const [one, two] = [await naming('stun:one.example'), await naming('stun:two.example')];
  const servers = await connecting();
  servers.serve([spec(topic, one), spec(other, two)]);
  await until(() => servers.all.every(({ ready }) => ready) || undefined, 'both servers');
  const { peerId } = await openDeviceKey(await generateDeviceKey());
  servers.sightings.seen(peerId, new Uint8Array(16), two);
  expect(servers.ways(peerId, topic).map(({ url }) => url)).toEqual([one]);
  expect(servers.toward(peerId, topic)?.url).toBe(one);
  expect(servers.ways(peerId, other).map(({ url }) => url)).toEqual([two]);
});

const ready = (servers: Servers) =>
  servers.all.flatMap((server) => (server.ready ? [server.url] : [])).sort();

async function meetsAt(servers: Servers, ...urls: string[]) {
  const wanted = [...urls].sort().join();
  await until(() => ready(servers).join() === wanted || undefined, `to meet at ${wanted}`);
}

test('of three servers two are used; one that is lost makes room for the third until it is back', async () => {
  const [one, two, three] = [await startServer(), await startServer(), await startServer()];
  const servers = await connecting();
  servers.serve([spec(topic, one.url, two.url, three.url)]);
  await meetsAt(servers, one.url, two.url);
  expect(three.server.counters.connections).toBe(0);
  await one.server.close();
  await meetsAt(servers, two.url, three.url);
  const { url } = await startServer(one.port);
  expect(url).toBe(one.url);
  await meetsAt(servers, one.url, two.url);
  expect(servers.all.map((server) => server.url)).not.toContain(three.url);
});

test('a server where a topic is expected is called on before, and is the one that it then meets at', async () => {
  const { url, server } = await startServer();
  const servers = await connecting(undefined, { expected: `${url}/` });
  servers.serve([]);
  await until(() => server.counters.connections === 1 || undefined, 'the call');
  servers.serve([spec(topic, url)]);
  await meetsAt(servers, url);
  expect(server.counters.connections).toBe(1);
});

test('a server where a topic was expected and none came is let go', async () => {
  const { url } = await startServer();
  const timers: (() => void)[] = [];
  const setTimeout = (run: () => void) => {
    timers.push(run);
    return systemClock.setTimeout(() => undefined, 0);
  };
  const servers = await connecting(undefined, {
    expected: url,
    clock: { ...systemClock, setTimeout },
  });
  expect(servers.all.map((server) => server.url)).toEqual([url]);
  for (const run of timers) run();
  expect(servers.all).toEqual([]);
});

test('where one server was never there the third is used at once', async () => {
  const [two, three] = [await startServer(), await startServer()];
  const gone = await startServer();
  await gone.server.close();
  const servers = await connecting();
  servers.serve([spec(topic, gone.url, two.url, three.url)]);
  await meetsAt(servers, two.url, three.url);
});

test('the page’s own server goes first where the topic names it, and is left out where it does not', async () => {
  const [one, two, own] = [await startServer(), await startServer(), await startServer()];
  const servers = await connecting(own.url);
  servers.serve([spec(topic, one.url, two.url, own.url)]);
  await meetsAt(servers, own.url, one.url);
  servers.serve([spec(topic, one.url, two.url)]);
  await meetsAt(servers, one.url, two.url);
});

test('a fresh sample is asked of each server where the topic meets, and of no other', async () => {
  const [one, two] = [await startServer(), await startServer()];
  const samples: string[] = [];
  const servers = new Servers({
    device: await openDeviceKey(await generateDeviceKey()),
    nonce: new Uint8Array(16),
    connect: connectToServer,
    clock: systemClock,
    random: () => 0,
    ownServer: undefined,
    on: (event, server) => {
      if (event.is === 'joined') samples.push(`${server.url} ${event.topic}`);
    },
  });
  closing.push(() => servers.close());
  servers.serve([spec(topic, one.url, two.url), spec(other, two.url)]);
  await until(() => samples.length === 3 || undefined, 'the first samples');
  samples.length = 0;
  servers.sample(topic);
  await until(() => samples.length === 2 || undefined, 'two more');
  expect(samples.sort()).toEqual([`${one.url} ${topic}`, `${two.url} ${topic}`].sort());
});
