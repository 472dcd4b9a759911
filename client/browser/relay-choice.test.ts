import { describe, expect, it } from 'vitest';
import { RelayChoice } from './relay-choice.ts';

function texts() {
  const held = new Map<string, string>();
  return {
    getItem: (key: string) => held.get(key) ?? null,
    setItem: (key: string, value: string) => void held.set(key, value),
    removeItem: (key: string) => void held.delete(key),
  };
}

describe('the choice to hide the address', () => {
  it('is not made by itself, and is known again at the next start', () => {
    const storage = texts();
    const choice = new RelayChoice(() => storage);
    expect(choice.relayOnly).toBe(false);
    expect(choice.choose(true)).toBe(true);
    expect(new RelayChoice(() => storage).relayOnly).toBe(true);
    expect(choice.choose(false)).toBe(true);
    expect(new RelayChoice(() => storage).relayOnly).toBe(false);
  });

  it('holds while the page is open where the browser keeps nothing, and says so', () => {
    const choice = new RelayChoice(() => {
      throw new Error('refused');
    });
    expect(choice.choose(true)).toBe(false);
    expect(choice.relayOnly).toBe(true);
  });
});
