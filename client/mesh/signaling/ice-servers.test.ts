import { expect, test } from 'vitest';
import { usableIceServers } from './ice-servers.ts';

const usable = (url: string, rest: { username?: string; credential?: string } = {}) =>
  usableIceServers([{ urls: [url], ...rest }]);
const login = { username: 'u', credential: 'c' };

test.each(['stun:chat.example.org', 'stun:192.0.2.1:3478', 'stuns:[2001:db8::1]:5349'])(
  '%s is used, without any login',
  (url) => {
    expect(usable(url)).toEqual([{ urls: [url] }]);
  },
);

test.each(['turn:turn.example.org', 'turns:turn.example.org:5349?transport=tcp'])(
  '%s is used with a login only: without, a browser makes no connection at all',
  (url) => {
    expect(usable(url, login)).toEqual([{ urls: [url], ...login }]);
    expect(usable(url)).toEqual([]);
    expect(usable(url, { username: 'u' })).toEqual([]);
    expect(usable(url, { username: '', credential: 'c' })).toEqual([]);
  },
);

test.each([
  'turn:',
  'stun:',
  'stun:host:0',
  'stun:host:70000',
  'stun:host?transport=udp',
  'turn:host?transport=sctp',
  'turn://host',
  'stun:user@host',
  'stun:a b',
  'https://host',
  'javascript:1',
  'stun:[::1',
])('%s is dropped, and the others stay', (url) => {
  const servers = [
    { urls: [url, 'stun:good.example'], ...login },
    { urls: ['stun:other.example'] },
  ];
  expect(usableIceServers(servers).map(({ urls }) => urls)).toEqual([
    ['stun:good.example'],
    ['stun:other.example'],
  ]);
});
