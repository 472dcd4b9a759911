import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { contrast, themesOf } from '@snug/client/ui/look/contrast.ts';
import { describe, expect, onTestFinished, test } from 'vitest';
import { commandLine } from './arguments.ts';
import { allOf } from './byte-sums.ts';
import { loadMeasures } from './load-measures.ts';
import { bytes, exact } from './report/amounts.ts';
import { stylesheet } from './report/style.ts';
import {
  relayedResult,
  SAMPLE_OPTIONS,
  sampleMode,
  sampleResult,
} from './report/test/sample-result.ts';
import { reportOf, writeReport } from './report.ts';
import type { LoadtestResult } from './result.ts';
import { terminalTable } from './terminal-table.ts';

/** What a person reads: without style, scripts and tags. */
function wordsOf(page: string): string {
  return markupOf(page)
    .replace(/<[^>]*>/g, ' ')
    .replace(/&#39;/g, "'")
    .replace(/\s+/g, ' ');
}

/** All but style and script: no figure in a drawing is without meaning either. */
function markupOf(page: string): string {
  return page.replace(/<(style|script)[^>]*>.*?<\/\1>/gs, '');
}

/** The figures of the row with this name, in the table with this caption. */
function rowOf(page: string, caption: string, name: string): readonly string[] {
  const table = page
    .split('<table>')
    .find((each) => each.startsWith(`<caption class="heard-only">${caption}</caption>`));
  const row = table?.split('<tr').find((each) => each.includes(`<th scope="row">${name}</th>`));
  return [...(row ?? '').matchAll(/<td>(.*?)<\/td>/g)].map(([, cell]) => cell ?? '');
}

describe('the report', () => {
  test('says in its title what the server carried and how many times less, from this very run', () => {
    expect(wordsOf(reportOf(sampleResult()))).toContain(
      'Snug’s server carried 22 times less: 60 kB, where a chat router’s server carried 1.29 MB',
    );
  });

  test('says so, too, where the mesh has cost more', () => {
    const few = sampleMode('router', {
      setUp: [1_000, 1_000],
      heartbeat: [0, 0],
      chat: [2_000, 8_000],
      typicalMs: 4,
    });
    const result = { ...sampleResult(), modes: [sampleMode('mesh'), few] };
    expect(wordsOf(reportOf(result))).toContain('Snug’s server carried 5.0 times more: 60 kB');
  });

  test.each([
    [[1_000, 1_000], [10_000, 51_000], '5 % less'],
    [[1_000, 1_000], [10_000, 40_000], '15 % more'],
    [[27_400, 29_600], [2_936, 0], 'as much'],
  ] as const)('says how much, not how many times, below twice: %j %j', (setUp, chat, words) => {
    const router = sampleMode('router', { setUp, heartbeat: [0, 0], chat, typicalMs: 4 });
    const page = reportOf({ ...sampleResult(), modes: [sampleMode('mesh'), router] });
    expect(wordsOf(page)).toContain(`The mesh carried ${words}.`);
  });

  test('has the result’s own figures in its tables', () => {
    const result = sampleResult();
    const page = reportOf(result);
    const of = (figure: (mode: LoadtestResult['modes'][number]) => number) =>
      result.modes.map((mode) => exact(figure(mode)));
    const traffic = 'The server’s traffic';
    expect(rowOf(page, traffic, 'set-up, in')).toEqual(of((m) => m.server.session.in.setUp));
    expect(rowOf(page, traffic, 'set-up, out')).toEqual(of((m) => m.server.session.out.setUp));
    expect(rowOf(page, traffic, 'heartbeats, in')).toEqual(
      of((m) => m.server.session.in.heartbeat),
    );
    expect(rowOf(page, traffic, 'chat, in')).toEqual(['0', '106,500', '1,382,000']);
    expect(rowOf(page, traffic, 'chat, out')).toEqual(['0', '1,175,000', '2,461,300']);
    expect(rowOf(page, traffic, 'in and out')).toEqual(['59,936', '1,293,052', '3,865,488']);
    expect(rowOf(page, traffic, 'while they wrote, each delivery, heartbeats apart')).toEqual([
      '0',
      '233',
      '699',
    ]);
    expect(rowOf(page, 'Deliveries', 'delivered')).toEqual(of((m) => m.delivered));
    expect(rowOf(page, 'The peers’ traffic', 'peer to peer, out')).toEqual(
      of((m) => m.peers.direct.out),
    );
    expect(rowOf(page, 'How long deliveries took', 'p95')).toEqual(['16 ms', '10 ms', '81 ms']);
    expect(rowOf(page, 'The mesh between peers', 'most links of one peer')).toEqual(['8']);
    expect(
      rowOf(page, 'When the set-up is paid for', 'mesh has paid for itself after, messages'),
    ).toEqual(['', '19', '5']);
    expect(rowOf(page, 'Bytes through the server so far', 'In the end')).toEqual([
      '59,936',
      '1,293,052',
      '3,865,488',
    ]);
  });

  test('says when the parts and the sockets’ own count differ', () => {
    const result = sampleResult();
    const [mesh] = result.modes;
    const last = mesh?.server.series.at(-1);
    if (!mesh || !last) throw new Error('The sample has no readings.');
    const off = {
      ...mesh,
      server: { ...mesh.server, series: [{ ...last, socketIn: last.socketIn + 40 }] },
    };
    const row = 'the TCP sockets’ own count at the last reading';
    expect(rowOf(reportOf(result), 'The server’s traffic', row)[0]).toBe('57,820, agrees');
    expect(rowOf(reportOf({ ...result, modes: [off] }), 'The server’s traffic', row)[0]).toBe(
      '57,860, off by -40',
    );
  });

  test('tells the machine, the commit and how to repeat the run', () => {
    const words = wordsOf(reportOf(sampleResult()));
    for (const each of ['7359039', 'AMD EPYC 7B13', 'v24.21.0', '2026-11-24T10:12:44.000Z'])
      expect(words).toContain(each);
  });

  test('has the command line as it can be copied', () => {
    const code = /<code>(.*?)<\/code>/s.exec(reportOf(sampleResult()))?.[1] ?? '';
    expect(code.replace(/<[^>]*>/g, '').trim()).toBe(
      `${commandLine(SAMPLE_OPTIONS)} --report report.html`,
    );
  });

  test('warns where something is wrong, in the words of the terminal, and judges nothing', () => {
    const result = sampleResult();
    expect(wordsOf(reportOf(result))).toContain('at most 6,000');
    const wrong = ['star: 2 of 5,500 deliveries were lost.', 'mesh: The room had not settled.'];
    const page = wordsOf(reportOf({ ...result, wrong }));
    for (const sentence of wrong) expect(page).toContain(sentence);
    expect(page).not.toMatch(/\b(met|missed)\b/);
    expect(wordsOf(reportOf(result))).toMatch(/\b(met|missed)\b/);
  });

  test('says that it was broken off, and what is missing', () => {
    const result = sampleResult();
    const some = { ...result, modes: result.modes.slice(0, 1), brokenOff: true as const };
    expect(wordsOf(reportOf(some))).toContain('broken off; missing: Router, Star');
    expect(wordsOf(reportOf(result))).not.toContain('broken off');
  });

  test('has the session of the terminal in its title, its charts and its tables', () => {
    const result = sampleResult();
    const page = reportOf(result);
    const sums = result.modes.map(({ server }) => allOf(server.session));
    expect(rowOf(page, 'The server’s traffic', 'in and out')).toEqual(sums.map(exact));
    expect(rowOf(page, 'Bytes through the server so far', 'In the end')).toEqual(sums.map(exact));
    const row = terminalTable(result)
      .split('\n')
      .find((line) => line.startsWith('server, whole session'));
    expect(row?.split(/ {2,}/).slice(1)).toEqual(sums.map(bytes));
    for (const sum of sums) expect(wordsOf(page)).toContain(bytes(sum));
    const measures = loadMeasures(result);
    expect(measures['R2@500']?.value).toBe((sums[0] ?? 0) / (sums[1] ?? 1));
  });

  test('says at the measured size of the room what was measured, and of the ends that they are computed', () => {
    const [, chart = ''] = /id="room-size">(.*?)<\/figure>/s.exec(reportOf(sampleResult())) ?? [];
    const ends = [...chart.matchAll(/<text class="ending \w+">(.*?)<\/text>/g)].map(([, x]) => x);
    expect(ends.length).toBeGreaterThan(0);
    for (const end of ends) expect(end).toContain('computed');
  });

  test('explains its codes, and folds all figures', () => {
    const page = reportOf(sampleResult());
    for (const id of ['R1', 'R2@500', 'R3', 'W1@12'])
      expect(page).toContain(`<b>${id}</b> <small>`);
    expect(page).toContain('<details class="all">');
  });

  test('shows browsers and the relayed share where a run had them, and only there', () => {
    const relayed = reportOf(relayedResult());
    expect(wordsOf(relayed)).toContain(
      'in a room of 12, all writing, 2 of them Chromium pages in the mesh, 25 % of the peers without direct links in the mesh',
    );
    expect(rowOf(relayed, 'The peers’ traffic', 'browsers, peer to peer, in')).toEqual([
      '281,000',
      '–',
      '–',
    ]);
    expect(rowOf(relayed, 'The mesh between peers', 'relayed links')).toEqual(['9']);
    expect(wordsOf(reportOf(sampleResult()))).not.toMatch(
      /Chromium pages in|without direct links in/,
    );
  });
});

describe('modes that were not run', () => {
  test.each([['mesh'], ['router'], ['star'], ['mesh', 'star'], ['router', 'star']] as const)(
    'are left out, with what would compare them: %s %s',
    (...modes) => {
      const page = reportOf(sampleResult({ modes }));
      for (const [mode, name] of [
        ['mesh', 'Mesh'],
        ['router', 'Router'],
        ['star', 'Star'],
      ] as const) {
        const has = modes.some((each) => each === mode);
        expect(page.includes(`<th scope="col">${name}</th>`), name).toBe(has);
        expect(page.includes(`id="traffic-${mode}"`), name).toBe(has);
      }
      expect(page.includes('id="break-even"')).toBe(modes[0] === 'mesh' && modes.length > 1);
      expect(markupOf(page)).not.toMatch(/NaN|undefined|Infinity/);
    },
  );

  test('leave a page that says so when there are none', () => {
    const page = reportOf({ ...sampleResult(), modes: [] });
    expect(wordsOf(page)).toContain('Nothing was run');
    expect(markupOf(page)).not.toMatch(/NaN|undefined|Infinity/);
  });
});

test('a run in which nothing arrived and nothing took any time has a page, too', () => {
  const nothing = { setUp: 0, heartbeat: 0, chat: 0, stun: 0 };
  const bytes = { in: nothing, out: nothing };
  const result = sampleResult();
  const modes = result.modes.map((mode) => ({
    ...mode,
    delivered: 0,
    lost: mode.deliveries,
    latencyMs: { n: 0, p50: 0, p95: 0, p99: 0, max: 0 },
    latencyHistogram: [],
    server: {
      series: [],
      firstMessageAtMs: 0,
      lastDeliveryAtMs: 0,
      idleBeganAtMs: 0,
      idleEndedAtMs: 0,
      setUp: bytes,
      writing: bytes,
      idle: bytes,
      session: bytes,
      cpuMs: 0,
      mostMemoryBytes: 0,
    },
  }));
  const page = reportOf({ ...result, modes });
  expect(markupOf(page)).not.toMatch(/NaN|undefined|Infinity/);
});

test('hostile text of a run is shown as text', () => {
  const hostile = `"><img src=x onerror=alert(1)></style></script><script>alert('2')</script>`;
  const result = sampleResult();
  const page = reportOf({
    ...result,
    startedAt: hostile,
    commit: hostile,
    machine: { ...result.machine, node: hostile, platform: hostile, model: hostile },
  });
  const honest = reportOf(result);
  const tags = (text: string) => [...text.matchAll(/<[a-z!/]+/g)].map(([tag]) => tag);
  expect(tags(page)).toEqual(tags(honest));
  expect(page).toContain('&lt;img src=x onerror=alert(1)&gt;');
});

test('nothing on the page asks a network for anything, and its policy forbids it', () => {
  const page = reportOf(relayedResult());
  const attributes = [...page.matchAll(/\b(?:src|srcset|href|action|data)="([^"]*)"/g)];
  expect(attributes.map(([, address]) => address)).toEqual(['data:,']);
  const inStyle = [...page.matchAll(/\burl\(([^)]{0,20})/g)].map(([, address]) => address);
  expect(inStyle.filter((address) => !/^"(?:data:font\/|#hatch-)/.test(address ?? ''))).toEqual([]);
  expect(inStyle.length).toBeGreaterThan(0);
  expect(page).not.toMatch(/https?:\/\/|@import|style="| on[a-z]+="/);
  expect(page).toContain(`content="default-src &#39;none&#39;; style-src &#39;sha256-`);
});

test('the file is the page, written over what was there', () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'snug-report-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const file = path.join(folder, 'report.html');
  writeReport(file, relayedResult());
  writeReport(file, sampleResult());
  expect(readFileSync(file, 'utf8')).toBe(reportOf(sampleResult()));
});

describe.each(['light', 'dark'])('the %s theme', (name) => {
  // The star has the colour of the focus ring, which the app sets no text in.
  test('lets the star’s name be read on paper', () => {
    const theme = themesOf(stylesheet())[name === 'light' ? 0 : 1];
    const [star, paper] = [theme?.get('focus'), theme?.get('paper')];
    if (!star || !paper) throw new Error('No such tokens.');
    expect(contrast(star, paper)).toBeGreaterThanOrEqual(4.5);
  });
});
