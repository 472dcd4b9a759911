import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { hrefOf, parseRoute, type Route } from './route.ts';

const id = fc.stringMatching(/^[A-Za-z0-9_-]{1,43}$/);
const route: fc.Arbitrary<Route> = fc.oneof(
  fc.constant<Route>({ at: 'home' }),
  fc.constant<Route>({ at: 'connections' }),
  fc.constant<Route>({ at: 'link' }),
  id.map((token): Route => ({ at: 'link', token })),
  id.map((token): Route => ({ at: 'join', token })),
  id.map((space): Route => ({ at: 'space', space })),
  fc.tuple(id, id).map(([space, channel]): Route => ({ at: 'space', space, channel })),
  fc
    .tuple(id, id, id)
    .map(([space, channel, thread]): Route => ({ at: 'space', space, channel, thread })),
  fc
    .tuple(id, id, id)
    .map(([space, channel, message]): Route => ({ at: 'space', space, channel, message })),
  fc.constant<Route>({ at: 'contacts' }),
  id.map((key): Route => ({ at: 'contact', account: `did:key:z${key}` })),
  id.map((token): Route => ({ at: 'card', token })),
  id.map((space): Route => ({ at: 'threads', space })),
  id.map((space): Route => ({ at: 'space-settings', space })),
  fc.tuple(id, id).map(([space, page]): Route => ({ at: 'page', space, page })),
);

describe('route', () => {
  it('reads back every address it makes', () => {
    fc.assert(
      fc.property(route, (r) => {
        expect(parseRoute(hrefOf(r))).toEqual(r);
      }),
    );
  });

  it('takes whatever it does not understand for home', () => {
    for (const hash of [
      '',
      '#',
      '#/',
      '#/join',
      '#/join/',
      '#/space//x',
      '#/space/a//c',
      '#/threads',
      '#/threads/a/b',
      '#/space-settings/',
      '#/space/a/b/thread',
      '#/space/a/b/thread/',
      '#/space/a/b/thread/c/d',
      '#/join/a/b/thread/c',
      '#/nowhere',
    ]) {
      expect(parseRoute(hash)).toEqual({ at: 'home' });
    }
    expect(parseRoute('#/join/<img src=x>')).toEqual({ at: 'home' });
    expect(parseRoute('#/space/%E0%A4%A')).toEqual({ at: 'home' });
  });

  it('never throws, whatever the address says', () => {
    fc.assert(fc.property(fc.string(), (text) => parseRoute(text).at.length > 0));
  });
});
