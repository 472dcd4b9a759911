import { describe, expect, it } from 'vitest';
import { createKept, draftKey, type TextStorage } from './text-storage.ts';

function storageOf(map: Map<string, string>): TextStorage {
  return {
    getItem: (key) => map.get(key) ?? null,
    setItem: (key, value) => void map.set(key, value),
    removeItem: (key) => void map.delete(key),
  };
}

describe('kept', () => {
  it('keeps a draft per channel across pages', () => {
    const disk = new Map<string, string>();
    createKept(() => storageOf(disk)).write(draftKey('s', 'a'), 'half a thought');
    const later = createKept(() => storageOf(disk));
    expect(later.read(draftKey('s', 'a'))).toBe('half a thought');
    expect(later.read(draftKey('s', 'b'))).toBeUndefined();
  });

  it('forgets what is emptied and leaves nothing behind', () => {
    const disk = new Map<string, string>();
    const kept = createKept(() => storageOf(disk));
    kept.write('draft', 'text');
    expect(kept.write('draft', '')).toBe(true);
    expect(disk.size).toBe(0);
    expect(kept.read('draft')).toBeUndefined();
  });

  it('holds a draft in the page when the browser refuses storage', () => {
    const kept = createKept(() => {
      throw new DOMException('denied', 'SecurityError');
    });
    expect(kept.write('draft', 'text')).toBe(false);
    expect(kept.read('draft')).toBe('text');
  });

  it('holds a draft in the page when storage is full, and the newest text wins over the stored one', () => {
    const disk = new Map<string, string>();
    let full = false;
    const kept = createKept(() => ({
      ...storageOf(disk),
      setItem: (key, value) => {
        if (full) throw new DOMException('full', 'QuotaExceededError');
        disk.set(key, value);
      },
    }));
    kept.write('draft', 'first');
    full = true;
    expect(kept.write('draft', 'first and second')).toBe(false);
    expect(kept.read('draft')).toBe('first and second');
  });
});
