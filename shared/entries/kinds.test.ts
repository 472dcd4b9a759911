import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { randomBytes } from '../crypto/bytes.ts';
import { TEXT_LIMITS } from '../protocol/limits.ts';
import { parseContent } from './kinds.ts';

const invalid = { kind: 'invalid' };
const textOf = (text: string) => parseContent('message', { text });
const nameOf = (name: string) => parseContent('profile', { name });

describe('the content of a body', () => {
  test('is read by its kind', () => {
    const channel = randomBytes(16);
    const secret = randomBytes(32);
    expect(textOf('hello')).toEqual({ kind: 'message', text: 'hello' });
    expect(nameOf('Ada')).toEqual({ kind: 'profile', name: 'Ada' });
    expect(parseContent('space', { name: 'Club' })).toEqual({ kind: 'space', name: 'Club' });
    expect(parseContent('channel', { channel, name: 'general' })).toEqual({
      kind: 'channel',
      channel,
      name: 'general',
    });
    expect(parseContent('channel', { channel, name: 'a', topic: 'b' })).toMatchObject({
      topic: 'b',
    });
    expect(parseContent('lobby', { secret })).toEqual({ kind: 'lobby', secret });
  });

  test('of a kind from later on is unknown, not invalid', () => {
    expect(parseContent('poll', { question: 'tea?' })).toEqual({ kind: 'unknown' });
    expect(parseContent('constructor', {})).toEqual({ kind: 'unknown' });
  });

  test('may hold more than this version knows, but not call itself another kind', () => {
    expect(parseContent('message', { text: 'a', mood: 'calm' })).toEqual({
      kind: 'message',
      text: 'a',
    });
    expect(parseContent('message', { text: 'a', kind: 'lobby' })).toEqual({
      kind: 'message',
      text: 'a',
    });
  });

  test('that does not fit its kind is invalid', () => {
    for (const [kind, content] of [
      ['message', {}],
      ['message', { text: 5 }],
      ['message', { text: '' }],
      ['message', { text: ' \n\t ' }],
      ['profile', { name: null }],
      ['channel', { channel: randomBytes(15), name: 'x' }],
      ['channel', { channel: randomBytes(16), name: 'x', topic: 1 }],
      ['lobby', { secret: 'x'.repeat(32) }],
    ] as const) {
      expect(parseContent(kind, content)).toEqual(invalid);
    }
  });
});

describe('what is done to messages', () => {
  const account = 'did:plc:ewvi7nxzyoun6zhxrhs64oiz';

  test('is read by its kind', () => {
    const channel = randomBytes(16);
    const act = randomBytes(8);
    for (const [kind, content] of [
      ['message', { text: 'a', thread: 0, reply: 15, mentions: [{ account, urgent: true }] }],
      ['edit', { text: 'a', mentions: [{ account }] }],
      ['delete', {}],
      ['reaction', { emoji: '👍', on: true }],
      ['seen', { level: 2 }],
      ['pin', { on: false }],
      ['tag', { on: ['a'], off: [] }],
      ['move', { to: 'thread', act }],
      ['move', { to: 'channel', channel }],
      ['promote', { channel }],
      ['undo', {}],
    ] as const) {
      expect(parseContent(kind, content)).toEqual({ kind, ...content });
    }
  });

  test('that does not fit its kind is invalid', () => {
    const many = (n: number, value: string) => Array.from({ length: n }, () => value);
    for (const [kind, content] of [
      ['message', { text: 'a', thread: 16 }],
      ['message', { text: 'a', reply: -1 }],
      ['message', { text: 'a', mentions: [{ account: 'Ada' }] }],
      ['message', { text: 'a', mentions: many(33, account).map((one) => ({ account: one })) }],
      ['edit', {}],
      ['reaction', { emoji: '👍' }],
      ['seen', { level: 3 }],
      ['pin', { on: 1 }],
      ['tag', { on: ['a'] }],
      ['tag', { on: many(17, 'a'), off: [] }],
      ['move', {}],
      ['move', { to: 'nowhere' }],
      ['move', { to: 'channel', channel: randomBytes(15) }],
      ['move', { to: 'thread', act: randomBytes(9) }],
      ['promote', {}],
    ] as const) {
      expect(parseContent(kind, content)).toEqual(invalid);
    }
  });

  test('a reaction is one emoji: joined, coloured, a flag, a keycap, and nothing longer', () => {
    const reaction = (emoji: string) => parseContent('reaction', { emoji, on: true }).kind;
    for (const emoji of ['👍', '👍🏽', '❤️', '👩‍❤️‍💋‍👨', '👩🏽‍🌾', '🇳🇱', '🏴󠁧󠁢󠁥󠁮󠁧󠁿', '#️⃣', '🫨'])
      expect([emoji, reaction(emoji)]).toEqual([emoji, 'reaction']);
    for (const text of [
      '',
      'a',
      '1',
      '👍👍',
      '👍 ',
      '🇳',
      '\u200d',
      '\ufe0f',
      '👍\u202e',
      '👩'.repeat(30),
    ])
      expect([text, reaction(text)]).toEqual([text, 'invalid']);
  });

  test('a tag is a name in lower case', () => {
    const tag = (text: string) => parseContent('tag', { on: [text], off: [] });
    expect(tag(' Zoe\u0308 ')).toMatchObject({ on: ['zo\u00eb'] });
    for (const bad of ['', ' ', 'a\nb', 'a\u202eb', 'x'.repeat(41)])
      expect(tag(bad)).toEqual(invalid);
  });
});

test('what is said of a channel may leave name, topic and whether it is put away as they were', () => {
  const channel = randomBytes(16);
  for (const content of [{ channel }, { channel, topic: '' }, { channel, archived: true }])
    expect(parseContent('channel', content)).toEqual({ kind: 'channel', ...content });
});

describe('a message', () => {
  test('keeps line breaks, tabs and indentation; line ends become \\n', () => {
    expect(textOf('  a\tb\r\nc\rd')).toEqual({ kind: 'message', text: '  a\tb\nc\nd' });
  });
  test('comes out in NFC', () => {
    expect(textOf('e\u0301')).toEqual({ kind: 'message', text: '\u00e9' });
  });
  test('may be in any script, with emoji and directional marks', () => {
    for (const text of ['שלום \u2067x\u2069', '👩‍👩‍👧', 'می‌خواهم', '你好']) {
      expect(textOf(text)).toEqual({ kind: 'message', text });
    }
  });
  test('has no control characters, no half characters and a bounded length', () => {
    for (const bad of ['a\u0000', 'a\u001b[31m', 'a\u0085', 'a\ud800']) {
      expect(textOf(bad)).toEqual(invalid);
    }
    expect(textOf('x'.repeat(TEXT_LIMITS.message))).toMatchObject({ kind: 'message' });
    expect(textOf('x'.repeat(TEXT_LIMITS.message + 1))).toEqual(invalid);
  });
});

describe('a name', () => {
  test('is trimmed, in NFC, and of a bounded length', () => {
    expect(nameOf('  Zoe\u0308  ')).toEqual({ kind: 'profile', name: 'Zo\u00eb' });
    expect(nameOf('x'.repeat(TEXT_LIMITS.displayName))).toMatchObject({ kind: 'profile' });
    expect(nameOf('x'.repeat(TEXT_LIMITS.displayName + 1))).toEqual(invalid);
  });
  test('shows something, on one line, and turns nothing beside it around', () => {
    for (const bad of ['', '   ', '\u200b', '\u3164', 'a\nb', 'a\u2028b', 'a\u202eb', 'a\u2066b']) {
      expect(nameOf(bad)).toEqual(invalid);
    }
  });
  test('may be in any script, with emoji', () => {
    for (const name of ['Zoë', 'علی', '李雷', '👩‍🌾 Ada']) {
      expect(nameOf(name)).toEqual({ kind: 'profile', name });
    }
  });
});

test('what was read once is read the same again, and nothing throws', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 80 }), (text) => {
      for (const parsed of [textOf(text), nameOf(text)]) {
        if (parsed.kind === 'message') expect(textOf(parsed.text)).toEqual(parsed);
        if (parsed.kind === 'profile') expect(nameOf(parsed.name)).toEqual(parsed);
      }
    }),
    { numRuns: 1000 },
  );
}, 30_000);
