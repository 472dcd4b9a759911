import { expect, test } from 'vitest';
import { contactsPart, type People } from './contact-view.ts';

const account = 'did:key:z6MkBen';
const lists = new Uint8Array(32).fill(1);
const verified = {
  account,
  name: 'Ben',
  petname: undefined,
  isBlocked: false,
  isMuted: false,
  verified: lists,
};
const people = (now: Uint8Array | undefined): People => ({
  own: new Set(),
  book: new Map([[account, verified]]),
  listsWith: () => now,
});
const mark = (now: Uint8Array | undefined) => contactsPart(people(now)).contacts?.[0]?.verified;

test('a changed device list takes the mark away, and says so', () => {
  expect(mark(lists)).toBe('yes');
  expect(mark(new Uint8Array(32).fill(2))).toBe('changed');
});

test('who is met nowhere just now keeps the mark: nothing has changed', () => {
  expect(mark(undefined)).toBe('yes');
});
