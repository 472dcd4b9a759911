import { existsSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { drivers, reaches, reachesOfAll } from './sans-io.ts';
import { root } from './tree.ts';

test('the logic of the mesh has no sockets, timers, clocks, randomness or promises of its own', () => {
  expect(reachesOfAll()).toEqual([]);
});

test('every driver that is named is there', () => {
  expect(drivers.filter((each) => !existsSync(path.join(root, each)))).toEqual([]);
});

test.each([
  "import { io } from 'socket.io-client';",
  "import { Repo } from '@automerge/automerge-repo';",
  "import { RunningLink } from '../link/running-link.ts';",
  'const at = Date.now();',
  'setTimeout(() => {}, 5);',
  'async function f() {}',
])('found: %s', (source) => {
  expect(reaches('client/mesh/overlay/a.ts', source)).toHaveLength(1);
});

test.each([
  ['client/mesh/overlay/a.ts', "import type { RunningLink } from '../link/running-link.ts';"],
  ['client/mesh/overlay/a.ts', '/** Date.now() is not called. */'],
  ['client/mesh/overlay/a.test.ts', 'const at = Date.now();'],
  ['client/mesh/device/a.ts', 'const at = Date.now();'],
  ['client/engine/a.ts', 'const at = Date.now();'],
])('left alone in %s: %s', (file, source) => {
  expect(reaches(file, source)).toEqual([]);
});
