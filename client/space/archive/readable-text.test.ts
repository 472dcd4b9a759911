import { expect, test } from 'vitest';
import { type ReadableMessage, readableText } from './readable-text.ts';

const NOON = Date.UTC(2026, 2, 1, 12, 0);

function written(messages: readonly ReadableMessage[], name = 'general', topic = ''): string {
  const channels = [{ name, topic, messages }];
  return [...readableText({ name: 'Lyre Street', madeAt: NOON, channels })].join('');
}

test('a space is written down channel by channel and day by day', () => {
  const text = written(
    [
      { authorName: 'Ada', text: 'The beans are done.', at: NOON },
      {
        authorName: 'Ben',
        text: 'All of them?\nReally?',
        at: NOON + 24 * 3600_000,
        edited: true,
        replyTo: { authorName: 'Ada', text: 'The beans are done.' },
        reactions: [{ emoji: '👀', count: 2 }],
      },
      { authorName: '', text: 'Hello', at: NOON + 24 * 3600_000 + 60_000 },
    ],
    'general',
    'What grows',
  );
  expect(text).toBe(`# Lyre Street

Written down on 2026-03-01 at 12:00. Times are in UTC.

## \\#general

What grows

### 2026-03-01

**Ada**, 12:00

    The beans are done.

### 2026-03-02

**Ben**, 12:00 (answers Ada: The beans are done.; edited; 👀 2)

    All of them?
    Really?

**Someone**, 12:01

    Hello
`);
});

test('a channel without messages says so', () => {
  expect(written([])).toContain('\n## \\#general\n\nNo messages.\n');
});

test('no message can pass for a heading, for HTML or for another’s, whatever it takes for the end of a line', () => {
  const ends = ['\n', '\r', '\r\n', '\v', '\f', '\u0085', '\u2028', '\u2029'];
  for (const end of ends) {
    const text = written([
      { authorName: 'Mal', text: `x${end}**Ada**, 12:00${end}${end}# I agree <b>`, at: NOON },
    ]);
    const lines = text.split(/\r\n?|[\n\v\f\u0085\u2028\u2029]/);
    expect(lines.filter((line) => /^\S.*(Ada|agree)/.test(line))).toEqual([]);
    expect(lines).toContain('    # I agree <b>');
  }
});

test('a name is a name, also one in Markdown', () => {
  const text = written([{ authorName: '**Ada** <img src=x>', text: 'x', at: NOON }], 'a\nb');
  expect(text).toContain('**\\*\\*Ada\\*\\* \\<img src=x\\>**, 12:00');
  expect(text).toContain('## \\#a b\n');
});

test('a clock that is far off is written as far as a calendar goes', () => {
  expect(written([{ authorName: 'Ada', text: 'x', at: 2 ** 60 }])).toContain('+275760-09-13');
});
