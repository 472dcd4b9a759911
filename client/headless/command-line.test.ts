import { parseArgs } from 'node:util';
import { describe, expect, it } from 'vitest';
import { numberOf, readCall, WrongCall, wholeNumberOf } from './command-line.ts';

const read = (...args: readonly string[]) =>
  readCall(args, (own) => {
    const { values, positionals } = parseArgs({
      args: own,
      allowPositionals: true,
      options: { peers: { type: 'string', default: '8' }, quiet: { type: 'boolean' } },
    });
    return { peers: wholeNumberOf('--peers', values.peers, 2, 100), positionals };
  });

describe('A command line', () => {
  it('is what is asked, whether or not npm left its two dashes', () => {
    const asked = { is: 'asked', asked: { peers: 3, positionals: ['W1'] } };
    expect(read('--peers', '3', 'W1')).toEqual(asked);
    expect(read('--', '--peers=3', 'W1')).toEqual(asked);
  });

  it('is a question about itself, whatever else it says', () => {
    for (const args of [['--help'], ['-h'], ['--pears', '-h'], ['--peers', 'many', '--help']])
      expect(read(...args)).toEqual({ is: 'help' });
  });

  it.each([
    [['--pears', '3'], "Unknown option '--pears'."],
    [['--peers'], '--peers takes a value: --peers=VALUE.'],
    [['--peers', '--quiet'], '--peers takes a value: --peers=VALUE.'],
    [['--quiet=yes'], "Option '--quiet' does not take an argument."],
    [['--peers', 'many'], '--peers is a number from 2 to 100, not "many".'],
    [['--peers', ''], '--peers is a number from 2 to 100, not "".'],
    [['--peers', '101'], '--peers is a number from 2 to 100, not "101".'],
    [['--peers', '2.5'], '--peers is a whole number, not 2.5.'],
  ])('%j is refused with one sentence', (args, problem) => {
    expect(read(...args)).toEqual({ is: 'wrong', problem });
  });

  it('takes a default for what was given, and holds it to the bounds as well', () => {
    expect(numberOf('--minutes', 1.5, 1, 2)).toBe(1.5);
    expect(() => numberOf('--minutes', 3, 1, 2)).toThrow(WrongCall);
  });

  it('does not hide a defect as a mistake of whoever typed it', () => {
    expect(() =>
      readCall([], () => {
        throw new TypeError('of undefined');
      }),
    ).toThrow('of undefined');
  });
});
