import { describe, expect, it } from 'vitest';
import { message, YOU } from '../test/lyre-street.ts';
import { lastOwn, toolsFor } from './tools-for.ts';

const deleted = { deleted: { byName: YOU, byAuthor: true } };
const thread = { thread: { replies: 1, newest: [] } };
const own = message(YOU, 'mine', 0);
const others = message('Ada', 'hers', 0);
const inChannel = { role: 'member', inThread: false } as const;

describe('the tools of a message', () => {
  it('let its author edit and delete it', () => {
    expect(toolsFor(own, inChannel)).toEqual([
      'reply',
      'react',
      'edit',
      'thread',
      'delete',
      'more',
    ]);
  });

  it('let a member answer what others wrote, and neither edit nor delete it', () => {
    expect(toolsFor(others, inChannel)).toEqual(['reply', 'react', 'thread', 'more']);
  });

  it.each(['admin', 'gardener'] as const)(
    'let an %s delete what others wrote, not edit it',
    (role) => {
      expect(toolsFor(others, { ...inChannel, role })).toEqual([
        'reply',
        'react',
        'thread',
        'delete',
        'more',
      ]);
    },
  );

  it('start no thread within a thread', () => {
    expect(toolsFor(own, { ...inChannel, inThread: true })).toEqual([
      'reply',
      'react',
      'edit',
      'delete',
      'more',
    ]);
  });

  it('are gone with what is deleted, but for the way into its thread', () => {
    expect(toolsFor({ ...own, ...deleted }, inChannel)).toEqual([]);
    expect(toolsFor({ ...own, ...deleted, ...thread }, inChannel)).toEqual(['thread']);
    expect(toolsFor({ ...own, ...deleted, ...thread }, { ...inChannel, inThread: true })).toEqual(
      [],
    );
  });
});

describe('the last message of one’s own', () => {
  it('passes over what others wrote and what is deleted', () => {
    expect(lastOwn([own, { ...message(YOU, '', 1), ...deleted }, others])).toBe(own);
    expect(lastOwn([others])).toBeUndefined();
  });
});
