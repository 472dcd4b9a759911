import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { contrast, linearOf, themesOf } from './contrast.ts';

const themes = themesOf(readFileSync(new URL('./tokens.css', import.meta.url), 'utf8'));
const grounds = ['paper', 'shelf', 'raised'];

/** Text, with the grounds it is set on. */
const text: readonly (readonly [string, readonly string[]])[] = [
  ['ink', [...grounds, 'spruce-wash', 'amber-wash']],
  ['soft', grounds],
  ['faint', ['paper', 'raised']],
  ['spruce', [...grounds, 'spruce-wash']],
  ['amber', ['paper', 'raised', 'amber-wash']],
  ['rose', ['paper', 'raised']],
  ['on-spruce', ['spruce']],
];
/** Lines that carry meaning: threads, field borders, focus. */
const lines = ['spruce', 'amber', 'stone', 'focus'];

describe.each(['light', 'dark'])('the %s theme', (name) => {
  const theme = themes[name === 'light' ? 0 : 1] ?? new Map<string, never>();
  const ratio = (one: string, other: string) => {
    const [a, b] = [theme.get(one), theme.get(other)];
    if (!a || !b) throw new Error(`no token ${a ? other : one}`);
    return contrast(a, b);
  };

  it.each(text)('lets %s be read', (token, on) => {
    for (const ground of on) {
      expect(ratio(token, ground), `${token} on ${ground}`).toBeGreaterThanOrEqual(4.5);
    }
  });

  it.each(lines)('lets a line of %s be seen', (token) => {
    for (const ground of grounds) {
      expect(ratio(token, ground), `${token} on ${ground}`).toBeGreaterThanOrEqual(3);
    }
  });
});

describe('contrast', () => {
  it('is 21 between white and black and 1 between a colour and itself', () => {
    const [white, black] = [linearOf(1, 0, 0), linearOf(0, 0, 0)];
    expect(contrast(white, black)).toBeCloseTo(21, 1);
    expect(contrast(white, white)).toBe(1);
  });

  it('agrees with the published sRGB value of a known OKLCH colour', () => {
    // #ff0000 is oklch(0.62796 0.25768 29.2339); its contrast with white is 4.0 (3.998).
    expect(contrast(linearOf(0.62796, 0.25768, 29.2339), linearOf(1, 0, 0))).toBeCloseTo(4.0, 1);
  });

  it('reads every colour of both themes', () => {
    for (const theme of themes) expect(theme.size).toBeGreaterThan(12);
  });
});
