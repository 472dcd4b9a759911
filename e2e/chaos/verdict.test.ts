import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { isGood, judge, type Seen, type Written } from './verdict.ts';

const written: readonly Written[] = ['a1', 'b2', 'a3', 'b4'].map((text, number) => ({
  author: text.slice(0, 1),
  number,
  text,
  stored: true,
}));
const all = written.map(({ text }) => text);
const seen = (who: string, texts: readonly string[]): Seen => ({ who, texts });

describe('the verdict', () => {
  test('is good when everybody shows everything once and alike', () => {
    const verdict = judge(written, [seen('Ada', all), seen('Ben', all)]);
    expect(verdict).toMatchObject({
      lost: 0,
      repeated: 0,
      differing: 0,
      misordered: 0,
      strange: 0,
    });
    expect(isGood(verdict)).toBe(true);
  });

  test('counts what somebody does not show as lost, and their view as different', () => {
    const verdict = judge(written, [seen('Ada', all), seen('Ben', all.slice(1))]);
    expect(verdict).toMatchObject({ lost: 1, differing: 1 });
    expect(verdict.examples[0]).toBe('Ben does not show "a1"');
  });

  test('counts what all have lost, although their views are alike', () => {
    const views = [seen('Ada', all.slice(0, 3)), seen('Ben', all.slice(0, 3))];
    expect(judge(written, views)).toMatchObject({ lost: 2, differing: 0 });
  });

  test('counts what is shown twice', () => {
    expect(judge(written, [seen('Ada', [...all, 'a1'])])).toMatchObject({
      repeated: 1,
      lost: 0,
      misordered: 0,
    });
  });

  test('tells another order, and an author’s own order, apart', () => {
    const swapped = ['b2', 'a1', 'a3', 'b4'];
    expect(judge(written, [seen('Ada', all), seen('Ben', swapped)])).toMatchObject({
      differing: 1,
      misordered: 0,
    });
    expect(judge(written, [seen('Ada', ['a3', 'b2', 'a1', 'b4'])])).toMatchObject({
      misordered: 1,
    });
  });

  test('lets a message of a crash be there or not, but the same for all', () => {
    const unsure = written.map((message) => ({ ...message, stored: message.text !== 'a3' }));
    const without = all.filter((text) => text !== 'a3');
    for (const texts of [all, without])
      expect(isGood(judge(unsure, [seen('Ada', texts), seen('Ben', texts)]))).toBe(true);
    expect(judge(unsure, [seen('Ada', all), seen('Ben', without)])).toMatchObject({
      lost: 0,
      differing: 1,
    });
  });

  test('finds what nobody wrote', () => {
    expect(judge(written, [seen('Ada', [...all, 'x'])])).toMatchObject({ strange: 1 });
  });

  test('is never good when a view is anything but all of it in an order that keeps the authors’', () => {
    const anyView = fc.array(fc.constantFrom(...all), { maxLength: 6 });
    fc.assert(
      fc.property(anyView, (texts) => {
        const whole = texts.length === all.length && new Set(texts).size === all.length;
        const ordered = ['a', 'b'].every((author) => {
          const own = texts.filter((text) => text.startsWith(author));
          return own.join() === own.toSorted().join();
        });
        expect(isGood(judge(written, [seen('Ada', texts)]))).toBe(whole && ordered);
      }),
    );
  });
});
