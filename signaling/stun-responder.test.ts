import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { afterEach, describe, expect, it } from 'vitest';
import { emptyCounters } from './counters.ts';
import { openStunResponder } from './stun-responder.ts';
import { startServer, TestPeer, type TestServer } from './test/test-peer.ts';

const REQUEST = Buffer.from('000100002112a442000102030405060708090a0b', 'hex');
let open: { close(): Promise<void> | unknown }[] = [];

afterEach(async () => {
  for (const it of open) await it.close();
  open = [];
});

async function responder(port = 0, now: () => number = () => 0) {
  const counters = emptyCounters();
  const it = await openStunResponder({
    port,
    host: '127.0.0.1',
    counters,
    now,
    onError: (error) => expect.fail(error.message),
  });
  open.push(it);
  return { port: it.port, counters };
}

async function client() {
  const socket = createSocket('udp4');
  open.push({ close: () => new Promise<void>((resolve) => socket.close(() => resolve())) });
  socket.bind(0, '127.0.0.1');
  await once(socket, 'listening');
  return socket;
}

describe('STUN over UDP', () => {
  it('tells a client the address that its packets come from', async () => {
    const [{ port }, socket] = [await responder(), await client()];
    const answered = once(socket, 'message');
    socket.send(REQUEST, port, '127.0.0.1');
    const [answer] = (await answered) as [Buffer];
    expect(answer.subarray(8, 20)).toEqual(REQUEST.subarray(8, 20));
    expect(answer.readUInt16BE(26) ^ 0x2112).toBe(socket.address().port);
    expect((answer.readUInt32BE(28) ^ 0x2112a442) >>> 0).toBe(0x7f000001);
  });

  it('answers from the address that was asked, on a machine with several', async () => {
    const it = await openStunResponder({
      port: 0,
      host: null,
      addresses: () => ['127.0.0.1', '127.0.0.2'],
      counters: emptyCounters(),
      now: () => 0,
      onError: (error) => expect.fail(error.message),
    });
    open.push(it);
    const { port } = it;
    const socket = await client();
    for (const asked of ['127.0.0.1', '127.0.0.2']) {
      const answered = once(socket, 'message');
      socket.send(REQUEST, port, asked);
      const [, from] = await answered;
      expect(from).toMatchObject({ address: asked, port });
    }
  });

  it('is silent about what is no request, and goes on', async () => {
    const [{ port, counters }, socket] = [await responder(), await client()];
    for (const junk of [
      Buffer.alloc(0),
      Buffer.from('GET / HTTP/1.1\r\n'),
      Buffer.alloc(2000, 7),
    ]) {
      socket.send(junk, port, '127.0.0.1');
    }
    const answered = once(socket, 'message');
    socket.send(REQUEST, port, '127.0.0.1');
    const [answer] = (await answered) as [Buffer];
    expect(answer.readUInt16BE(0)).toBe(0x0101);
    await expect.poll(() => counters).toMatchObject({ stunRequests: 4, stunAnswers: 1 });
  });

  it('counts what comes and goes, without the headers of its packets', async () => {
    const [{ port, counters }, socket] = [await responder(), await client()];
    const answered = once(socket, 'message');
    socket.send(REQUEST, port, '127.0.0.1');
    const [answer] = (await answered) as [Buffer];
    await expect.poll(() => counters.stunBytesOut).toBe(answer.length);
    expect(counters.stunBytesIn).toBe(REQUEST.length);
  });

  it('refuses the keep-alives of a port that has long had its answer, for which browsers stop', async () => {
    let clock = 0;
    const [{ port }, socket] = [await responder(0, () => clock), await client()];
    const types: number[] = [];
    for (; clock <= 50_000; clock += 10_000) {
      const answered = once(socket, 'message');
      socket.send(REQUEST, port, '127.0.0.1');
      const [answer] = (await answered) as [Buffer];
      types.push(answer.readUInt16BE(0));
    }
    expect(types).toEqual([...Array.from({ length: 5 }, () => 0x0101), 0x0111]);
  });

  it('says so when the port is taken', async () => {
    const { port } = await responder();
    await expect(responder(port)).rejects.toMatchObject({ code: 'EADDRINUSE' });
  });
});

describe('a server whose STUN port is taken', () => {
  const start = async (stun: { port: number; required: boolean }): Promise<TestServer> => {
    const server = await startServer({ stun });
    open.push(server);
    return server;
  };

  it('does not start when the port was asked for', async () => {
    const { port } = await responder();
    await expect(start({ port, required: true })).rejects.toThrow(
      `Cannot answer STUN on UDP port ${port}: another program has it.`,
    );
  });

  it('starts without STUN when it was only the default, and says so to the log and to peers', async () => {
    const { port } = await responder();
    const server = await start({ port, required: false });
    expect(server.logged).toContainEqual(
      expect.objectContaining({ level: 'warn', event: 'stun-off' }),
    );
    expect(server.address?.stunPort).toBe(0);
  });

  it('otherwise tells peers the port', async () => {
    const server = await start({ port: 0, required: true });
    const peer = new TestPeer(server.url);
    const { nonce } = await peer.challenges.take();
    const welcome = await peer.authenticate(nonce);
    peer.close();
    expect(server.address?.stunPort).toBeGreaterThan(0);
    expect(welcome).toMatchObject({ value: { stunPort: server.address?.stunPort } });
  });
});
