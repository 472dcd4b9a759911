/** The built page: `client/dist`, static files that any web server can hand out. */
import { createHash } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';
import { brotliCompress, constants, gzip } from 'node:zlib';

const stampName = '.snug-sources';
/** What already is compressed, as fonts and pictures are, would only grow. */
const shrinks = /\.(?:js|css|html|json|svg|wasm|webmanifest|txt|map)$/;
const apart = new Set(['node_modules', 'dist', 'headless']);

function* filesBelow(folder) {
  const entries = readdirSync(folder, { withFileTypes: true });
  entries.sort((a, b) => (a.name < b.name ? -1 : 1));
  for (const entry of entries) {
    const full = path.join(folder, entry.name);
    if (entry.isDirectory()) {
      if (!apart.has(entry.name)) yield* filesBelow(full);
    } else if (!/\.test\.tsx?$/.test(entry.name)) {
      yield full;
    }
  }
}

/** A hash of all the page is made of: what git and the lock file say, not when it was touched. */
function sourcesHash(root) {
  const hash = createHash('sha256');
  const files = ['client', 'shared'].flatMap((part) => [...filesBelow(path.join(root, part))]);
  for (const file of [...files, path.join(root, 'package-lock.json')]) {
    const content = readFileSync(file);
    hash.update(`${path.relative(root, file)}\n${content.length}\n`).update(content);
  }
  return hash.digest('hex');
}

const dist = (root) => path.join(root, 'client', 'dist');

/** Builds the page where it is missing or not of these sources. Answers whether it is there. */
export async function ensurePage(context) {
  const stampFile = path.join(dist(context.root), stampName);
  const built = existsSync(stampFile) && readFileSync(stampFile, 'utf8');
  if (built === sourcesHash(context.root)) return true;
  return buildPage(context);
}

/** Builds beside and then swaps, so that a failed build leaves the last page in place. Answers whether it succeeded. */
export async function buildPage(context) {
  const { root, say } = context;
  say('Building the page…');
  const began = Date.now();
  const stamp = sourcesHash(root);
  const fresh = path.join(root, 'node_modules', '.cache', `page-${process.pid}`);
  const last = `${fresh}-last`;
  mkdirSync(path.dirname(fresh), { recursive: true });
  try {
    const vite = path.join(root, 'node_modules', 'vite', 'bin', 'vite.js');
    const build = context.run(
      [vite, 'build', '--outDir', fresh, '--emptyOutDir', '--logLevel', 'warn'],
      { cwd: path.join(root, 'client'), capture: true },
    );
    const code = await build.exit;
    if (code !== 0) {
      if (!context.processes.stoppedBy) say(`${build.output.trim()}\nThe page could not be built.`);
      return false;
    }
    await compress(fresh);
    writeFileSync(path.join(fresh, stampName), stamp);
    if (existsSync(dist(root))) renameSync(dist(root), last);
    renameSync(fresh, dist(root));
  } finally {
    for (const folder of [fresh, last]) rmSync(folder, { recursive: true, force: true });
  }
  say(`Built in ${((Date.now() - began) / 1000).toFixed(1)} s.`);
  return true;
}

/**
 * Puts a `.br` and a `.gz` beside each file that shrinks; the signaling server hands those out. Brotli at 9 of 11:
 * the last two steps take ten times as long, which whoever starts Snug for the first time would wait for.
 */
async function compress(folder) {
  const files = [...filesBelow(folder)].filter((file) => shrinks.test(file));
  const brotli = { params: { [constants.BROTLI_PARAM_QUALITY]: 9 } };
  await Promise.all(
    files.map(async (file) => {
      const content = readFileSync(file);
      const [br, gz] = await Promise.all([
        promisify(brotliCompress)(content, brotli),
        promisify(gzip)(content, { level: 9 }),
      ]);
      if (br.length < content.length) writeFileSync(`${file}.br`, br);
      if (gz.length < content.length) writeFileSync(`${file}.gz`, gz);
    }),
  );
}

/** One line a file, sizes in kB (1,000 bytes): as it is, and as it travels. */
export function printSizes({ root, say }) {
  const size = (file) => statSync(file, { throwIfNoEntry: false })?.size;
  const kilo = (bytes) => (bytes / 1000).toFixed(1).padStart(9);
  const total = [0, 0, 0];
  const line = (sizes, name) => say(`${sizes.map(kilo).join('')}  ${name}`);
  say(`${['kB', 'gzip', 'brotli'].map((word) => word.padStart(9)).join('')}`);
  for (const file of filesBelow(dist(root))) {
    const name = path.relative(dist(root), file);
    if (name === stampName || /\.(?:br|gz)$/.test(name)) continue;
    const plain = size(file) ?? 0;
    const sizes = [plain, size(`${file}.gz`) ?? plain, size(`${file}.br`) ?? plain];
    for (const [index, bytes] of sizes.entries()) total[index] += bytes;
    line(sizes, name);
  }
  line(total, `in all, in ${path.relative(process.cwd(), dist(root))}`);
}
