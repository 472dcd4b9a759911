import { expect, test } from 'vitest';
import { allOf } from './byte-sums.ts';
import { bytes } from './report/amounts.ts';
import { sampleResult } from './report/test/sample-result.ts';
import type { LoadtestResult } from './result.ts';
import { KIND_NAMES, TRAFFIC_KINDS } from './server-traffic.ts';
import { terminalTable } from './terminal-table.ts';

const cellsOf = (result: LoadtestResult, name: string) =>
  terminalTable(result)
    .split('\n')
    .find((line) => line.trimStart().startsWith(name))
    ?.trim()
    .split(/ {3,}/)
    .slice(1);

test('the parts of a session make the whole, whatever idled after it', () => {
  const { modes } = sampleResult();
  const parts = modes.map(({ server }) =>
    TRAFFIC_KINDS.reduce((sum, kind) => sum + allOf(server.session, [kind]), 0),
  );
  expect(parts).toEqual(modes.map(({ server }) => allOf(server.session)));
  expect(cellsOf(sampleResult(), 'server, whole session')).toEqual(parts.map(bytes));
  for (const kind of TRAFFIC_KINDS)
    expect(cellsOf(sampleResult(), KIND_NAMES[kind])).toEqual(
      modes.map(({ server }) => bytes(allOf(server.session, [kind]))),
    );
});

test('where no keep-alive was due the table says that it could not tell, not that there are none', () => {
  const modes = sampleResult().modes.map(({ server, ...mode }) => {
    const { idleBytesPerSecond: _, ...hasty } = server;
    return { ...mode, server: hasty };
  });
  const result = { ...sampleResult(), modes };
  expect(cellsOf(result, 'server a second, idle peer')).toEqual(modes.map(() => '– *'));
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
  expect(cellsOf(result, 'of all three, while joining')).toEqual(['12 kB in, 4.50 kB out']);
});
