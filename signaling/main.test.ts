import { type ChildProcess, spawn } from 'node:child_process';
import { createServer } from 'node:net';
import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, it } from 'vitest';
import { TestPeer } from './test/test-peer.ts';

const running: ChildProcess[] = [];
afterEach(() => {
  for (const child of running.splice(0)) child.kill('SIGKILL');
});

function start(environment: Record<string, string>) {
  const main = fileURLToPath(new URL('./main.ts', import.meta.url));
  const child = spawn(process.execPath, [main], {
    env: { PATH: process.env.PATH, HOST: '127.0.0.1', PORT: '0', STUN_PORT: '0', ...environment },
  });
  running.push(child);
  const said = { out: '', err: '' };
  child.stderr.on('data', (data) => {
    said.err += data;
  });
  const ready = new Promise<string>((resolve) => {
    child.stdout.on('data', (data) => {
      said.out += data;
      const url = /http:\/\/\S+/.exec(said.out)?.[0];
      if (url !== undefined) resolve(url);
    });
  });
  const exited = new Promise<number | null>((resolve) => child.on('close', resolve));
  return { child, said, ready, exited };
}

describe('the program', () => {
  it('prints its URL, serves, and ends cleanly within two seconds of SIGTERM', async () => {
    const { child, said, ready, exited } = start({});
    const url = await ready;
    expect((await fetch(new URL('/healthz', url))).status).toBe(200);
    const peer = await TestPeer.connect(new URL(url).origin);
    const began = performance.now();
    child.kill('SIGTERM');
    expect(await exited).toBe(0);
    expect(performance.now() - began).toBeLessThan(2000);
    expect((await peer.refusals.take()).problem.code).toBe('shutting-down');
    const lines = said.err
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(lines.map(({ event }) => event)).toEqual(['started', 'stopped']);
    expect(said.err).not.toContain(peer.id);
  }, 20_000);

  it('says what is wrong with its settings, and exits with 2', async () => {
    const { said, exited } = start({ PORT: 'eighty', TRUST_PROXY: 'maybe' });
    expect(await exited).toBe(2);
    expect(said.err).toBe(
      'PORT: expected a whole number from 0 to 65535, got "eighty".\n' +
        'TRUST_PROXY: expected true or false, got "maybe".\n',
    );
  }, 20_000);

  it('says that its port is taken, and exits with 2', async () => {
    const other = createServer();
    await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
    const taken = other.address();
    const port = typeof taken === 'object' && taken !== null ? taken.port : 0;
    const { said, exited } = start({ PORT: String(port) });
    expect(await exited).toBe(2);
    expect(said.err).toContain(`Cannot listen on TCP port ${port}: another program has it.`);
    other.close();
  }, 20_000);
});
