import { expect, it } from 'vitest';
import { usedRoom } from './storage-words.ts';

it('says how much room is in use as far as the browser tells', () => {
  expect(usedRoom({ usage: 1_240_000, quota: 4_100_000_000 })).toBe(
    '1.2 MB in use, of 4.1 GB that the browser allows.',
  );
  expect(usedRoom({ usage: 0 })).toBe('0 B in use.');
  expect(usedRoom({ quota: 5 })).toBe('');
  expect(usedRoom(undefined)).toBe('');
});
