/** How connections come, are ended, and are kept from costing more than their limits. */
import { randomBytes } from 'node:crypto';
import { EventEmitter } from 'node:events';
import { SIGNALING_LIMITS } from '@snug/shared/protocol/limits.ts';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { BACKLOG } from './backlog.ts';
import { ConnectionGate } from './connection-gate.ts';
import type { ServerSocket } from './session.ts';
import { OPCODE, RawConnection } from './test/raw-connection.ts';
import { randomTopic, startServer, TEST_SETTINGS, TestPeer } from './test/test-peer.ts';

const closers: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

async function start(...args: Parameters<typeof startServer>) {
  const server = await startServer(...args);
  closers.push(() => server.close());
  return server;
}
function raw(url: string, query?: string): RawConnection {
  const connection = new RawConnection(url, query);
  closers.push(() => connection.close());
  return connection;
}
async function joined(url: string, topic: string): Promise<TestPeer> {
  const peer = await TestPeer.connect(url);
  closers.push(() => peer.close());
  await peer.join(topic);
  return peer;
}

describe('a connection that sends control frames of WebSocket', () => {
  it.each(['ping', 'pong'] as const)('(%s) is cut off at the first, unanswered', async (kind) => {
    const { url } = await start();
    const connection = raw(url);
    await connection.sees(/"sid"/);
    connection.send(OPCODE[kind], '');
    const received = await connection.ended;
    expect(received).not.toContain('\x8a');
  });

  it('is cut off after it has authenticated, too', async () => {
    const server = await start();
    const peer = await joined(server.url, randomTopic());
    const engine = peer.socket.io.engine as unknown as { transport: { ws: { ping(): void } } };
    engine.transport.ws.ping();
    await peer.disconnected;
    await expect.poll(() => server.counters.peers).toBe(0);
  });
});

describe('a connection in the place of another', () => {
  it.each(['sid', '%73id'])('is not made, however it is asked for (%s)', async (name) => {
    const { url } = await start();
    const first = raw(url);
    const [, sid] = await first.sees(/"sid":"([^"]+)"/);
    const second = raw(url, `&${name}=${sid}`);
    expect(await second.ended).toBe('');
    first.send(OPCODE.text, '40{"version":1}');
    await first.sees(/challenge/);
  });
});

describe('a connection that has been ended', () => {
  it('is not read for long, whatever the other end does', async () => {
    const { url } = await start({}, { limits: { authenticateMs: 1000 } });
    const connection = raw(url);
    await connection.sees(/"sid"/);
    connection.send(OPCODE.text, '40{"version":1}');
    // Goes on as if nothing had been said.
    await connection.sees(/unauthenticated/);
    const chatter = setInterval(() => connection.send(OPCODE.text, '3'), 20);
    closers.push(() => clearInterval(chatter));
    const since = performance.now();
    await connection.ended;
    expect(performance.now() - since).toBeLessThan(10_000);
  });
});

describe('a peer that reads nothing', () => {
  it('is ended when the kernel has not taken its batch for so long', async () => {
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
    closers.push(() => vi.useRealTimers());
    let clock = 1_700_000_000_000;
    const server = await start({}, { now: () => clock });
    const topic = randomTopic();
    const slow = await joined(server.url, topic);
    const engine = slow.socket.io.engine as unknown as {
      transport: { ws: { _socket: { pause(): void } } };
    };
    engine.transport.ws._socket.pause();
    const frame = new Uint8Array(randomBytes(SIGNALING_LIMITS.relayFrameBytes));
    const senders: TestPeer[] = [];
    // More than kernels buffer, until the server has to say that it waits.
    while (senders.every(({ refusals }) => refusals.size === 0)) {
      expect(senders.length).toBeLessThan(12);
      const sender = await joined(server.url, topic);
      senders.push(sender);
      for (let n = 0; n < 200; n++) sender.relay(slow.id, frame);
      await sender.here(topic, [slow.id]);
    }
    const before = server.counters.peers;
    vi.advanceTimersByTime(10_000);
    expect(server.counters.peers).toBe(before);
    clock += BACKLOG.batchMs + 1;
    vi.advanceTimersByTime(10_000);
    expect(server.counters.peers).toBe(before - 1);
    expect(await senders[0]?.here(topic, [slow.id])).toMatchObject({ value: { peers: [] } });
  });
});

describe('the gate', () => {
  it('ends a connection beneath which more has piled up than the backlog allows for', () => {
    const gate = new ConnectionGate(TEST_SETTINGS, SIGNALING_LIMITS, () => 0);
    const stream = { writableLength: BACKLOG.stream, remoteAddress: '127.0.0.1', destroy: vi.fn() };
    const request = { headers: {}, socket: stream };
    const connection = Object.assign(new EventEmitter(), { request });
    gate.opened(connection as unknown as ServerSocket['conn']);
    connection.emit('packet', { data: '2' });
    expect(stream.destroy).not.toHaveBeenCalled();
    stream.writableLength++;
    connection.emit('packet', { data: '2' });
    expect(stream.destroy).toHaveBeenCalled();
  });
});
