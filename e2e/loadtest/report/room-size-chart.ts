/** Server bytes of chat for each who gets a message, by the size of the room: one size measured, the others computed from it. */
import type { LoadtestResult, ModeResult } from '../result.ts';
import { bytes, exact, figure, roundBytes } from './amounts.ts';
import { bytesPerDelivery, membersOf, ratesOf } from './arithmetic.ts';
import {
  type Box,
  type Drawing,
  endings,
  figureOf,
  horizontalGrid,
  labelsBelow,
  linear,
  logarithmic,
  nameOf,
  pathOf,
  px,
  tableOf,
  ticks,
  WIDTHS,
  type Width,
} from './chart.ts';
import { Html, html } from './html.ts';

const SMALLEST = 2;
const LARGEST = 1_000;

/** Of a room of this size; exactly what was measured where that is the run's own. */
function curveOf(result: LoadtestResult, mode: ModeResult): (members: number) => number {
  const rates = ratesOf(result, mode);
  return (members) => bytesPerDelivery(rates, members);
}

export function roomSizeChart(result: LoadtestResult): Html {
  const { modes, options } = result;
  const measuredAt = membersOf(options);
  const largest = Math.max(LARGEST, measuredAt);
  const curves = modes.map((mode) => ({ mode: mode.mode, curve: curveOf(result, mode) }));
  const most = Math.max(1, ...curves.map(({ curve }) => Math.max(curve(SMALLEST), curve(largest))));
  const draw = (width: Width): Drawing => {
    const narrow = width === 'narrow';
    const box: Box = {
      left: narrow ? 50 : 64,
      right: WIDTHS[width] - (narrow ? 64 : 92),
      top: 14,
      bottom: narrow ? 230 : 270,
    };
    const x = logarithmic(SMALLEST, largest, box.left, box.right);
    const marks = ticks(most, narrow ? 4 : 5);
    const y = linear(0, marks.at(-1) ?? 1, box.bottom, box.top);
    const sizes = Array.from({ length: 60 }, (_, i) => SMALLEST * (largest / SMALLEST) ** (i / 59));
    const lines = curves.map(({ mode, curve }) => {
      const d = pathOf(sizes.map((size) => [x(size), y(curve(size))] as const));
      const at = [px(x(measuredAt) + 9), px(y(curve(measuredAt)) - 9)] as const;
      const label = html`<text class="tick strong" x="${at[0]}" y="${at[1]}">${bytes(curve(measuredAt))}</text>`;
      return html`<path class="line computed ${mode}" d="${d}"/>${label}<circle class="measured ${mode}" cx="${px(x(measuredAt))}" cy="${px(y(curve(measuredAt)))}" r="5.5"/>`;
    });
    const ends = curves.map(({ mode, curve }) => ({
      mode,
      y: y(curve(largest)),
      words: [nameOf(mode), ...(narrow ? ['computed'] : [`at ${exact(largest)},`, 'computed'])],
    }));
    const rule = html`<line class="phase" x1="${px(x(measuredAt))}" x2="${px(x(measuredAt))}" y1="${box.top}" y2="${box.bottom}"/>`;
    const at = [2, 5, 10, 20, 50, 100, 200, 500, 1000].filter(
      (size) => !narrow || [2, 10, 50, 200, 1000].includes(size),
    );
    return {
      height: box.bottom + 44,
      content: [
        horizontalGrid(box, y, marks, roundBytes),
        labelsBelow(box, x, at, exact, 'members of the room (each step the same ratio)'),
        rule,
        ...lines,
        ...endings(ends, box.right + 10, box.top + 8, box.bottom + 4),
      ],
    };
  };
  const sizes = [...new Set([2, 5, 10, measuredAt, 30, 100, 300, 1000])].sort((a, b) => a - b);
  const legend = html`<ul class="legend"><li><svg class="swatch" viewBox="0 0 18 12" aria-hidden="true"><circle class="measured plain" cx="9" cy="6" r="4.5"/></svg> measured in this run, ${String(measuredAt)} members</li><li><svg class="swatch long" viewBox="0 0 30 12" aria-hidden="true"><path class="line computed plain" d="M0 6H30"/></svg> computed from it</li></ul>`;
  const findings = curves.map(
    ({ mode, curve }) => `${nameOf(mode)} ${figure(curve(measuredAt))} bytes`,
  );
  return figureOf({
    id: 'room-size',
    description: `Server bytes of chat for each delivery, by the size of the room. Measured with ${measuredAt} members: ${findings.join(', ')}. Other sizes are computed.`,
    legend,
    draw,
    tableTitle: 'These figures as a table',
    table: tableOf(
      'Server bytes by the size of the room',
      [
        'Members',
        ...curves.map(({ mode }) => `${nameOf(mode)}, each delivery`),
        ...curves.map(({ mode }) => `${nameOf(mode)}, each message`),
      ],
      sizes.map((size) => [
        size === measuredAt
          ? html`${exact(size)} <i>measured</i>`
          : html`${exact(size)} <i>computed</i>`,
        ...curves.map(({ curve }) => new Html(figure(curve(size)))),
        ...curves.map(({ curve }) => new Html(exact(curve(size) * (size - 1)))),
      ]),
    ),
  });
}
