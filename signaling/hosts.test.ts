import { describe, expect, it } from 'vitest';
import {
  challengeHosts,
  countedAddress,
  type HostSettings,
  isLoopback,
  originAllowed,
  requestedHost,
  strangeHost,
} from './hosts.ts';
import { startServer, TestPeer } from './test/test-peer.ts';

const plain: HostSettings = { origins: [], publicHosts: [], trustProxy: false };
const proxied = { ...plain, trustProxy: true };

describe('the host that a client asked for', () => {
  it('is the Host header, lower case', () => {
    expect(requestedHost({ host: 'Chat.Example:8600' }, plain)).toBe('chat.example:8600');
    expect(requestedHost({}, plain)).toBeNull();
  });

  it('is what a trusted proxy says, and only a trusted one', () => {
    const headers = { host: 'inner:1', 'x-forwarded-host': 'made-up.example, chat.example' };
    expect(requestedHost(headers, proxied)).toBe('chat.example');
    expect(requestedHost(headers, plain)).toBe('inner:1');
  });
});

describe('the hosts that a challenge may be signed for', () => {
  it('are the one asked for, when the server does not know its own names', () => {
    expect(challengeHosts({ host: 'any.example' }, plain)).toEqual(['any.example']);
  });

  it('are the public ones alone, when it does', () => {
    const settings = { ...plain, publicHosts: ['a.example', 'b.example:8600'] };
    expect(challengeHosts({ host: 'a.example' }, settings)).toEqual(['a.example']);
    expect(challengeHosts({ host: 'evil.example' }, settings)).toEqual(settings.publicHosts);
    expect(challengeHosts({}, settings)).toEqual(settings.publicHosts);
    // A peer on the same machine.
    expect(challengeHosts({ host: 'localhost:8600' }, settings)).toEqual(['localhost:8600']);
    expect(challengeHosts({ host: '127.0.0.1.evil.example' }, settings)).not.toContain(
      '127.0.0.1.evil.example',
    );
  });
});

describe('a server without public hosts', () => {
  const strange = (host: string) => strangeHost({ host }, plain, () => ['203.0.113.7']) !== null;

  it.each([
    'localhost:8600',
    'app.localhost',
    '127.0.0.1:8600',
    '[::1]:8600',
    'snug',
    'snug.local:8600',
    '10.1.2.3',
    '192.168.0.2:8600',
    '[fe80::1]:8600',
    '[fd00::1]',
    '203.0.113.7:8600',
  ])('answers as %s', (host) => {
    expect(strange(host)).toBe(false);
  });

  it.each([
    'chat.example.org',
    'chat.example.org:8600',
    'evil.example.',
    '203.0.113.8',
    '[2001:db8::1]:8600',
    '127.0.0.1.evil.example',
    '10.1.2.3.example',
    'localhost.evil.example',
    `${'a'.repeat(20_000)}!`,
  ])('does not take part in a login as %s', (host) => {
    expect(strange(host)).toBe(true);
  });

  it('is known by what it was told to be known by', () => {
    const settings = { ...plain, publicHosts: ['chat.example.org'] };
    expect(strangeHost({ host: 'chat.example.org' }, settings, () => [])).toBeNull();
  });

  it('refuses a login that was meant for another server, and says what its host has to do', async () => {
    const server = await startServer();
    const peer = new TestPeer(server.url, { headers: { host: 'chat.example.org' } });
    expect((await peer.failed).message).toBe(
      'This server does not know itself as chat.example.org. ' +
        'Its host has to set PUBLIC_HOST=chat.example.org.',
    );
    peer.close();
    await server.close();
  });

  it('warns at its start when others can reach it', async () => {
    const warned = async (settings: Parameters<typeof startServer>[0]) => {
      const server = await startServer(settings);
      await server.close();
      return server.logged.filter(({ event }) => event === 'no-public-host').length;
    };
    expect(await warned({ host: '0.0.0.0' })).toBe(1);
    expect(await warned({ host: '0.0.0.0', publicHosts: ['chat.example.org'] })).toBe(0);
    expect(await warned({ host: '127.0.0.1' })).toBe(0);
    expect([null, '::', '::1', 'localhost'].map(isLoopback)).toEqual([false, false, true, true]);
  });
});

describe('origins', () => {
  const from = (origin: string | undefined, settings: HostSettings = plain) =>
    originAllowed({ host: 'chat.example', ...(origin !== undefined && { origin }) }, settings);

  it('are allowed when they are the server itself, or no page at all', () => {
    expect(from('https://chat.example')).toBe(true);
    expect(from(undefined)).toBe(true);
  });

  it('are refused otherwise', () => {
    for (const origin of [
      'https://evil.example',
      'https://chat.example:444',
      'https://chat.example.evil.example',
      'null',
      '',
      'file://chat.example',
      'nonsense',
    ]) {
      expect(from(origin), origin).toBe(false);
    }
  });

  it('are allowed when settings name them', () => {
    const named = { ...plain, origins: ['https://page.example'], publicHosts: ['my.example'] };
    expect(from('https://page.example', named)).toBe(true);
    expect(from('https://my.example', named)).toBe(true);
    expect(from('https://evil.example', named)).toBe(false);
    expect(from('https://evil.example', { ...plain, origins: '*' })).toBe(true);
  });
});

describe('the address that connections are counted by', () => {
  it.each([
    ['192.0.2.7', '192.0.2.7'],
    ['::ffff:192.0.2.7', '192.0.2.7'],
    ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2'],
    ['2001:db8::1', '2001:db8:0:0'],
    ['127.0.0.1', null],
    ['::ffff:127.0.0.1', null],
    ['::1', null],
  ])('of %s is %s', (address, counted) => {
    expect(countedAddress({}, address, plain)).toBe(counted);
  });

  it.each([
    ['203.0.113.9:50000', '203.0.113.9'],
    ['[2001:db8:1:2:3::4]:50000', '2001:db8:1:2'],
    ['[2001:db8:1:2:3::4]', '2001:db8:1:2'],
    ['127.0.0.1:50000', null],
  ])('of %s, with the port that a proxy adds, is %s', (forwarded, counted) => {
    expect(countedAddress({ 'x-forwarded-for': forwarded }, '127.0.0.1', proxied)).toBe(counted);
  });

  it('is the one that a trusted proxy saw', () => {
    const headers = { 'x-forwarded-for': '198.51.100.1, 203.0.113.9' };
    expect(countedAddress(headers, '127.0.0.1', proxied)).toBe('203.0.113.9');
    expect(countedAddress(headers, '192.0.2.7', plain)).toBe('192.0.2.7');
  });
});
