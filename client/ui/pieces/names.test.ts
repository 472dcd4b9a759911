import { describe, expect, it } from 'vitest';
import { initials, nameOf, namesakeMarks, possessive } from './names.ts';

describe('names', () => {
  it('have a word for who has no name yet', () => {
    expect([nameOf(''), nameOf('  '), nameOf('Ada')]).toEqual([
      'Someone new',
      'Someone new',
      'Ada',
    ]);
    expect([possessive('Ada'), possessive('Ines')]).toEqual(['Ada’s', 'Ines’']);
    expect([initials('Lyre Street'), initials('🧶'), initials('42nd')]).toEqual(['Ly', '·', '42']);
  });

  it('have a word for a name that shows nothing', () => {
    expect(nameOf('\u200B\u2060')).toBe('Someone new');
    expect(nameOf('\u3164')).toBe('Someone new');
  });

  const marksOf = (...people: readonly (readonly [account: string, name: string])[]) =>
    Object.fromEntries(namesakeMarks(people.map(([account, name]) => ({ account, name }))));

  it('that are each called otherwise need no mark', () => {
    expect(marksOf(['did:key:z6Mkk7Qmx', 'Ada'], ['did:key:z6MkBBBBx', 'Adam'])).toEqual({});
    expect(marksOf(['did:key:z6Mkk7Qmx', 'Ada'], ['did:key:z6Mkk7Qmx', 'Ada'])).toEqual({});
  });

  it.each(['Ada', 'ada', ' Ada ', 'A\u200Bda', 'Ada\u2060', 'A\u00ADda', 'Ａｄａ', 'A da'])(
    'get four characters of the key each where "%s" is another Ada',
    (other) => {
      expect(
        marksOf(
          ['did:key:z6Mkk7QmxY', 'Ada'],
          ['did:key:z6Mkp3ZzxY', other],
          ['did:key:z6MkBBBBxY', 'Bo'],
        ),
      ).toEqual({ 'did:key:z6Mkk7QmxY': 'k7Qm', 'did:key:z6Mkp3ZzxY': 'p3Zz' });
    },
  );

  it('are told apart from people without a name by who calls themselves so', () => {
    expect(marksOf(['did:key:z6MkAAAA', ''], ['did:plc:BBBBB', 'someone new'])).toEqual({
      'did:key:z6MkAAAA': 'AAAA',
      'did:plc:BBBBB': 'BBBB',
    });
  });

  it('get as many characters as it takes where somebody has sought a key that begins the same', () => {
    expect(marksOf(['did:key:z6Mkk7QmAx', 'Ada'], ['did:key:z6Mkk7QmBx', 'ADA'])).toEqual({
      'did:key:z6Mkk7QmAx': 'k7QmA',
      'did:key:z6Mkk7QmBx': 'k7QmB',
    });
  });
});
