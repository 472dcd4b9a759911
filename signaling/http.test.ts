import { once } from 'node:events';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { connect as connectTcp } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { mostConnections } from './connection-gate.ts';
import { randomTopic, startServer, TestPeer, type TestServer } from './test/test-peer.ts';

const closers: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

async function start(...args: Parameters<typeof startServer>): Promise<TestServer> {
  const server = await startServer(...args);
  closers.push(() => server.close());
  return server;
}
async function connect(server: TestServer): Promise<TestPeer> {
  const peer = await TestPeer.connect(server.url);
  closers.push(() => peer.close());
  return peer;
}
async function builtPage(): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'snug-page-'));
  closers.push(() => rm(directory, { recursive: true }));
  await mkdir(join(directory, 'assets'));
  await writeFile(join(directory, 'index.html'), '<!doctype html><title>Snug</title>');
  await writeFile(join(directory, 'config.json'), '{}');
  await writeFile(join(directory, 'assets', 'engine-Ab12_xY9.js'), 'export {};'.repeat(200));
  await writeFile(join(directory, 'assets', 'engine-Ab12_xY9.js.br'), 'compressed');
  await writeFile(join(directory, 'assets', 'automerge-Cd34_zW8.wasm'), new Uint8Array(8));
  return directory;
}

describe('the page', () => {
  it('is served with a policy that lets in nothing but its own code', async () => {
    const { url } = await start({ pageDir: await builtPage() });
    const response = await fetch(`${url}/`);
    expect(response.status).toBe(200);
    expect(await response.text()).toContain('<title>Snug');
    expect(response.headers.get('content-type')).toBe('text/html;charset=utf-8');
    expect(response.headers.get('cache-control')).toBe('no-cache');
    expect(response.headers.get('x-content-type-options')).toBe('nosniff');
    expect(response.headers.get('referrer-policy')).toBe('no-referrer');
    const policy = response.headers.get('content-security-policy');
    expect(policy).toContain("script-src 'self' 'wasm-unsafe-eval';");
    expect(policy).toContain("connect-src 'self' ws: wss: https: http:;");
    expect(policy).not.toMatch(/'unsafe-eval'|script-src[^;]*unsafe-inline/);
  });

  it('keeps hashed assets for ever, and asks again for the rest', async () => {
    const { url } = await start({ pageDir: await builtPage() });
    const wasm = await fetch(`${url}/assets/automerge-Cd34_zW8.wasm`);
    expect(wasm.headers.get('content-type')).toBe('application/wasm');
    expect(wasm.headers.get('cache-control')).toBe('public, max-age=31536000, immutable');
    const config = await fetch(`${url}/config.json`);
    expect(config.headers.get('cache-control')).toBe('no-cache');
  });

  it('comes compressed when the build has compressed it', async () => {
    const { url } = await start({ pageDir: await builtPage() });
    const script = await fetch(`${url}/assets/engine-Ab12_xY9.js`, {
      method: 'HEAD',
      headers: { 'accept-encoding': 'br' },
    });
    expect(script.headers.get('content-encoding')).toBe('br');
    expect(script.headers.get('content-type')).toMatch(/javascript/);
  });

  it('is all that is served', async () => {
    const server = await start({ pageDir: await builtPage() });
    for (const path of [
      '/nothing',
      '/../package.json',
      '/%2e%2e/%2e%2e/etc/passwd',
      '/%00',
      '/%',
    ]) {
      expect((await fetch(server.url + path)).status, path).toBe(404);
    }
    expect((await fetch(server.url, { method: 'POST' })).status).toBe(405);
    const backwards = await fetch(server.url, { headers: { range: 'bytes=9-2' } });
    expect(backwards.status).toBe(200);
    expect(server.counters.internalErrors).toBe(0);
  });

  it('says how to build it when it is not built', async () => {
    const { url } = await start();
    const response = await fetch(url);
    expect(response.status).toBe(503);
    expect(await response.text()).toContain('npm run build');
  });
});

describe('health and metrics', () => {
  it('say how the server is', async () => {
    let clock = 1_000_000;
    const server = await start({}, { now: () => clock });
    const peer = await connect(server);
    await peer.join(randomTopic());
    clock += 5000;
    const response = await fetch(`${server.url}/healthz`);
    expect(response.headers.get('content-type')).toBe('application/json');
    expect(await response.json()).toEqual({
      ok: true,
      version: expect.stringMatching(/^\d+\.\d+\.\d+/),
      uptime: 5,
      peers: 1,
      topics: 1,
    });
  });

  it('count bytes at the sockets of peers, not those of the page', async () => {
    const server = await start();
    await fetch(server.url);
    expect(server.counters).toMatchObject({ socketBytesIn: 0, socketBytesOut: 0 });
    const [a, b, topic] = [await connect(server), await connect(server), randomTopic()];
    await a.join(topic);
    await b.join(topic);
    const before = server.counters;
    a.relay(b.id, new Uint8Array(10_000));
    await b.frames.take();
    const after = server.counters;
    for (const way of ['socketBytesIn', 'socketBytesOut'] as const) {
      expect(after[way] - before[way]).toBeGreaterThan(10_000);
      expect(after[way] - before[way]).toBeLessThan(10_400);
    }
    a.close();
    b.close();
    await expect.poll(() => server.counters.peers).toBe(0);
    expect(server.counters.socketBytesIn).toBeGreaterThanOrEqual(after.socketBytesIn);
  });

  it('are counted out once a second, however often they are asked for', async () => {
    let clock = 1_000_000;
    const server = await start({}, { now: () => clock });
    const metrics = async () => (await fetch(`${server.url}/metrics`)).text();
    const before = await metrics();
    await connect(server);
    clock += 999;
    expect(await metrics()).toBe(before);
    clock += 1;
    expect(await metrics()).toContain('\nsnug_peers 1\n');
  });

  it('are numbers that name nobody', async () => {
    const server = await start();
    const [peer, topic] = [await connect(server), randomTopic()];
    await peer.join(topic);
    await peer.ask('nonsense');
    const metrics = await (await fetch(`${server.url}/metrics`)).text();
    expect(metrics).toContain('\nsnug_peers 1\n');
    expect(metrics).toContain('\nsnug_joins_total 1\n');
    expect(metrics).toContain('\nsnug_refusals_total{code="bad-request"} 1\n');
    for (const line of metrics.trimEnd().split('\n')) {
      expect(line).toMatch(/^(# (HELP|TYPE) snug_\w+ .+|snug_\w+(\{code="[a-z-]+"\})? \d+)$/);
    }
    for (const secret of [peer.id, topic, '127.0.0.1']) expect(metrics).not.toContain(secret);
    expect(JSON.stringify(server.logged)).not.toContain(peer.id);
  });
});

describe('who may connect', () => {
  const attempt = (server: TestServer, headers: Record<string, string>) => {
    const peer = new TestPeer(server.url, { headers });
    closers.push(() => peer.close());
    return Promise.race([
      peer.failed.then(() => 'refused'),
      peer.challenges.take().then(() => 'connected'),
    ]);
  };

  it('pages of the server’s own origin and of those allowed', async () => {
    const server = await start({ origins: ['https://page.example'] });
    expect(await attempt(server, { origin: server.url })).toBe('connected');
    expect(await attempt(server, { origin: 'https://page.example' })).toBe('connected');
    expect(await attempt(server, { origin: 'https://evil.example' })).toBe('refused');
    expect(await attempt(server, {})).toBe('connected');
  });

  it('no more peers than there is room for, who are told', async () => {
    const server = await start({ maxPeers: 1 });
    await connect(server);
    const second = new TestPeer(server.url);
    closers.push(() => second.close());
    expect((await second.failed).data).toMatchObject({ code: 'server-full' });
  });

  it('no more from one address than allowed, until one of them has gone', async () => {
    const server = await start({ maxPeersPerAddress: 1, trustProxy: true });
    const headers = { 'x-forwarded-for': '192.0.2.9' };
    const first = new TestPeer(server.url, { headers });
    await first.challenges.take();
    expect(await attempt(server, headers)).toBe('refused');
    expect(await attempt(server, { 'x-forwarded-for': '192.0.2.10' })).toBe('connected');
    first.close();
    await expect.poll(() => attempt(server, headers)).toBe('connected');
  });

  it('only who signs for a host of the server’s own, where it knows them', async () => {
    const server = await start({ publicHosts: ['chat.example'] });
    // A relaying server sends a Host of its choice and passes the peer's answer on.
    const relayed = new TestPeer(server.url, { headers: { host: 'evil.example' } });
    const honest = new TestPeer(server.url, { headers: { host: 'chat.example' } });
    closers.push(
      () => relayed.close(),
      () => honest.close(),
    );
    const answer = await relayed.authenticate(
      (await relayed.challenges.take()).nonce,
      'evil.example',
    );
    expect(answer).toMatchObject({ ok: false, problem: { code: 'bad-signature' } });
    const good = await honest.authenticate((await honest.challenges.take()).nonce, 'chat.example');
    expect(good).toMatchObject({ ok: true });
  });
});

describe('plain connections', () => {
  it('are so many beside those of peers, and no more', async () => {
    const server = await start({ maxPeers: 1 }, { plainConnections: 3 });
    const open = () => {
      const socket = connectTcp(server.address?.port ?? 0, '127.0.0.1');
      socket.on('error', () => {});
      closers.push(() => socket.destroy());
      return socket;
    };
    const within = Array.from({ length: mostConnections({ maxPeers: 1 }, 3) }, open);
    await Promise.all(within.map((socket) => once(socket, 'connect')));
    await once(open(), 'close');
    expect(within.filter(({ destroyed }) => destroyed)).toEqual([]);
  });

  it('that ask to poll are answered, with or without a session', async () => {
    const server = await start();
    for (const query of ['', '&sid=none', '&sid=']) {
      const response = await fetch(`${server.url}/socket.io/?EIO=4&transport=websocket${query}`);
      expect(response.status).toBe(503);
    }
    const peer = await connect(server);
    const { id } = peer.socket.io.engine as unknown as { id: string };
    const asked = await fetch(`${server.url}/socket.io/?EIO=4&transport=websocket&sid=${id}`);
    expect(asked.status).toBe(503);
  });
});

describe('a connection that is no client of ours', () => {
  /** Sends raw bytes over TCP and gives back what came until the server hung up. */
  const exchange = (port: number, text: string) =>
    new Promise<string>((resolve) => {
      let received = '';
      const socket = connectTcp(port, '127.0.0.1', () => socket.write(text));
      socket.on('data', (data) => {
        received += data.toString('latin1');
      });
      socket.on('error', () => resolve(received));
      socket.on('close', () => resolve(received));
    });

  it.each([
    'nonsense\r\n\r\n',
    'GET / HTTP/1.1\r\n\r\n',
    'GET http:// HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n',
    'GET // HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n',
    'GET /socket.io/?EIO=4&transport=polling HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n',
    'GET /socket.io/?transport=__proto__ HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n',
    'GET /socket.io/?EIO=4&transport=websocket HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n',
    'GET /elsewhere HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n',
  ])('is turned away: %j', async (text) => {
    const server = await start({ pageDir: await builtPage() });
    await exchange(server.address?.port ?? 0, text);
    expect((await fetch(`${server.url}/healthz`)).status).toBe(200);
    expect(server.counters.internalErrors).toBe(0);
  });

  it('is told why when its page may not use the server', async () => {
    const server = await start();
    const refusal = await exchange(
      server.address?.port ?? 0,
      'GET /socket.io/?EIO=4&transport=websocket HTTP/1.1\r\nHost: x\r\nOrigin: https://evil.example\r\n' +
        'Upgrade: websocket\r\nConnection: Upgrade\r\n\r\n',
    );
    expect(refusal).toMatch(/^HTTP\/1\.1 400 .*ORIGINS/s);
  });
});
