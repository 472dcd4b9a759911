import { describe, expect, it } from 'vitest';
import type { View } from '../engine/view.ts';
import { copyOf } from './shown.ts';
import { conversation, garden, links, lyreStreet, space } from './test/lyre-street.ts';
import { entryNamed, peerNamed } from './test/names.ts';

const view: View = {
  phase: 'ready',
  device: { peer: peerNamed('Jo'), name: 'Jo', leads: true, storage: 'kept' },
  spaces: [space],
  links,
  timeline: {
    space: lyreStreet,
    channel: garden,
    messages: conversation.map((message, i) =>
      i === 0
        ? {
            ...message,
            delivery: { held: 3, of: 60 },
            reactions: [{ emoji: '🎂', names: ['Jo'], you: true }],
            thread: { replies: 1, newest: conversation.slice(1, 2) },
          }
        : message,
    ),
    pointers: [
      {
        messages: [entryNamed('moved')],
        byName: 'Ines Park',
        at: 0,
        channel: garden,
        channelName: 'garden',
      },
    ],
    pending: [{ draft: 'd1', text: 'soon', at: 0 }],
    gaps: [{ author: peerNamed('Lotte Brandt'), authorName: 'Lotte Brandt', missing: 2 }],
    typing: ['Ines Park'],
    more: false,
  },
};

/** Every object in a value, the value included. */
function objectsIn(value: unknown): object[] {
  if (typeof value !== 'object' || value === null) return [];
  return [value, ...Object.values(value).flatMap(objectsIn)];
}

describe('the view as it is shown', () => {
  it('says the same as the peer’s view', () => {
    expect(copyOf(view)).toMatchObject(view);
  });

  it('gives everything in a list an id of its own', () => {
    const shown = copyOf(view);
    const lists = [
      shown.spaces,
      ...shown.spaces.flatMap((s) => [s.members, s.channels]),
      shown.links.links,
      shown.links.servers,
      shown.timeline?.messages ?? [],
      shown.timeline?.pending ?? [],
      shown.timeline?.gaps ?? [],
      shown.timeline?.pointers ?? [],
    ];
    for (const list of lists) {
      expect(list.length).toBeGreaterThan(0);
      expect(new Set(list.map((item) => item.id)).size).toBe(list.length);
    }
  });

  it('shares no object with it, so that nothing the page does reaches the peer', () => {
    const own = new Set(objectsIn(view));
    const shared = objectsIn(copyOf(view)).filter((object) => own.has(object));
    expect(shared).toEqual([]);
  });
});
