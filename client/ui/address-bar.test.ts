import { describe, expect, it } from 'vitest';
import { createRouter } from './address-bar.ts';

function barAt(first: string) {
  const entries = [first];
  let changed = () => {};
  return {
    entries,
    /** As somebody who follows a link to another place of the page. */
    open(hash: string) {
      entries.push(hash);
      changed();
    },
    location: {
      get hash() {
        return entries.at(-1) ?? '';
      },
    },
    history: {
      pushState: (_: null, __: '', href: string) => void entries.push(href),
      replaceState: (_: null, __: '', href: string) => void entries.splice(-1, 1, href),
    },
    addEventListener: (_: 'hashchange', listener: () => void) => {
      changed = listener;
    },
  };
}

describe('the address', () => {
  it('of an invite is gone from bar and history when it is hidden, and the page stays where it is', () => {
    const bar = barAt('#/join/token');
    const { currentRoute, hideInvite } = createRouter(bar);
    hideInvite();
    expect(bar.entries).toEqual(['#/']);
    expect(currentRoute()).toEqual({ at: 'join', token: 'token' });
  });

  it('of an invite that is opened a second time is taken again', () => {
    const bar = barAt('#/join/token');
    const { currentRoute, hideInvite } = createRouter(bar);
    const first = currentRoute();
    hideInvite();
    bar.open('#/join/token');
    expect(currentRoute()).toEqual(first);
    expect(currentRoute()).not.toBe(first);
    hideInvite();
    expect(bar.entries).toEqual(['#/', '#/']);
  });

  it('that holds no invite stays as it is', () => {
    const bar = barAt('#/space/s/c');
    createRouter(bar).hideInvite();
    expect(bar.entries).toEqual(['#/space/s/c']);
  });

  it('follows where one goes, once for each place', () => {
    const bar = barAt('');
    const { currentRoute, goTo } = createRouter(bar);
    goTo({ at: 'connections' });
    goTo({ at: 'connections' });
    expect(bar.entries).toEqual(['', '#/connections']);
    goTo({ at: 'home' }, 'replace');
    expect(bar.entries).toEqual(['', '#/']);
    expect(currentRoute()).toEqual({ at: 'home' });
  });
});
