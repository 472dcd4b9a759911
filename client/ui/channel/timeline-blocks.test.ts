import type { PeerId } from '@snug/shared/protocol/ids.ts';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { MessageView } from '../../engine/view.ts';
import { entryNamed, peerNamed } from '../test/names.ts';
import { dayOf, timelineBlocks } from './timeline-blocks.ts';

const [ada, bo] = [peerNamed('Ada'), peerNamed('Bo')];
const noon = new Date(2026, 10, 22, 12, 0).getTime();
const minute = 60_000;

let count = 0;
function message(author: PeerId, at: number, more: Partial<MessageView> = {}): MessageView {
  const id = entryNamed(String(++count));
  return { id, author, authorName: 'x', own: false, text: 'hm', at, farOff: false, ...more };
}

const headed = (messages: readonly MessageView[], unread?: string) => {
  const { heads } = timelineBlocks(messages, unread);
  return messages.map((m) => heads.has(m.id));
};

describe('timeline blocks', () => {
  it('drop the head of what the same author adds within five minutes', () => {
    const said = [
      message(ada, noon),
      message(ada, noon + 4 * minute),
      message(ada, noon + 8 * minute),
    ];
    expect(headed(said)).toEqual([true, false, false]);
  });

  it('show the head again for another author, and after five minutes', () => {
    const said = [message(ada, noon), message(bo, noon + minute), message(bo, noon + 7 * minute)];
    expect(headed(said)).toEqual([true, true, true]);
  });

  it('begin a block with each local day', () => {
    const late = new Date(2026, 10, 22, 23, 59).getTime();
    const { blocks, heads } = timelineBlocks([message(ada, late), message(ada, late + 2 * minute)]);
    expect(blocks.map((b) => b.id)).toEqual(['2026-11-22', '2026-11-23']);
    expect(blocks.every((b) => b.day !== undefined)).toBe(true);
    expect(heads.size).toBe(2);
  });

  it('begin a block, not a day, at the first message that is new', () => {
    const said = [message(ada, noon), message(ada, noon + minute)];
    const { blocks } = timelineBlocks(said, said[1]?.id);
    expect(blocks.map((b) => [b.fresh, b.day !== undefined])).toEqual([
      [false, true],
      [true, false],
    ]);
    expect(headed(said, said[1]?.id)).toEqual([true, true]);
  });

  it('give a far-off clock a head of its own, so that it is said', () => {
    const said = [message(ada, noon), message(ada, noon + minute, { farOff: true })];
    expect(headed(said)).toEqual([true, true]);
  });

  it('hold every message once, in order, under ids that differ, whatever the clocks say', () => {
    const times = fc.array(fc.tuple(fc.boolean(), fc.integer({ min: 0, max: 5e10 })), {
      maxLength: 60,
    });
    fc.assert(
      fc.property(times, fc.nat(), (said, pick) => {
        const messages = said.map(([a, at]) => message(a ? ada : bo, at));
        const unread = messages[pick % Math.max(1, messages.length)]?.id;
        const { blocks } = timelineBlocks(messages, unread);
        expect(blocks.flatMap((b) => b.messages)).toEqual(messages);
        expect(new Set(blocks.map((b) => b.id)).size).toBe(blocks.length);
        expect(blocks.filter((b) => b.fresh)).toHaveLength(unread ? 1 : 0);
      }),
    );
  });

  it('name a day as the viewer sees it', () => {
    expect(dayOf(new Date(2026, 0, 3, 0, 1).getTime())).toBe('2026-01-03');
  });
});
