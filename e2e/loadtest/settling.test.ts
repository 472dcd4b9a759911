import { describe, expect, it } from 'vitest';
import type { Standing } from './mesh-peers.ts';
import { Calm, linksOf, unheard, unsettled } from './settling.ts';

/** Three who are all linked directly, as each of them sees it. */
function room(): Standing[] {
  return ['a', 'b', 'c'].map((peer, index) => ({
    index,
    peer,
    direct: true,
    members: 3,
    here: 3,
    links: ['a', 'b', 'c']
      .filter((other) => other !== peer)
      .map((other) => ({ peer: other, path: 'direct', upSinceMs: 1 })),
  }));
}

function changed(index: number, change: Partial<Standing>): Standing[] {
  return room().map((standing) =>
    standing.index === index ? { ...standing, ...change } : standing,
  );
}

describe('A room of the mesh', () => {
  it('has settled when everybody has all members and direct links', () => {
    expect(unsettled(room(), 3)).toBeUndefined();
  });

  it.each([
    [{ members: 2 }, 'peer 1 knows 2 of 3 members'],
    [{ links: [] }, 'peer 1 has no link'],
    [
      { links: [{ peer: 'a', path: 'relayed', upSinceMs: 1 }] } as const,
      'peer 1 has 1 links relayed',
    ],
  ])('has not while %j', (change, why) => {
    expect(unsettled(changed(1, change), 3)).toBe(why);
  });

  it('may have settled before everybody has heard that everybody is here', () => {
    expect(unheard(room(), 3)).toBeUndefined();
    const standings = changed(2, { here: 2 });
    expect(unsettled(standings, 3)).toBeUndefined();
    expect(unheard(standings, 3)).toBe('peer 2 knows 2 of 3 to be here');
  });

  it('has settled with relayed links to those who can have no others', () => {
    const standings = room().map(({ links, ...standing }) => ({
      ...standing,
      direct: standing.peer !== 'c',
      links: links.map((link) => ({
        ...link,
        path: standing.peer === 'c' || link.peer === 'c' ? ('relayed' as const) : link.path,
      })),
    }));
    expect(unsettled(standings, 3)).toBeUndefined();
    expect(linksOf(standings)).toMatchObject({ directLinks: 1, relayedLinks: 2 });
  });

  it('counts the link to a browser, which only one end tells of', () => {
    const [first] = room();
    expect(linksOf(first ? [first] : [])).toMatchObject({ directLinks: 2, relayedLinks: 0 });
  });

  it('is calm when for long enough no link has changed and the server had nothing to do', () => {
    const calm = new Calm(3_000);
    expect(calm.look(room(), 3, 100, 0)).toBe(false);
    expect(calm.look(room(), 3, 100, 2_900)).toBe(false);
    expect(calm.look(room(), 3, 250, 3_100)).toBe(false);
    const [link] = room()[0]?.links ?? [];
    const anew = link ? changed(0, { links: [{ ...link, upSinceMs: 5 }] }) : [];
    expect(calm.look(anew, 3, 250, 6_200)).toBe(false);
    expect(calm.look(anew, 3, 250, 9_100)).toBe(false);
    expect(calm.look(anew, 3, 250, 9_300)).toBe(true);
  });
});
