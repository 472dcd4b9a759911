import { describe, expect, it } from 'vitest';
import { member } from '../test/lyre-street.ts';
import { adminsWanted } from './roles.ts';

const space = (...members: ReturnType<typeof member>[]) => ({
  state: 'open' as const,
  members: members.map((one) => ({ ...one, id: one.account })),
});
const ada = member('Ada', 'direct', { role: 'admin', you: true });
const [bo, cy] = [member('Bo', 'direct'), member('Cy', 'offline')];

describe('who is an admin', () => {
  it('a second one is proposed to the only one when the third member has come', () => {
    expect(adminsWanted(space(ada, bo))).toBeUndefined();
    expect(adminsWanted(space(ada, bo, cy))).toBe('second');
  });

  it('is nobody’s worry where there are two, or where one is not asked', () => {
    expect(adminsWanted(space(ada, { ...bo, role: 'admin' }, cy))).toBeUndefined();
    expect(adminsWanted(space({ ...ada, you: false }, { ...bo, you: true }, cy))).toBeUndefined();
  });

  it('is said where there is none: nobody inherits', () => {
    expect(adminsWanted(space({ ...ada, role: 'member' }, bo))).toBe('none');
    expect(adminsWanted({ ...space(bo), state: 'removed' })).toBeUndefined();
  });
});
