import { fork } from 'node:child_process';
import { once } from 'node:events';
import { get } from 'node:http';
import { afterEach, expect, test, vi } from 'vitest';
import { type ServerProcess, startServerProcess } from './server-process.ts';
import type { ServerReading } from './server-traffic.ts';

const PATIENCE = { timeout: 20_000, interval: 10 };
const running: ServerProcess[] = [];
afterEach(async () => {
  for (const server of running.splice(0)) await server.close();
});

const file = (name: string) => new URL(name, import.meta.url);

async function started(name: string, onReading?: (reading: ServerReading) => void) {
  const server = await startServerProcess(file(name), onReading);
  running.push(server);
  return server;
}

test('a server in a process of its own tells its figures once a second, and when asked', async () => {
  const told: ServerReading[] = [];
  const server = await started('./router-server.ts', (reading) => told.push(reading));
  await vi.waitFor(() => expect(told.length).toBeGreaterThanOrEqual(2), PATIENCE);
  const before = await server.read();
  expect(before).toMatchObject({ socketIn: 0, socketOut: 0 });
  expect(before.cpuMs).toBeGreaterThan(0);
  expect(before.memoryBytes).toBeGreaterThan(10_000_000);
  await new Promise((resolve) =>
    get(server.url.replace('ws:', 'http:'), { agent: false }, (response) =>
      response.resume().on('close', resolve),
    ),
  );
  const after = await server.read();
  expect(after.atMs).toBeGreaterThan(before.atMs);
  expect(after.socketIn).toBeGreaterThan(0);
  expect(after.bytes.in).toEqual({ setUp: after.socketIn, heartbeat: 0, chat: 0, stun: 0 });
  expect(after.bytes.out).toEqual({ setUp: after.socketOut, heartbeat: 0, chat: 0, stun: 0 });
});

test('a server that ends by itself is told of, and asked nothing more', async () => {
  const server = await started('./test/failing-server.ts');
  const failed = expect(server.failed).rejects.toThrow('ended by itself (7)');
  const answer = server.read();
  await expect(answer).rejects.toThrow();
  await failed;
  await expect(server.read()).rejects.toThrow('has ended');
});

test('a server that cannot start says why', async () => {
  await expect(startServerProcess(file('./test/unable-server.ts'))).rejects.toThrow(
    'did not start: no port is free',
  );
});

test('one that has been closed has ended', async () => {
  const server = await started('./router-server.ts');
  await server.close();
  await expect(server.read()).rejects.toThrow('has ended');
  await expect(fetch(server.url.replace('ws:', 'http:'))).rejects.toThrow();
});

test('a server ends when the process that started it is gone', async () => {
  const child = fork(file('./router-server.ts'), { stdio: ['ignore', 'ignore', 'inherit', 'ipc'] });
  await once(child, 'message');
  const ended = once(child, 'exit');
  // As it looks from the other end when this process dies.
  child.disconnect();
  expect(await ended).toEqual([0, null]);
});
