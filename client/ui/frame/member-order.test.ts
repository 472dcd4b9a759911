import { describe, expect, it } from 'vitest';
import type { MemberView } from '../../engine/view.ts';
import { inOrder, underName } from './member-order.ts';

const member = (name: string, more: Partial<MemberView> = {}): MemberView => ({
  account: name,
  devices: [],
  name,
  you: false,
  role: 'member',
  tie: 'direct',
  ...more,
});

describe('the list of members', () => {
  it('begins with oneself, then who is here, then the rest, by name', () => {
    const list = [
      member('zoe'),
      member('Ada', { tie: 'offline' }),
      member('Émile', { tie: 'relayed' }),
      member('me', { you: true, tie: 'offline' }),
      member('Bo', { tie: 'through others' }),
    ];
    expect(inOrder(list).map((m) => m.name)).toEqual(['me', 'Bo', 'Émile', 'zoe', 'Ada']);
  });

  it('says who somebody is and through whom they are reached', () => {
    expect(underName(member('a'))).toBe('');
    expect(underName(member('a', { you: true, role: 'admin' }))).toBe('you, admin');
    expect(underName(member('a', { tie: 'through others', via: 'Ravi' }))).toBe('through Ravi');
    expect(underName(member('a', { tie: 'direct', via: 'Ravi' }))).toBe('');
  });
});
