import { describe, expect, it } from 'vitest';
import type { LinkStats } from '../shown.ts';
import { peerNamed } from '../test/names.ts';
import { carried, causes, howFar } from './figures.ts';

const link = (more: Partial<LinkStats>): LinkStats => ({
  peer: peerNamed('Ada'),
  link: 1,
  path: 'direct',
  cause: 'direct',
  rttMs: undefined,
  upSinceMs: 0,
  direct: { bytesIn: 0, bytesOut: 0 },
  relayed: { bytesIn: 0, bytesOut: 0 },
  overhead: { bytesIn: 0, bytesOut: 0 },
  framesIn: 0,
  framesOut: 0,
  pathChanges: 0,
  ...more,
});

describe('the figures of the connections page', () => {
  it('count what the server carried over every link, those that are direct now too', () => {
    const links = [
      link({ direct: { bytesIn: 5, bytesOut: 7 }, relayed: { bytesIn: 1, bytesOut: 2 } }),
      link({ path: 'relayed', relayed: { bytesIn: 10, bytesOut: 20 } }),
    ];
    expect(carried(links)).toEqual({ direct: 12, relayed: 33 });
    expect(carried([])).toEqual({ direct: 0, relayed: 0 });
  });

  it('say how far the others are, as far as is known', () => {
    expect(howFar([link({})])).toBe('how far is not measured yet');
    expect(howFar([link({ rttMs: 18.2 })])).toBe('18 ms away');
    expect(howFar([link({ rttMs: 64 }), link({}), link({ rttMs: 17.6 })])).toBe('18 to 64 ms away');
  });

  it('have a sentence for every cause', () => {
    for (const sentence of Object.values(causes)) expect(sentence).toMatch(/^[A-Z].*\.$/);
  });
});
