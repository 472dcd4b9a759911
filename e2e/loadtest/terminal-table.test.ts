import { expect, test } from 'vitest';
import { sampleMode, sampleResult } from './report/test/sample-result.ts';
import type { LoadtestResult } from './result.ts';
import { terminalTable } from './terminal-table.ts';

const cellsOf = (result: LoadtestResult, name: string) =>
  terminalTable(result)
    .split('\n')
    .find((line) => line.trimStart().startsWith(name))
    ?.trim()
    .split(/ {3,}/)
    .slice(1);

test('where no keep-alive was due the table says that it could not tell, not that there are none', () => {
  const hasty = sampleMode('router', {
    setUp: [1_000, 1_000],
    heartbeat: [0, 0],
    chat: [20_000, 80_000],
    typicalMs: 4,
  });
  const result = { ...sampleResult(), modes: [hasty] };
  expect(cellsOf(result, 'keep-alives')).toEqual(['– *']);
  expect(cellsOf(result, 'server a second, idle peer')).toEqual(['– *']);
  expect(terminalTable(result)).toMatch(/\n\* over before a keep-alive was due/);
});

test('where they were counted nothing needs a footnote', () => {
  const modes = sampleResult().modes.map((mode) => ({
    ...mode,
    server: { ...mode.server, idleBytesPerSecond: 0.4 },
  }));
  const result = { ...sampleResult(), modes };
  expect(cellsOf(result, 'server a second, idle peer')).toEqual(modes.map(() => '0.4 B'));
  expect(terminalTable(result)).not.toContain('*');
});

test('what peers carry while they join stands by itself', () => {
  const [mesh] = sampleResult().modes;
  if (mesh === undefined) throw new Error('The sample has a mesh.');
  const peers = { ...mesh.peers, joining: { in: 12_300, out: 4_500 } };
  const result = { ...sampleResult(), modes: [{ ...mesh, peers }] };
  expect(cellsOf(result, 'of all three, while joining')).toEqual(['12.3 kB in, 4,500 B out']);
});
