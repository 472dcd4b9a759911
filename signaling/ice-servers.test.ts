import { createHmac } from 'node:crypto';
import { Welcome } from '@snug/shared/protocol/signaling.ts';
import * as v from 'valibot';
import { describe, expect, it } from 'vitest';
import { iceServers } from './ice-servers.ts';

const NOW = 1_700_000_000_500;

describe('ICE servers', () => {
  it('gives STUN URLs without credentials', () => {
    const settings = { urls: ['stun:a.example:3478'], turnSecret: null, turnSeconds: 600 };
    expect(iceServers(settings, () => 'x', NOW)).toEqual({
      iceServers: [{ urls: ['stun:a.example:3478'] }],
      iceSeconds: 0,
    });
  });

  it('gives TURN URLs a credential that says when it lapses and fits the shared secret', () => {
    const settings = {
      urls: ['stun:a.example', 'turn:b.example?transport=udp', 'turns:b.example'],
      turnSecret: 'north',
      turnSeconds: 600,
    };
    const { iceServers: servers, iceSeconds } = iceServers(settings, () => 'id7', NOW);
    expect(iceSeconds).toBe(600);
    expect(servers).toEqual([
      { urls: ['stun:a.example'] },
      {
        urls: ['turn:b.example?transport=udp', 'turns:b.example'],
        username: '1700000600:id7',
        credential: createHmac('sha1', 'north').update('1700000600:id7').digest('base64'),
      },
    ]);
    // RFC 2202's second case, so that the scheme itself is held to a published value.
    const published = createHmac('sha1', 'Jefe').update('what do ya want for nothing?');
    expect(published.digest('hex')).toBe('effcdf6ae5eb2fa2d27416d5f184df9c259a7c79');
  });

  it('fits the wire with as many URLs as settings allow', () => {
    const urls = Array.from({ length: 32 }, (_, n) => `${n % 2 ? 'turn' : 'stun'}:h${n}.example`);
    const given = iceServers({ urls, turnSecret: 's', turnSeconds: 60 }, () => 'x', NOW);
    expect(v.safeParse(Welcome, { stunPort: 0, ...given }).success).toBe(true);
    expect(given.iceServers.flatMap((server) => server.urls).sort()).toEqual([...urls].sort());
  });
});
