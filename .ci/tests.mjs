/** Everything CI runs, and the one line that says how it went. */
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { ensureChromium } from './chromium.mjs';
import { ensurePage } from './page.mjs';

const parts = ['static', 'unit', 'e2e'];

/** Adds what a Vitest JSON report says. A file that could not be loaded, or a run that broke off, is a failure too. */
export function countReport(report, exitCode, sum) {
  sum.passed += report.numPassedTests;
  sum.failed += report.numFailedTests;
  sum.skipped += report.numPendingTests + report.numTodoTests;
  const unloaded = report.testResults.filter(
    (file) =>
      file.status === 'failed' && !file.assertionResults.some((one) => one.status === 'failed'),
  ).length;
  sum.failed += unloaded;
  if (exitCode !== 0 && report.numFailedTests + unloaded === 0) sum.failed += 1;
}

/** `12 passed, 0 failed`, and the skipped where there are any. */
export function countLine({ passed, failed, skipped }) {
  return `${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`;
}

function browserTestsMatching(root, filters) {
  const folder = path.join(root, 'e2e', 'browser');
  if (!existsSync(folder)) return [];
  const files = readdirSync(folder, { recursive: true })
    .map((file) => path.join('e2e', 'browser', file))
    .filter((file) => file.endsWith('.test.ts'));
  return filters.length === 0 ? files : files.filter((f) => filters.some((one) => f.includes(one)));
}

/**
 * Runs all, or the named part (`static`, `unit`, `e2e`), or the test files whose paths hold one of the words.
 * The last line printed is the count; the exit code is 1 when anything failed or a runner had nothing to run.
 */
export async function tests(context, args) {
  const { root, say, processes } = context;
  const wanted = args.filter((word) => parts.includes(word));
  const filters = args.filter((word) => !parts.includes(word));
  const runs = (part) =>
    wanted.length > 0 ? wanted.includes(part) : part !== 'static' || filters.length === 0;
  const sum = { passed: 0, failed: 0, skipped: 0 };
  const stopped = () => processes.stoppedBy !== undefined;

  const fail = (why) => {
    sum.failed += 1;
    say(why);
  };

  const check = async (name, nodeArgs) => {
    if (stopped()) return;
    const checked = context.run(nodeArgs, { capture: true });
    const code = await checked.exit;
    if (stopped()) return;
    if (code === 0) {
      sum.passed += 1;
      say(`✓ ${name}`);
    } else fail(`${checked.output.trim()}\n✗ ${name}`);
  };

  const vitest = async (project, env = {}) => {
    if (stopped()) return 0;
    const scratch = mkdtempSync(path.join(tmpdir(), 'snug-test-'));
    try {
      const reportFile = path.join(scratch, 'report.json');
      const code = await context.run(
        [
          path.join(root, 'node_modules', 'vitest', 'vitest.mjs'),
          'run',
          '--project',
          project,
          '--reporter=default',
          '--reporter=json',
          `--reporter=${path.join(root, '.ci', 'skip-reasons.mjs')}`,
          `--outputFile.json=${reportFile}`,
          '--passWithNoTests',
          ...filters,
        ],
        { env },
      ).exit;
      if (stopped()) return 0;
      const report = JSON.parse(readFileSync(reportFile, 'utf8'));
      countReport(report, code, sum);
      return report.numTotalTests + report.testResults.length;
    } catch (error) {
      fail(`The ${project} tests left no report: ${error.message}`);
      return 1;
    } finally {
      rmSync(scratch, { recursive: true, force: true });
    }
  };

  if (runs('static')) {
    const tool = (...names) => path.join(root, 'node_modules', ...names);
    await check('types', [tool('typescript', 'bin', 'tsc'), '-b']);
    await check('lint', [
      tool('@biomejs', 'biome', 'bin', 'biome'),
      'check',
      '--error-on-warnings',
    ]);
    await check('import directions', [path.join('e2e', 'house', 'layers.ts')]);
  }
  let found = 0;
  if (runs('unit')) {
    const ran = await vitest('unit');
    found += ran;
    if (ran === 0 && filters.length === 0 && !stopped()) fail('No unit test was found.');
  }
  const browserFiles = runs('e2e') ? browserTestsMatching(root, filters) : [];
  if (browserFiles.length > 0 && !stopped()) {
    found += browserFiles.length;
    const chromium = await ensureChromium(context);
    if (!chromium) fail('✗ end-to-end tests: no browser');
    else if (!(await ensurePage(context))) fail('✗ end-to-end tests: no page');
    else if ((await vitest('e2e', { CHROMIUM: chromium })) === 0 && !stopped())
      fail('✗ end-to-end tests: none ran');
  } else if (runs('e2e') && filters.length === 0 && !stopped())
    fail('No end-to-end test was found.');
  if (filters.length > 0 && found === 0 && !stopped())
    fail(`No test file has ${filters.join(' or ')} in its path.`);

  if (stopped()) {
    say('Stopped before the end.');
    return processes.exitCodeWhenStopped;
  }
  process.stdout.write(`${countLine(sum)}\n`);
  return sum.failed === 0 && sum.passed > 0 ? 0 : 1;
}
