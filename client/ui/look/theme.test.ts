import { describe, expect, it } from 'vitest';
import { createKept } from '../text-storage.ts';
import { createTheme } from './theme.ts';

function device() {
  const held = new Map<string, string>();
  return createKept(() => ({
    getItem: (key) => held.get(key) ?? null,
    setItem: (key, value) => void held.set(key, value),
    removeItem: (key) => void held.delete(key),
  }));
}

describe('the theme', () => {
  it('is the system’s until another is chosen, and then stays chosen', () => {
    const store = device();
    const page = { dataset: {} as DOMStringMap };
    const theme = createTheme(store, page);
    theme.apply();
    expect([theme.chosen(), page.dataset.theme]).toEqual(['system', undefined]);
    theme.choose('dark');
    expect(page.dataset.theme).toBe('dark');
    const next = { dataset: {} as DOMStringMap };
    createTheme(store, next).apply();
    expect(next.dataset.theme).toBe('dark');
    theme.choose('system');
    expect(page.dataset).toEqual({});
  });

  it('is the system’s where something else was put in its place', () => {
    const store = device();
    store.write('theme', 'purple');
    expect(createTheme(store, { dataset: {} }).chosen()).toBe('system');
  });
});
