import { describe, expect, it } from 'vitest';
import { peopleHere, tiedBy } from './link-summary.ts';

describe('the connection status', () => {
  it('says direct when every own link is, and how many', () => {
    expect(tiedBy([{ path: 'direct' }]).words).toBe('direct, 1 link');
    expect(tiedBy([{ path: 'direct' }, { path: 'direct' }]).words).toBe('direct, 2 links');
  });

  it('counts both as soon as one is relayed', () => {
    expect(tiedBy([{ path: 'direct' }, { path: 'relayed' }]).words).toBe('1 direct, 1 relayed');
    expect(tiedBy([{ path: 'relayed' }])).toEqual({ tie: 'relayed', words: '0 direct, 1 relayed' });
  });

  it('says offline when there is none', () => {
    expect(tiedBy([])).toEqual({ tie: 'offline', words: 'offline' });
  });

  it('counts a person once over several spaces, and always oneself', () => {
    const ada = { account: 'ada', tie: 'direct', you: false } as const;
    const bo = { account: 'bo', tie: 'offline', you: false } as const;
    const you = { account: 'you', tie: 'offline', you: true } as const;
    expect(peopleHere([{ members: [you, ada, bo] }, { members: [you, ada] }])).toBe(2);
    expect(peopleHere([])).toBe(1);
  });
});
