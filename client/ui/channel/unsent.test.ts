import { describe, expect, it } from 'vitest';
import { createUnsent } from './unsent.ts';

describe('unsent messages', () => {
  it('stay part of the draft until the engine has answered', () => {
    const unsent = createUnsent();
    const first = unsent.add('one');
    const second = unsent.add('one');
    expect(unsent.draftWith('three')).toBe('one\none\nthree');
    first();
    expect(unsent.draftWith('')).toBe('one');
    second();
    expect(unsent.draftWith('three')).toBe('three');
    expect(unsent.draftWith('')).toBe('');
  });
});
