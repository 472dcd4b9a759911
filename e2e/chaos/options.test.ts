import { expect, test } from 'vitest';
import { commandLine, parseOptions } from './options.ts';

test('three messages a second are written if nothing else is said, and never more than there can be', () => {
  const messages = (...args: readonly string[]) => {
    const call = parseOptions(args, 1);
    return call.is === 'asked' ? call.asked.messages : undefined;
  };
  expect(messages()).toBe(540);
  expect(messages('--minutes', '0.5')).toBe(90);
  expect(messages('--minutes', '60')).toBe(4_500);
  expect(messages('--minutes', '60', '--messages', '7')).toBe(7);
});

test('the command line that is said is that of the same run', () => {
  const call = parseOptions(['--peers', '5'], 77);
  if (call.is !== 'asked') throw new Error('It was not taken.');
  const [, again = ''] = commandLine(call.asked).split('-- ');
  expect(parseOptions(again.split(' '), 1)).toEqual(call);
});

test.each([
  [['--peers', '1'], '--peers'],
  [['--peers', '2.5'], 'whole number'],
  [['--messages', '5000'], '--messages'],
  [['--minutes', 'long'], 'long'],
])('%j is refused', (args, named) => {
  expect(parseOptions(args, 1)).toMatchObject({
    is: 'wrong',
    problem: expect.stringContaining(named),
  });
});
