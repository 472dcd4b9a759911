import { describe, expect, test } from 'vitest';
import { treeAgrees } from './install.mjs';
import { atLeast } from './node-version.mjs';

const lock = {
  packages: {
    '': { name: 'snug' },
    'node_modules/a': { version: '1.0.0' },
    'node_modules/@snug/shared': { resolved: 'shared', link: true },
    'node_modules/for-another-platform': { version: '1.0.0', optional: true },
  },
};
const tree = (changes) => ({
  packages: {
    'node_modules/a': { version: '1.0.0' },
    'node_modules/@snug/shared': { resolved: 'shared', link: true },
    ...changes,
  },
});

describe('an installed tree', () => {
  test('that a bare npm ci left is taken as it is', () => {
    expect(treeAgrees(lock, tree({}))).toBe(true);
  });

  test('may lack what is optional, but nothing else', () => {
    expect(treeAgrees(lock, tree({ 'node_modules/a': undefined }))).toBe(false);
  });

  test('with another version is not that of the lock file', () => {
    expect(treeAgrees(lock, tree({ 'node_modules/a': { version: '1.0.1' } }))).toBe(false);
    const other = { version: '2.0.0', optional: true };
    expect(treeAgrees(lock, tree({ 'node_modules/for-another-platform': other }))).toBe(false);
  });

  test('of which npm left no record is not trusted', () => {
    expect(treeAgrees(lock, undefined)).toBe(false);
    expect(treeAgrees(undefined, tree({}))).toBe(false);
  });
});

test('Node versions compare as numbers', () => {
  expect(atLeast('v20.19.0', [20, 19])).toBe(true);
  expect(atLeast('v20.9.0', [20, 19])).toBe(false);
  expect(atLeast('v24.0.0', [20, 19])).toBe(true);
  expect(atLeast('v18.20.0', [20, 19])).toBe(false);
});
