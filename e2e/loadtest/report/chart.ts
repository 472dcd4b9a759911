/** The parts all charts are made of: scales, axes, lines, and the figure with its table around them. */
import { MODE_TRAITS, type Mode } from '../modes.ts';
import { Html, html } from './html.ts';

/** Every chart is drawn twice, so that its words keep their size on a narrow screen; the stylesheet shows one. */
export type Width = 'wide' | 'narrow';
export const WIDTHS: Readonly<Record<Width, number>> = { wide: 780, narrow: 358 };

/** As `MODE_TRAITS` has it. */
export function nameOf(mode: Mode): string {
  return MODE_TRAITS[mode].name;
}

/** From a figure to its place on the drawing, in px. */
export type Scale = (value: number) => number;

export function linear(from: number, to: number, first: number, last: number): Scale {
  const span = to - from || 1;
  return (value) => first + ((value - from) / span) * (last - first);
}

/** Equal ratios, equal distances; both ends above 0. */
export function logarithmic(from: number, to: number, first: number, last: number): Scale {
  const scale = linear(Math.log(from), Math.log(to), first, last);
  return (value) => scale(Math.log(Math.max(value, from)));
}

/** Round figures (1, 2 or 5 times a power of ten) from 0 up to the first that is not below `most`. */
export function ticks(most: number, about: number): readonly number[] {
  if (!(most > 0) || !Number.isFinite(most)) return [0, 1];
  const rough = most / about;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = ([1, 2, 5, 10].find((each) => each * power >= rough * 0.999) ?? 10) * power;
  const count = Math.ceil(most / step - 1e-9);
  return Array.from({ length: count + 1 }, (_, i) => Number((i * step).toPrecision(12)));
}

/** 1, 2 and 5 times the powers of ten within the bounds. */
export function logarithmicTicks(from: number, to: number): readonly number[] {
  const first = Math.floor(Math.log10(from));
  const powers = Array.from({ length: Math.ceil(Math.log10(to)) - first + 1 }, (_, i) => first + i);
  return powers
    .flatMap((power) => [1, 2, 5].map((each) => Number((each * 10 ** power).toPrecision(6))))
    .filter((tick) => tick >= from && tick <= to);
}

/** A coordinate, to a tenth of a pixel. */
export function px(value: number): number {
  return Math.round(value * 10) / 10;
}

export function pathOf(points: readonly (readonly [number, number])[]): string {
  return points.map(([x, y], i) => `${i === 0 ? 'M' : 'L'}${px(x)} ${px(y)}`).join('');
}

export interface Box {
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
}

export function horizontalGrid(
  box: Box,
  y: Scale,
  at: readonly number[],
  label: (value: number) => string,
): Html {
  return new Html(
    at
      .map(
        (value) =>
          html`<line class="${value === 0 ? 'axis' : 'grid'}" x1="${box.left}" x2="${box.right}" y1="${px(y(value))}" y2="${px(y(value))}"/><text class="tick" x="${box.left - 8}" y="${px(y(value) + 4)}" text-anchor="end">${label(value)}</text>`
            .text,
      )
      .join(''),
  );
}

export function labelsBelow(
  box: Box,
  x: Scale,
  at: readonly number[],
  label: (value: number) => string,
  title: string,
): Html {
  const marks = at.map(
    (value) =>
      html`<line class="axis" x1="${px(x(value))}" x2="${px(x(value))}" y1="${box.bottom}" y2="${box.bottom + 4}"/><text class="tick" x="${px(x(value))}" y="${box.bottom + 18}" text-anchor="middle">${label(value)}</text>`,
  );
  return html`${marks}<text class="tick" x="${px((box.left + box.right) / 2)}" y="${box.bottom + 38}" text-anchor="middle">${title}</text>`;
}

/** A mode's line with its name at its right end. */
export interface Ending {
  readonly mode: Mode;
  readonly y: number;
  readonly words: readonly string[];
}

/** Names at the ends of lines, pushed apart where lines end close to each other; within `top` and `bottom`. */
export function endings(all: readonly Ending[], x: number, top: number, bottom: number): Html[] {
  const lineHeight = 16;
  const sorted = [...all].sort((a, b) => a.y - b.y);
  const heights = sorted.map(({ words }) => words.length * lineHeight + 4);
  const places: number[] = [];
  sorted.forEach(({ y }, i) => {
    const above = places[i - 1] ?? Number.NEGATIVE_INFINITY;
    places.push(Math.max(y - 4, top, above + (heights[i - 1] ?? 0)));
  });
  let floor = bottom;
  for (let i = sorted.length - 1; i >= 0; i--) {
    places[i] = Math.min(places[i] ?? 0, floor - (heights[i] ?? 0) + lineHeight);
    floor = (places[i] ?? 0) - lineHeight;
  }
  return sorted.map(({ mode, words }, i) => {
    const lines = words.map(
      (word, line) =>
        html`<tspan class="${line === 0 ? 'name' : 'amount'}" x="${x}" y="${px((places[i] ?? 0) + 4 + line * lineHeight)}">${word}</tspan>`,
    );
    return html`<text class="ending ${mode}">${lines}</text>`;
  });
}

export interface Drawing {
  readonly height: number;
  readonly content: Html | readonly Html[];
}

export interface Chart {
  /** Unique on the page. */
  readonly id: string;
  /** What it shows, for those who do not see it: the finding rather than the form. */
  readonly description: string;
  readonly draw: (width: Width) => Drawing;
  readonly table: Html;
  /** Of the table behind it. */
  readonly tableTitle: string;
  readonly legend?: Html;
}

export function figureOf(chart: Chart): Html {
  const drawings = (['wide', 'narrow'] as const).map((width) => {
    const { height, content } = chart.draw(width);
    return html`<svg class="${width}" viewBox="0 0 ${WIDTHS[width]} ${height}" role="img" aria-label="${chart.description}">${content}</svg>`;
  });
  return html`<figure id="${chart.id}">${chart.legend}${drawings}<details><summary>${chart.tableTitle}</summary>${chart.table}</details></figure>`;
}

/** A table that scrolls by itself where it is too wide; the first cell of each row is its head. */
export function tableOf(
  title: string,
  head: readonly string[],
  rows: readonly (readonly (string | Html)[])[],
  look = 'scroll',
): Html {
  const headCells = head.map((cell) => html`<th scope="col">${cell}</th>`);
  const body = rows.map(([name, ...cells]) => {
    const figures = cells.map((cell) => html`<td>${cell}</td>`);
    return html`<tr><th scope="row">${name}</th>${figures}</tr>`;
  });
  return html`<div class="${look}" role="region" aria-label="${title}" tabindex="0"><table><caption class="heard-only">${title}</caption><thead><tr>${headCells}</tr></thead><tbody>${body}</tbody></table></div>`;
}
