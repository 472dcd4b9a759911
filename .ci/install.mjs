/** The dependencies of the lock file, and the runtime pinned among them. */
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { atLeast } from './node-version.mjs';

/** The first Node that runs TypeScript files without a flag. */
const runsTypeScript = [22, 18];

/** Something only the person can mend; the message says how. */
class Hopeless extends Error {
  name = 'Hopeless';
}

function readJson(file) {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch {
    return undefined;
  }
}

/**
 * Whether what npm wrote down about the tree is what the lock file asks for: every package there in that version,
 * but for optional ones (those of other platforms).
 */
export function treeAgrees(lock, tree) {
  if (!lock?.packages || !tree?.packages) return false;
  return Object.entries(lock.packages).every(([place, wanted]) => {
    if (place === '') return true;
    const found = tree.packages[place];
    if (!found) return Boolean(wanted.optional || wanted.devOptional || wanted.peer);
    return found.version === wanted.version && found.resolved === wanted.resolved;
  });
}

function installed(root, stampFile, stamp) {
  const modules = path.join(root, 'node_modules');
  if (!existsSync(modules)) return false;
  if (existsSync(stampFile) && readFileSync(stampFile, 'utf8') === stamp) return true;
  const tree = readJson(path.join(modules, '.package-lock.json'));
  return treeAgrees(readJson(path.join(root, 'package-lock.json')), tree);
}

/** PATH without this project's own `.bin`: npm must not run on a Node that it is about to replace. */
function pathOutside(root) {
  const own = path.join(root, 'node_modules', '.bin');
  const parts = (process.env.PATH ?? '').split(path.delimiter);
  return parts.filter((part) => path.resolve(part) !== own).join(path.delimiter);
}

function works(node) {
  const tried = spawnSync(node, ['--version'], { encoding: 'utf8' });
  return tried.status === 0 && atLeast(tried.stdout.trim(), runsTypeScript);
}

/**
 * Makes `node_modules` that of the lock file, unless it is already, and returns the path of the runtime to use:
 * the pinned one, or, where that has no build for the platform, the one that runs this, if it is new enough.
 */
export async function install({ root, processes, say }) {
  const lockFile = path.join(root, 'package-lock.json');
  const stampFile = path.join(root, 'node_modules', '.snug-lock-hash');
  const stamp = createHash('sha256')
    .update(readFileSync(lockFile))
    .update(`\n${process.platform} ${process.arch}`)
    .digest('hex');
  const env = { ...process.env, PATH: pathOutside(root) };

  if (!installed(root, stampFile, stamp)) {
    say('Installing what Snug needs (once)…');
    const began = Date.now();
    const options = { cwd: root, env, capture: true, shell: process.platform === 'win32' };
    const npm = processes.start(
      'npm',
      ['ci', '--no-audit', '--no-fund', '--loglevel=error'],
      options,
    );
    const code = await npm.exit;
    if (code !== 0) {
      if (!processes.stoppedBy) say(npm.output.trim());
      throw new Hopeless('npm ci did not succeed; nothing was started.');
    }
    say(`Installed in ${Math.round((Date.now() - began) / 1000)} s.`);
  }

  const windows = process.platform === 'win32';
  const pinned = path.join(root, 'node_modules', 'node', 'bin', windows ? 'node.exe' : 'node');
  if (!existsSync(pinned)) {
    // npm was told to run no install scripts; this one is needed, and only fetches a package of the same name.
    const cwd = path.join(root, 'node_modules', 'node');
    const fetch = processes.start('node', ['installArchSpecificPackage.js'], {
      cwd,
      env,
      capture: true,
    });
    await fetch.exit;
  }
  const runtime = [pinned, process.execPath].find(works);
  if (!runtime) {
    throw new Hopeless(
      `The npm package "node" has no runtime that works on ${process.platform} ${process.arch}, and this Node ` +
        `${process.version} is too old to take its place: install Node ${runsTypeScript.join('.')} or newer.`,
    );
  }
  if (!existsSync(stampFile) || readFileSync(stampFile, 'utf8') !== stamp) {
    writeFileSync(stampFile, stamp);
  }
  return runtime;
}
