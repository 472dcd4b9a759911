import { describe, expect, it } from 'vitest';
import type { ActView, DeedView } from '../../engine/overview-view.ts';
import { entryNamed } from '../test/names.ts';
import { actWords, deedWords } from './history-words.ts';

const deed = (what: DeedView['what'], more: Partial<DeedView> = {}): string =>
  deedWords({
    byName: 'Ada',
    account: 'ada',
    you: false,
    at: 0,
    what,
    excerpt: '',
    messages: [entryNamed('one')],
    entries: [entryNamed('deed')],
    mayUndo: true,
    ...more,
  });
const act = (what: ActView['what'], more: Partial<ActView> = {}): string =>
  actWords({ byName: 'Ada', account: 'ada', you: false, what, about: [], ...more });

describe('the words of a history', () => {
  it('say who did what to how many messages', () => {
    expect(deed({ is: 'edit' })).toBe('Ada edited a message');
    const messages = [entryNamed('one'), entryNamed('two')];
    expect(deed({ is: 'move', channelName: 'tools' }, { messages })).toBe(
      'Ada moved 2 messages to #tools',
    );
    expect(deed({ is: 'move', channelName: 'tools', thread: entryNamed('root') })).toBe(
      'Ada moved a message into a thread in #tools',
    );
    expect(deed({ is: 'tag', on: ['beds'], off: ['old'] })).toBe(
      'Ada tagged a message #beds and took #old off a message',
    );
  });

  it('call oneself you, and who has no name yet someone new', () => {
    expect(deed({ is: 'pin', on: false }, { you: true })).toBe('You unpinned a message');
    expect(act({ is: 'removed', name: '' })).toBe('Ada removed Someone new');
  });

  it('say what a role makes of somebody', () => {
    expect(act({ is: 'role', name: 'Bo', role: 'admin' })).toBe('Ada made Bo an admin');
    expect(act({ is: 'founded' }, { you: true })).toBe('You created the space');
  });
});
