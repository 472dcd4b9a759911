/**
 * A space as text that anybody can read, and any program: not sealed, so made only where somebody asks for just that. What
 * people wrote is set four columns in: as Markdown that is a listing, so nothing in it is taken for a heading, a name, an
 * address or HTML, and no message can pass for another's.
 */

export interface ReadableMessage {
  readonly authorName: string;
  readonly text: string;
  /** The author's clock, ms since 1970. */
  readonly at: number;
  readonly edited?: boolean;
  /** Of what it answers. */
  readonly replyTo?: { readonly authorName: string; readonly text: string };
  readonly reactions?: readonly { readonly emoji: string; readonly count: number }[];
}

export interface ReadableChannel {
  readonly name: string;
  readonly topic: string;
  /** Oldest first. */
  readonly messages: Iterable<ReadableMessage>;
}

export interface ReadableSpace {
  readonly name: string;
  /** ms since 1970. */
  readonly madeAt: number;
  readonly channels: Iterable<ReadableChannel>;
}

/** How moments are written: a day, and a time of it. */
export interface Calendar {
  day(at: number): string;
  time(at: number): string;
  /** Such as `UTC`. */
  readonly zone: string;
}

const isoOf = (at: number) => new Date(Math.min(Math.max(at, 0), 8.64e15)).toISOString();

/** The same on every machine. */
export const UTC: Calendar = {
  day: (at) => isoOf(at).replace(/T.*/, ''),
  time: (at) => isoOf(at).replace(/.*T(\d\d:\d\d).*/, '$1'),
  zone: 'UTC',
};

/** Longest part of an answered message that is repeated. */
const QUOTED = 80;

/** The text, piece by piece. */
export function* readableText(space: ReadableSpace, calendar: Calendar = UTC): Generator<string> {
  const { madeAt } = space;
  yield `# ${oneLine(space.name)}\n\n`;
  yield `Written down on ${calendar.day(madeAt)} at ${calendar.time(madeAt)}. Times are in ${calendar.zone}.\n`;
  for (const { name, topic, messages } of space.channels) {
    yield `\n## \\#${oneLine(name)}\n`;
    if (topic !== '') yield `\n${oneLine(topic)}\n`;
    let day = '';
    for (const message of messages) {
      const today = calendar.day(message.at);
      if (today !== day) yield `\n### ${today}\n`;
      day = today;
      yield messageText(message, calendar.time(message.at));
    }
    if (day === '') yield '\nNo messages.\n';
  }
}

function messageText(message: ReadableMessage, time: string): string {
  const { replyTo, edited, reactions } = message;
  const notes = [
    ...(replyTo
      ? [`answers ${nameOr(replyTo.authorName)}: ${oneLine(shortened(replyTo.text))}`]
      : []),
    ...(edited ? ['edited'] : []),
    ...(reactions ?? []).map(({ emoji, count }) => `${oneLine(emoji)} ${count}`),
  ];
  const about = notes.length > 0 ? ` (${notes.join('; ')})` : '';
  return `\n**${nameOr(message.authorName)}**, ${time}${about}\n\n${indented(message.text)}\n`;
}

function nameOr(name: string): string {
  return name === '' ? 'Someone' : oneLine(name);
}

/** Every kind of line end begins a line that is set in. */
function indented(text: string): string {
  return text
    .split(/\r\n?|[\n\v\f\u0085\u2028\u2029]/)
    .map((line) => `    ${line}`.trimEnd())
    .join('\n');
}

/** On one line, and nothing in it is Markdown. */
function oneLine(text: string): string {
  return text.replace(/[\p{Cc}\u2028\u2029]+/gu, ' ').replace(/[\\`*_{}[\]<>#+!|~&]/g, '\\$&');
}

function shortened(text: string): string {
  const characters = Array.from(text.slice(0, QUOTED * 4));
  return characters.length > QUOTED ? `${characters.slice(0, QUOTED).join('')}…` : text;
}
