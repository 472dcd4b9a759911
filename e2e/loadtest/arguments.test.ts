import { describe, expect, it } from 'vitest';
import { aboutOf } from '../bench/targets.ts';
import { type Asked, commandLine, DEFAULTS, LOADTEST, parseOptions } from './arguments.ts';

function parsed(...args: readonly string[]): Asked {
  const call = parseOptions(args);
  if (call.is !== 'asked') throw new Error(`That is ${call.is}.`);
  return call.asked;
}

function wrong(...args: readonly string[]): string {
  const call = parseOptions(args);
  return call.is === 'wrong' ? call.problem : '';
}

describe('The command line of the load test', () => {
  it('has a default for everything', () => {
    expect(parsed()).toEqual({
      options: { ...DEFAULTS, idle: 10 },
      json: undefined,
      report: undefined,
    });
  });

  it('takes every option of the measures', () => {
    const { options, json, report } = parsed(
      ...['--peers', '30', '--messages', '200', '--rate', '1', '--modes', 'mesh', '--size', '60'],
      ...['--writers', '1', '--seed', '7', '--json', 'out.json', '--report', 'out.html'],
      ...['--browsers', '2', '--join', 'stream', '--relayed', '0.25', '--late', '3'],
    );
    expect(options).toEqual({
      ...DEFAULTS,
      ...{ peers: 30, messages: 200, rate: 1, modes: ['mesh'], size: 60, writers: 1, seed: 7 },
      ...{ browsers: 2, join: 'stream', relayed: 0.25, late: 3, idle: 30 },
    });
    expect([json, report]).toEqual(['out.json', 'out.html']);
  });

  it('says in its help what each code of its table stands for', () => {
    for (const code of ['R1', 'R2@n', 'R3', 'R3idle', 'W1@n', 'W3@n', 'A1@n', 'W4@n', 'Q1'])
      expect(LOADTEST.usage).toContain(`\n  ${code.padEnd(8)} ${aboutOf(code)}`);
  });

  it('says the same run again', () => {
    const { options } = parsed('--peers', '5', '--modes', 'star,mesh', '--late', '1');
    const [, again = ''] = commandLine(options).split('-- ');
    expect(parsed(...again.split(' ')).options).toEqual(options);
  });

  it('writes for so many minutes what the rate gives, or so many messages at the rate that it takes', () => {
    expect(parsed('--minutes', '2', '--rate', '5').options.messages).toBe(600);
    expect(parsed('--minutes', '2', '--messages', '60').options.rate).toBe(0.5);
    expect(wrong('--minutes', '2', '--messages', '60', '--rate', '5')).toContain('two of');
  });

  it('idles as long as it writes, from ten seconds to thirty, if nothing else is said', () => {
    expect(parsed('--messages', '20').options.idle).toBe(10);
    expect(parsed('--messages', '200').options.idle).toBe(20);
    expect(parsed('--messages', '900').options.idle).toBe(30);
    expect(parsed('--messages', '900', '--idle', '5').options.idle).toBe(5);
  });

  it.each([
    [['--peers', '1'], '--peers'],
    [['--peers', '2.5'], 'whole number'],
    [['--messages', ''], '--messages'],
    [['--messages', 'many'], 'many'],
    [['--rate', '0'], '--rate'],
    [['--size', '4'], '--size'],
    [['--writers', '9'], '--writers'],
    [['--modes', 'mesh,tree'], 'tree'],
    [['--join', 'never'], 'never'],
    [['--relayed', '1.5'], '--relayed'],
    [['--peers', '4', '--late', '3'], '--late'],
    [['--minutes', '600', '--rate', '1000'], 'at most'],
    [['--pears', '8'], '--pears'],
    [['--peers', '0x10'], '0x10'],
    [['--messages', '1e2'], '1e2'],
    [['--minutes', '-1'], 'from 0.05 to 600'],
    [['--modes', 'mesh,star,mesh'], 'mesh twice'],
    [['--json', '/no/such/folder/out.json'], '--json'],
    [['--report', '/'], '--report'],
  ])('refuses %j with a sentence', (args, named) => {
    expect(wrong(...args)).toContain(named);
  });
});
