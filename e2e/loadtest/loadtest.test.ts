import { expect, test } from 'vitest';
import { DEFAULTS } from './arguments.ts';
import { allOf } from './byte-sums.ts';
import { loadMeasures } from './load-measures.ts';
import type { Options } from './options.ts';
import { runLoadtest } from './orchestrator.ts';
import { SOCKET_KINDS } from './server-traffic.ts';
import { terminalTable } from './terminal-table.ts';

const SILENT = { stage: () => {}, within: () => {}, note: () => {}, end: () => {} };
/** What is seen is whole with these too, only less settled. */
const SHORT = { calm: 500, warmedUp: 0, written: 500 };
const LONG_MS = 120_000;

const run = (workers: number, options: Partial<Options>) =>
  runLoadtest({ ...DEFAULTS, idle: 1, ...options }, SILENT, { workers, pauses: SHORT });

test('three peers, one of them late, talk in every mode, and every byte is accounted for', {
  timeout: LONG_MS,
}, async () => {
  const result = await run(1, { peers: 3, late: 1, messages: 10, rate: 20 });
  expect(result.wrong).toEqual([]);
  expect(result.modes.map(({ mode }) => mode)).toEqual(['mesh', 'router', 'star']);
  for (const { delivered, repeated, server } of result.modes) {
    expect([delivered, repeated]).toEqual([20, 0]);
    const last = server.series.at(-1);
    expect(last && allOf(last.bytes, SOCKET_KINDS)).toBe(
      (last?.socketIn ?? 0) + (last?.socketOut ?? 0),
    );
  }
  const [mesh, router] = result.modes;
  expect(mesh?.peers.direct.in).toBeGreaterThan(0);
  expect(router?.peers.direct.in).toBe(0);
  // As shipped: who seeks a direct link asks the server's STUN.
  expect(mesh && allOf(mesh.server.session, ['stun'])).toBeGreaterThan(0);
  expect(router && allOf(router.server.session, ['stun'])).toBe(0);
  expect(mesh?.mesh?.mostLinks).toBe(2);
  // Who comes late is introduced while others write: that is no steady state.
  expect(loadMeasures(result)).not.toHaveProperty('R1');
  expect(terminalTable(result)).toContain('20 of 20');
});

test('where nobody can connect directly the server carries the mesh, and that is seen', {
  timeout: LONG_MS,
}, async () => {
  const result = await run(2, {
    ...{ peers: 2, messages: 5, rate: 20, modes: ['mesh'], relayed: 1 },
  });
  expect(result.wrong).toEqual([]);
  const [mesh] = result.modes;
  expect(mesh?.delivered).toBe(5);
  expect(mesh?.mesh).toMatchObject({ directLinks: 0, relayedLinks: 1 });
  expect(mesh?.peers.direct).toEqual({ in: 0, out: 0 });
  expect(mesh?.peers.relayed.in).toBeGreaterThan(0);
  // Each byte of a relayed frame comes in and goes out again.
  const { in: into, out } = mesh?.server.writing ?? { in: { chat: 0 }, out: { chat: 0 } };
  expect(into.chat).toBeGreaterThan(0);
  expect(out.chat).toBeGreaterThan(0);
});
