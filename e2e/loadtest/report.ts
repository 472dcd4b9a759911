/** The page that one person shows to another: a load test's result with charts, in one file that asks nothing of any network. */
import { createHash } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { WARM_UP } from './plan.ts';
import { breakEvenChart } from './report/break-even-chart.ts';
import { figuresTable, runOf } from './report/figures-table.ts';
import { headline } from './report/headline.ts';
import { Html, html } from './report/html.ts';
import { latencyChart } from './report/latency-chart.ts';
import { monthSection } from './report/month-section.ts';
import { PAGE_SCRIPT } from './report/page-script.ts';
import { roomSizeChart } from './report/room-size-chart.ts';
import { stylesheet } from './report/style.ts';
import { kindCharts, totalChart } from './report/traffic-charts.ts';
import type { LoadtestResult } from './result.ts';

/** Writes the page, over what was there. Throws what the file system throws. */
export function writeReport(file: string, result: LoadtestResult): void {
  writeFileSync(file, reportOf(result));
}

interface Section {
  readonly title: string;
  readonly about: string;
  readonly content: Html;
}

/** The page as text. Modes that were not run are left out, and with them what compares. */
export function reportOf(result: LoadtestResult): string {
  const style = stylesheet();
  // Only this style and this script may run: no text of a run can add to them, or reach a network.
  const policy = `default-src 'none'; style-src ${hashOf(style)}; script-src ${hashOf(PAGE_SCRIPT)}; font-src data:; img-src data:; base-uri 'none'; form-action 'none'`;
  const sections = result.modes.length > 0 ? sectionsOf(result) : [];
  const shown = sections.map(
    ({ title, about, content }) =>
      html`<section><h2>${title}</h2><p class="about">${about}</p>${content}</section>`,
  );
  return `<!doctype html>
${
  html`<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width">
<title>Snug load test: ${result.options.messages} messages, ${result.startedAt.slice(0, 10)}</title>
<link rel="icon" href="data:,">
<style>${new Html(style)}</style>
</head>
<body>
<header><p>${mark()} Snug load test</p><button id="theme" type="button" hidden></button></header>
<main>
${headline(result)}
${shown}
<section><h2>This run</h2>${runOf(result)}</section>
</main>
<script>${new Html(PAGE_SCRIPT)}</script>
</body>
</html>`.text
}
`;
}

function hashOf(text: string): string {
  return `'sha256-${createHash('sha256').update(text).digest('base64')}'`;
}

function sectionsOf(result: LoadtestResult): readonly Section[] {
  const even = breakEvenChart(result);
  const warmedUp = result.modes.some(({ mode }) => mode === 'mesh')
    ? ` While they join, the mesh writes ${WARM_UP} messages that are not measured, by which its tree settles.`
    : '';
  const several = result.modes.length > 1;
  return [
    {
      title: 'What the server carried',
      about: `Bytes in and out so far, until the last message is everywhere${several ? '; all modes on the same scale' : ''}.`,
      content: totalChart(result),
    },
    {
      title: 'What it was for',
      about: `Bytes a second.${warmedUp}${several ? ' Each mode has a scale of its own, so compare shapes here and amounts above.' : ''}`,
      content: kindCharts(result),
    },
    {
      title: 'Larger and smaller rooms',
      about:
        'Server bytes of chat for each member who gets a message. Only one size of room was run; the others follow from it: one copy up, shared by all who get it, and one copy down and the answers for each. In the mesh only what is relayed passes the server.',
      content: roomSizeChart(result),
    },
    {
      title: 'How long a message takes',
      about:
        'Equal areas are equal shares of the deliveries. The three pins are p50, p95 and p99: half, 95 and 99 of 100 took no longer.',
      content: latencyChart(result),
    },
    ...(even
      ? [
          {
            title: 'When the set-up is paid for',
            about: `${even.words} Computed from this run’s set-up and chat bytes; heartbeats apart, what was asked of STUN included.`,
            content: even.chart,
          },
        ]
      : []),
    {
      title: 'A month',
      about: 'For a community of yours, with what this run measured.',
      content: monthSection(result),
    },
    {
      title: 'All figures',
      about: 'As they are in the run’s JSON.',
      content: html`<details class="all"><summary>Show all figures, and what the codes stand for</summary>${figuresTable(result)}</details>`,
    },
  ];
}

/** Two loops that hold each other, as in the app. */
function mark(): Html {
  return html`<svg class="mark" viewBox="0 0 32 32" aria-hidden="true"><path class="router" d="M4.5 27c3-1.5 4-4 4.5-7.5C9.5 15.5 12 13 16 13s6.5 2.5 7 6.5c.5 3.5 1.5 6 4.5 7.5"/><path class="mesh" d="M4.5 5c3 1.5 4 4 4.5 7.5C9.5 16.5 12 19 16 19s6.5-2.5 7-6.5c.5-3.5 1.5-6 4.5-7.5"/><path class="router" d="M9 19.5C9.5 15.5 12 13 16 13"/></svg>`;
}
