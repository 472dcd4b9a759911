/**
 * Behind `npm start`, `npm test` and every `npm run` of the package: makes sure that everything is installed, then does the
 * work under the pinned runtime. Plain JavaScript without dependencies, because it runs before anything is installed, on
 * whatever Node ≥ 20.19 the machine has.
 */
import './node-version.mjs';
import path from 'node:path';
import { ensureChromium } from './chromium.mjs';
import { install } from './install.mjs';
import { buildPage, ensurePage, printSizes } from './page.mjs';
import { Processes } from './processes.mjs';
import { tests } from './tests.mjs';
import { usages } from './usages.mjs';

const root = path.resolve(import.meta.dirname, '..');
const [what, ...args] = process.argv.slice(2);
const processes = new Processes();

/** Progress goes to stderr: stdout belongs to whoever is started. */
function say(line) {
  process.stderr.write(`${line}\n`);
}

const signalingMain = path.join('signaling', 'main.ts');

/** What is asked is only what can be asked: then nothing is built or fetched for it. */
const onlyHelp = args.includes('--help') || args.includes('-h');

/** For programs in which peers run: automerge-repo's throttle asks for timers in the past. */
const peersInside = '--disable-warning=TimeoutNegativeWarning';

/** Runs an instrument of `e2e`. */
function instrument(context, name, options) {
  return context.run([peersInside, path.join('e2e', name, 'main.ts'), ...args], options).exit;
}

/** The same of one that needs a browser and the built page. */
async function instrumentOfBrowsers(context, name) {
  if (onlyHelp) return instrument(context, name);
  const chromium = await ensureChromium(context);
  if (!chromium || !(await ensurePage(context))) return 1;
  return instrument(context, name, { env: { CHROMIUM: chromium } });
}

const tasks = {
  async start(context) {
    if (!(await ensurePage(context))) return 1;
    return context.run([signalingMain, ...args]).exit;
  },

  async dev(context) {
    // The page is where `npm start` has it; vite passes what is the server's on to where the server hides meanwhile.
    const port = Number(process.env.PORT || 8600);
    if (!Number.isInteger(port) || port < 1 || port > 65_534) {
      say(
        `PORT: expected a whole number from 1 to 65534, got ${JSON.stringify(process.env.PORT)}.`,
      );
      return 2;
    }
    const host = process.env.HOST ? ['--host', process.env.HOST] : [];
    const behind = port + 1;
    const env = { SIGNALING_PORT: String(behind) };
    const vite = path.join(root, 'node_modules', 'vite', 'bin', 'vite.js');
    const both = [
      context.run(['--watch', '--watch-preserve-output', signalingMain, ...args], {
        prefix: 'server',
        lifeline: false,
        env: { PORT: String(behind) },
      }),
      context.run(
        [vite, '--port', String(port), '--strictPort', '--clearScreen', 'false', ...host],
        {
          prefix: 'page',
          cwd: path.join(root, 'client'),
          env,
        },
      ),
    ];
    say(
      `Open http://localhost:${port}/ once the page is ready; the server behind it is on ${behind}.`,
    );
    const code = await Promise.race(both.map((one) => one.exit));
    await processes.stopAll('SIGTERM');
    return code;
  },

  async build(context) {
    if (!(await buildPage(context))) return 1;
    printSizes(context);
    return 0;
  },

  test: (context) => tests(context, args),

  check: (context) => tests(context, ['static']),

  bench: (context) => instrumentOfBrowsers(context, 'bench'),

  loadtest(context) {
    // Only real browsers need a page and a browser.
    const browsers = args.some((arg) => arg === '--browsers' || arg.startsWith('--browsers='));
    return browsers ? instrumentOfBrowsers(context, 'loadtest') : instrument(context, 'loadtest');
  },

  sim: (context) => instrument(context, 'sim'),

  natlab: (context) => instrumentOfBrowsers(context, 'natlab'),

  chaos: (context) => instrument(context, 'chaos'),

  fuzz: (context) => instrument(context, 'fuzz'),

  peer: (context) =>
    context.run([
      peersInside,
      // node:sqlite is a release candidate in this Node.
      '--disable-warning=ExperimentalWarning',
      path.join('client', 'headless', 'main.ts'),
      ...args,
    ]).exit,
};

async function main() {
  const task = Object.hasOwn(tasks, what ?? '') ? tasks[what] : undefined;
  if (!task) {
    say(`Say what to do: node .ci/bootstrap.mjs ${Object.keys(tasks).join('|')} [arguments]`);
    return 2;
  }
  const own = Object.hasOwn(usages, what) ? usages[what] : undefined;
  if (own && onlyHelp) {
    process.stdout.write(`${own.usage}\n`);
    return 0;
  }
  if (own && !own.takesArguments && args.length > 0) {
    say(`npm ${own.name} takes no ${args[0]}. See: npm ${own.name} -- --help`);
    return 2;
  }
  const runtime = await install({ root, processes, say });
  const bin = path.join(root, 'node_modules', '.bin');
  const environment = {
    ...process.env,
    PATH: `${bin}${path.delimiter}${process.env.PATH ?? ''}`,
  };
  const context = {
    root,
    say,
    processes,
    /** Runs Node, the pinned one, with these arguments. */
    run: (nodeArgs, options = {}) =>
      processes.start(runtime, nodeArgs, {
        cwd: root,
        lifeline: true,
        ...options,
        env: { ...environment, ...options.env },
      }),
  };
  const code = await task(context);
  // Ctrl-C is how one leaves what runs until it is told to stop; it is a failure only for what had an end of its own.
  const untilStopped = what === 'start' || what === 'dev' || what === 'peer';
  if (processes.stoppedBy === 'SIGINT' && untilStopped) return 0;
  return code;
}

try {
  process.exitCode = await main();
} catch (error) {
  say(error instanceof Error && error.name === 'Hopeless' ? error.message : String(error?.stack));
  process.exitCode = processes.exitCodeWhenStopped ?? 1;
}
await processes.stopAll('SIGTERM');
