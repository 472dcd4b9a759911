/** Days as people name them in a query, as ranges of time on the reader's own calendar. */

interface Day {
  readonly year: number;
  /** From 1. */
  readonly month: number;
  readonly day: number;
}

export interface Days {
  readonly today: Day;
  /** When a day begins: months from 1; a day beyond its month is one of the next. */
  startOf(year: number, month: number, day: number): number;
}

/** ms since 1970: at or after `from`, before `to`. */
export interface DayRange {
  readonly from: number;
  readonly to: number;
}

/** By the time zone of the machine that this runs on. @param now ms since 1970 */
export function localDays(now: number): Days {
  const date = new Date(now);
  return {
    today: { year: date.getFullYear(), month: date.getMonth() + 1, day: date.getDate() },
    startOf: (year, month, day) => new Date(year, month - 1, day).getTime(),
  };
}

const CALENDAR = /^(\d{4})(?:-(\d{1,2})(?:-(\d{1,2}))?)?$/;
const AGO = /^(\d{1,4})([dwmy])$/;
const FIRST_YEAR = 1970;

/**
 * `2026`, `2026-03`, `2026-03-01`, `today`, `yesterday`, or the day so many days, weeks, months or years ago: `7d`, `2w`,
 * `3m`, `1y`. `undefined` for anything else, days that no calendar has included.
 */
export function daysNamed(text: string, days: Days): DayRange | undefined {
  const lower = text.toLowerCase();
  if (lower === 'today') return daysAgo(0, days);
  if (lower === 'yesterday') return daysAgo(1, days);
  const ago = AGO.exec(lower);
  if (ago) return unitsAgo(Number(ago[1]), ago[2] ?? '', days);
  const calendar = CALENDAR.exec(lower);
  if (!calendar) return undefined;
  const [, year, month, day] = calendar;
  return rangeOf(Number(year), numberOf(month), numberOf(day), days);
}

function numberOf(text: string | undefined): number | undefined {
  return text === undefined ? undefined : Number(text);
}

function rangeOf(
  year: number,
  month: number | undefined,
  day: number | undefined,
  days: Days,
): DayRange | undefined {
  if (year < FIRST_YEAR) return undefined;
  if (month === undefined)
    return { from: days.startOf(year, 1, 1), to: days.startOf(year + 1, 1, 1) };
  if (month < 1 || month > 12) return undefined;
  if (day === undefined)
    return { from: days.startOf(year, month, 1), to: days.startOf(year, month + 1, 1) };
  const longest = new Date(Date.UTC(year, month, 0)).getUTCDate();
  return day < 1 || day > longest ? undefined : dayFrom(year, month, day, days);
}

function unitsAgo(count: number, unit: string, days: Days): DayRange {
  const { year, month, day } = days.today;
  if (unit === 'd') return daysAgo(count, days);
  if (unit === 'w') return daysAgo(count * 7, days);
  const months = unit === 'm' ? count : count * 12;
  // A month that is too short for that day: its last one.
  const first = new Date(Date.UTC(year, month - 1 - months, 1));
  const then = { year: first.getUTCFullYear(), month: first.getUTCMonth() + 1 };
  const longest = new Date(Date.UTC(then.year, then.month, 0)).getUTCDate();
  return dayFrom(then.year, then.month, Math.min(day, longest), days);
}

function daysAgo(count: number, days: Days): DayRange {
  const { year, month, day } = days.today;
  return dayFrom(year, month, day - count, days);
}

function dayFrom(year: number, month: number, day: number, days: Days): DayRange {
  return { from: days.startOf(year, month, day), to: days.startOf(year, month, day + 1) };
}
