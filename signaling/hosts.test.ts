import { describe, expect, it } from 'vitest';
import {
  challengeHosts,
  countedAddress,
  type HostSettings,
  originAllowed,
  requestedHost,
} from './hosts.ts';

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

  it('is the one that a trusted proxy saw', () => {
    const headers = { 'x-forwarded-for': '198.51.100.1, 203.0.113.9' };
    expect(countedAddress(headers, '127.0.0.1', proxied)).toBe('203.0.113.9');
    expect(countedAddress(headers, '192.0.2.7', plain)).toBe('192.0.2.7');
  });
});
