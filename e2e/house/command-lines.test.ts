/** What every command has to say of itself, as it is run. */
import { spawnSync } from 'node:child_process';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { root } from './tree.ts';

const INSTRUMENTS = ['bench', 'loadtest', 'sim', 'natlab', 'chaos', 'fuzz'];
const PROGRAMS = [
  ...INSTRUMENTS.map((name) => [name, `e2e/${name}/main.ts`] as const),
  ['peer', 'client/headless/main.ts'] as const,
];

function run(program: string, ...args: readonly string[]) {
  // As the bootstrap has it for `npm run peer`: node:sqlite is a release candidate in this Node.
  const given = ['--disable-warning=ExperimentalWarning', program, ...args];
  const { status, stdout, stderr } = spawnSync(process.execPath, given, {
    cwd: root,
    encoding: 'utf8',
  });
  return { status, stdout, stderr };
}

test.each(PROGRAMS)(
  'npm run %s -- --help tells what can be asked, on standard output',
  (name, program) => {
    const { status, stdout, stderr } = run(program, '--help');
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    expect(stdout).toMatch(new RegExp(`^Usage: npm run (-s )?${name} -- `));
    expect(stdout).toContain('Exit: 0');
  },
);

test('an option that a command does not know is refused with a line, and nothing is run', () => {
  const { status, stdout, stderr } = run('e2e/sim/main.ts', '--pears', '3');
  expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
  expect(stderr).toBe("Unknown option '--pears'. See: npm run sim -- --help\n");
});

describe('the bootstrap', () => {
  const bootstrap = path.join('.ci', 'bootstrap.mjs');

  test('tells what a command of its own is', () => {
    const { status, stdout, stderr } = run(bootstrap, 'test', '--help');
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    expect(stdout).toMatch(/^Usage: npm test /);
  });

  test('starts nothing for somebody who gives an argument to what takes none', () => {
    const { status, stderr } = run(bootstrap, 'start', '--port=80');
    expect(status).toBe(2);
    expect(stderr).toBe('npm start takes no --port=80. See: npm start -- --help\n');
  });
});
