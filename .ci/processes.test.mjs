import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterEach, describe, expect, test, vi } from 'vitest';

const processesModule = pathToFileURL(path.join(import.meta.dirname, 'processes.mjs')).href;
const posix = process.platform !== 'win32';
const started = [];

/** Runs `script`, which has `processes` and `run(javascript, options)`, in a Node of its own. */
function bootstrap(script) {
  const source = `
    import { Processes } from ${JSON.stringify(processesModule)};
    const processes = new Processes();
    const run = (code, options) =>
      processes.start(process.execPath, ['-e', code], { cwd: '.', ...options });
    ${script}`;
  const child = spawn(process.execPath, ['--input-type=module', '-e', source], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  started.push(child);
  return child;
}

const firstLine = async (child) => {
  const [text] = await once(child.stdout.setEncoding('utf8'), 'data');
  return text.split('\n')[0];
};

/** A process that has ended and that nobody has asked about yet still has its number. */
const isZombie = (pid) =>
  existsSync(`/proc/${pid}/stat`) && / Z /.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));

function isRunning(pid) {
  try {
    process.kill(pid, 0);
    return !isZombie(pid);
  } catch {
    return false;
  }
}
const gone = (pid) => vi.waitFor(() => expect(isRunning(pid)).toBe(false), { timeout: 20_000 });

/** Runs until told to stop, says its pid first. */
const waits = 'setInterval(() => {}, 1000); console.log(process.pid)';

afterEach(() => {
  for (const child of started.splice(0)) child.kill('SIGKILL');
});

describe.runIf(posix)('what the bootstrap has started', () => {
  test('gives it its exit code and output', async () => {
    const parent = bootstrap(`
      const child = run("console.log('out'); process.exit(3)", { capture: true });
      console.log(await child.exit, child.output.trim());`);
    expect(await firstLine(parent)).toBe('3 out');
  });

  test.each(['SIGINT', 'SIGTERM'])('ends with it on %s, told once', async (signal) => {
    const parent = bootstrap(`
      const code = "process.once('${signal}', () => setTimeout(() => process.exit(7), 100));" +
        ${JSON.stringify(waits)};
      console.log('ended', await run(code, {}).exit, processes.stoppedBy);`);
    const pid = Number(await firstLine(parent));
    parent.kill(signal);
    // npm passes on its own copy of what the terminal has sent already.
    parent.kill(signal);
    expect(await firstLine(parent)).toBe(`ended 7 ${signal}`);
    await gone(pid);
  });

  test('ends when it is killed outright', async () => {
    const parent = bootstrap(`await run(${JSON.stringify(waits)}, { lifeline: true }).exit;`);
    const pid = Number(await firstLine(parent));
    parent.kill('SIGKILL');
    await gone(pid);
  });

  test('takes along what it has started itself', async () => {
    const parent = bootstrap(`
      const code = "const { spawn } = require('child_process');" +
        "const own = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { stdio: 'ignore' });" +
        "console.log(own.pid); process.exit(0)";
      const child = run(code, { capture: true });
      await child.exit;
      console.log(child.output.trim());`);
    await gone(Number(await firstLine(parent)));
  });
});
