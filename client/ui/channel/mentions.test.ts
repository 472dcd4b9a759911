import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { completed, completionAt, mentionsIn, nameable } from './mentions.ts';

const people = nameable(
  [
    { account: 'me', name: 'Jo', you: true },
    { account: 'ines', name: 'Ines Park', you: false },
    { account: 'in', name: 'Ines', you: false },
    { account: 'marit', name: 'Marit Oduya', you: false },
    { account: 'two', name: 'Marit Oduya', you: false },
    { account: 'new', name: '', you: false },
  ],
  new Map([['two', '7fQx']]),
);
const named = (text: string) =>
  mentionsIn(text, people).map(({ account, urgent }) => (urgent ? `${account}!` : account));

describe('whom a text names', () => {
  it('is who stands behind @, urgently behind @@', () => {
    expect(named('@Marit Oduya, and @@Ines Park!')).toEqual(['marit', 'ines!']);
    expect(named('@marit oduya')).toEqual(['marit']);
  });

  it('is by the longest name that fits, and told from namesakes by the mark', () => {
    expect(named('@Ines Park has it')).toEqual(['ines']);
    expect(named('@Ines has it')).toEqual(['in']);
    expect(named('@Marit Oduya·7fQx')).toEqual(['two']);
  });

  it('is nobody in an address, within a word, in code, or behind three marks', () => {
    expect(named('ines@Ines.example @Inestimable @@@Ines')).toEqual([]);
    expect(named('`@Ines` and\n```\n@@Ines\n')).toEqual([]);
  });

  it('is each once, urgently if anywhere, and never oneself', () => {
    expect(named('@@Ines, please: @Ines @Jo')).toEqual(['in!']);
  });
});

describe('the name that is being written', () => {
  const offered = (text: string) =>
    completionAt(text, text.length, people)?.offers.map(({ account }) => account);

  it('is offered from its first letters, of the first or the last name', () => {
    expect(offered('with @in')).toEqual(['ines', 'in']);
    expect(offered('@@odu')).toEqual(['marit', 'two']);
    expect(offered('@')).toHaveLength(4);
  });

  it('is no longer offered once it is written, nor where none begins', () => {
    expect(offered('@Ines Park')).toBeUndefined();
    expect(offered('a@in')).toBeUndefined();
    expect(offered('@ in')).toBeUndefined();
    expect(offered('@xyz')).toBeUndefined();
  });

  it('takes its place with a space behind it, and then names whom it says', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...people),
        fc.constantFrom('@', '@@'),
        fc.constantFrom('', ' and more', '\nnext'),
        (person, marks, rest) => {
          const begun = `hello ${marks}${person.label.slice(0, 1)}`;
          const at = completionAt(begun + rest, begun.length, people);
          if (!at) throw new Error('nothing is offered');
          const { text, caret } = completed(begun + rest, at, person);
          expect(mentionsIn(text, people)).toEqual([{ ...person, urgent: marks === '@@' }]);
          expect(text.slice(0, caret).trim().endsWith(person.label)).toBe(true);
        },
      ),
    );
  });
});
