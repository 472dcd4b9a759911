/** What the server has carried after so many messages, set-up first: where the mesh's line is crossed, it has paid for itself. */
import type { LoadtestResult, ModeResult } from '../result.ts';
import { bytes, exact, figure, roundBytes } from './amounts.ts';
import { breakEven, type Costs, costsOf } from './arithmetic.ts';
import {
  type Box,
  type Drawing,
  endings,
  figureOf,
  horizontalGrid,
  labelsBelow,
  linear,
  nameOf,
  pathOf,
  px,
  tableOf,
  ticks,
  WIDTHS,
  type Width,
} from './chart.ts';
import { type Html, html } from './html.ts';

interface Line {
  readonly mode: ModeResult['mode'];
  readonly costs: Costs;
  /** Messages until the mesh has cost no more than this. */
  readonly even: number;
}

/** The mesh's line first; undefined without a mesh or with nothing to hold it against. */
function linesOf(result: LoadtestResult): readonly Line[] | undefined {
  const mesh = result.modes.find(({ mode }) => mode === 'mesh');
  const others = result.modes.filter(({ mode }) => mode !== 'mesh');
  if (!mesh || others.length === 0) return undefined;
  const ours = costsOf(result, mesh);
  return [
    { mode: 'mesh', costs: ours, even: 0 },
    ...others.map((other) => {
      const costs = costsOf(result, other);
      return { mode: other.mode, costs, even: breakEven(ours, costs) };
    }),
  ];
}

/** `After 18 messages …`, for each other way of doing it. */
function sentenceOf({ mode, even }: Line): string {
  const other = `the ${nameOf(mode).toLowerCase()}`;
  if (even === 0) return `Against ${other} the mesh has cost less from the first message on.`;
  if (!Number.isFinite(even)) return `Against ${other} the mesh never pays for itself in this run.`;
  return `After ${exact(even)} ${even === 1 ? 'message' : 'messages'} the mesh has paid for itself against ${other}.`;
}

/** Undefined where the run has no two ways to hold against each other. */
export function breakEvenChart(result: LoadtestResult): { words: string; chart: Html } | undefined {
  const lines = linesOf(result);
  if (!lines) return undefined;
  const crossings = lines.map(({ even }) => even).filter((even) => even > 0 && even < 1e9);
  const farthest =
    crossings.length > 0 ? 3 * Math.max(...crossings) : Math.max(10, result.options.messages);
  const draw = (width: Width): Drawing => {
    const narrow = width === 'narrow';
    const box: Box = {
      left: narrow ? 56 : 64,
      right: WIDTHS[width] - (narrow ? 62 : 84),
      top: 14,
      bottom: narrow ? 230 : 280,
    };
    const xMarks = ticks(farthest, narrow ? 4 : 8);
    const last = xMarks.at(-1) ?? farthest;
    const after = ({ setUp, perMessage }: Costs, messages: number) => setUp + perMessage * messages;
    const most = Math.max(...lines.map(({ costs }) => after(costs, last)));
    const marks = ticks(most, narrow ? 4 : 5);
    const x = linear(0, last, box.left, box.right);
    const y = linear(0, marks.at(-1) ?? 1, box.bottom, box.top);
    const drawn = lines.map(({ mode, costs }) => {
      const d = pathOf([
        [x(0), y(costs.setUp)],
        [x(last), y(after(costs, last))],
      ]);
      return html`<path class="line ${mode}" d="${d}"/>`;
    });
    const [mesh] = lines;
    const evens = lines.slice(1).flatMap(({ mode, even }) => {
      if (!mesh || even <= 0 || even > last) return [];
      const [cx, cy] = [px(x(even)), px(y(after(mesh.costs, even)))];
      return [
        html`<line class="phase" x1="${cx}" x2="${cx}" y1="${cy}" y2="${box.bottom}"/><circle class="measured ${mode}" cx="${cx}" cy="${cy}" r="5.5"/><text class="tick strong" x="${px(cx - 3)}" y="${px(cy - 12)}" text-anchor="end">${exact(even)}</text>`,
      ];
    });
    const ends = lines.map(({ mode, costs }) => ({
      mode,
      y: y(after(costs, last)),
      words: [nameOf(mode), bytes(after(costs, last))],
    }));
    return {
      height: box.bottom + 44,
      content: [
        horizontalGrid(box, y, marks, roundBytes),
        labelsBelow(box, x, xMarks, exact, 'messages written'),
        ...drawn,
        ...evens,
        ...endings(ends, box.right + 10, box.top + 8, box.bottom + 4),
      ],
    };
  };
  const words = lines.slice(1).map(sentenceOf).join(' ');
  return {
    words,
    chart: figureOf({
      id: 'break-even',
      description: `Server bytes after so many messages, set-up included. ${words}`,
      draw,
      tableTitle: 'These figures as a table',
      table: tableOf(
        'When the set-up is paid for',
        ['', ...lines.map(({ mode }) => nameOf(mode))],
        [
          ['set-up, bytes', ...lines.map(({ costs }) => exact(costs.setUp))],
          ['each message, bytes', ...lines.map(({ costs }) => figure(costs.perMessage))],
          [
            'mesh has paid for itself after, messages',
            ...lines.map(({ mode, even }) =>
              mode === 'mesh' ? '' : Number.isFinite(even) ? exact(even) : 'never',
            ),
          ],
        ],
      ),
    }),
  };
}
