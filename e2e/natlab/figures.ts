/** From outcomes to the figures: N1 with `direct` and `relay_s`, and the table. */
import type { Measures } from '../bench/measure.ts';
import type { Outcome } from './laboratory.ts';

/** One row of `pairs` in JSON, and of the table. */
export interface Row {
  readonly scenario: string;
  readonly punchable?: boolean;
  readonly talks: boolean;
  /** Whether it went as the scenario says it should. */
  readonly asExpected: boolean;
  readonly path?: string;
  readonly firstMessageS?: number;
  readonly directS?: number;
  readonly gapS?: number;
  readonly relayedBytes?: number;
  readonly relayedWhileTalking?: number;
  readonly said?: number;
  readonly lost?: number;
  readonly repeated?: number;
  readonly trouble?: string;
}

export function rowOf({ scenario, talk, trouble }: Outcome): Row {
  const same = { scenario: scenario.name, ...scenario.pair };
  if (talk === undefined) return { ...same, talks: false, asExpected: false, trouble };
  return {
    ...same,
    talks: talk.lost === 0,
    asExpected: scenario.expected(talk),
    ...talk,
    firstMessageS: rounded(talk.firstMessageS),
    ...(talk.directS !== undefined && { directS: rounded(talk.directS) }),
    ...(talk.gapS !== undefined && { gapS: rounded(talk.gapS) }),
  };
}

function rounded(seconds: number): number {
  return Math.round(seconds * 100) / 100;
}

/** Of those that were tried: what was not is absent. */
export function measuresOf(outcomes: readonly Outcome[]): Measures {
  const rows = outcomes.map(rowOf);
  const pairs = rows.filter((row) => row.punchable !== undefined);
  const punchable = pairs.filter((row) => row.punchable);
  const count = (some: readonly Row[]) => some.length;
  const relayed = pairs.flatMap((row) =>
    row.talks && row.path !== 'direct' ? (row.firstMessageS ?? []) : [],
  );
  const total = (of: 'lost' | 'repeated') => rows.reduce((sum, row) => sum + (row[of] ?? 0), 0);
  return {
    ...(pairs.length > 0 && {
      N1: {
        value: count(pairs.filter((row) => row.talks)),
        unit: 'pairs',
        target: { op: '>=', value: pairs.length },
        compared: { 'direct only': count(punchable) },
        detail: {
          what: 'pairs of gateways behind which people talk, every message there and back',
        },
      },
    }),
    ...(punchable.length > 0 && {
      direct: {
        value: count(punchable.filter((row) => row.talks && row.path === 'direct')),
        unit: 'pairs',
        target: { op: '>=', value: punchable.length },
        detail: { what: 'those of them that have a direct path, of those that can have one' },
      },
    }),
    ...(relayed.length > 0 && {
      relay_s: {
        value: Math.max(...relayed),
        unit: 's',
        target: { op: '<=', value: 10 },
        compared: { fastest: Math.min(...relayed) },
        detail: { what: 'invite link opened to first message on the screen, slowest relayed pair' },
      },
    }),
    lost: { value: total('lost'), unit: 'messages', target: { op: '<=', value: 0 } },
    repeated: { value: total('repeated'), unit: 'messages', target: { op: '<=', value: 0 } },
    as_expected: {
      value: count(rows.filter((row) => row.asExpected)),
      unit: 'scenarios',
      target: { op: '>=', value: rows.length },
      detail: { further: rows.filter((row) => row.punchable === undefined) },
    },
  };
}

const COLUMNS: readonly (readonly [string, (row: Row) => string])[] = [
  ['scenario', (row) => row.scenario],
  ['path', (row) => row.path ?? 'none'],
  ['first message', (row) => seconds(row.firstMessageS)],
  ['direct after', (row) => seconds(row.directS)],
  ['relayed', (row) => bytes(row.relayedBytes)],
  ['of it talking', (row) => bytes(row.relayedWhileTalking)],
  ['said', (row) => String(row.said ?? '')],
  ['lost', (row) => String(row.lost ?? '')],
  ['repeated', (row) => String(row.repeated ?? '')],
  ['', (row) => [row.asExpected ? 'as expected' : 'NOT AS EXPECTED', ...remarks(row)].join('; ')],
];

function seconds(value: number | undefined): string {
  return value === undefined ? '' : `${value.toFixed(2)} s`;
}

function bytes(value: number | undefined): string {
  return value === undefined ? '' : `${value} B`;
}

function remarks({ gapS, trouble }: Row): readonly string[] {
  return [
    ...(gapS === undefined ? [] : [`the next message came after ${seconds(gapS)}`]),
    ...(trouble === undefined ? [] : [trouble]),
  ];
}

export function tableOf(rows: readonly Row[]): string {
  const lines = [
    COLUMNS.map(([title]) => title),
    ...rows.map((row) => COLUMNS.map(([, cell]) => cell(row))),
  ];
  const widths = COLUMNS.map((_, c) => Math.max(...lines.map((cells) => cells[c]?.length ?? 0)));
  return lines
    .map((cells) =>
      cells
        .map((cell, c) => cell.padEnd(widths[c] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}
