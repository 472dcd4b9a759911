/** B1: the JavaScript that the page's document names, and what the page weighs in all. */
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import type { Measures } from './measure.ts';
import { measured } from './targets.ts';

const DIST = fileURLToPath(new URL('../../client/dist/', import.meta.url));

/** Scripts and preloaded modules that the document itself names: what it shows by itself needs none, all else is fetched after. */
function namedByDocument(): readonly string[] {
  const html = readFileSync(`${DIST}index.html`, 'utf8');
  return [...html.matchAll(/(?:src|href)="\.\/(assets\/[^"]+\.js)"/g)].flatMap((m) => m[1] ?? []);
}

const gzipped = (file: string) => gzipSync(readFileSync(DIST + file)).length;

export async function pageWeight(): Promise<Measures> {
  const first = namedByDocument();
  if (first.length === 0) throw new Error('The built page names no script. Run npm run build.');
  const all = readdirSync(`${DIST}assets`).map((name) => `assets/${name}`);
  const total = (end: string) =>
    all.filter((f) => f.endsWith(end)).reduce((sum, f) => sum + gzipped(f), 0) / 1000;
  return {
    B1: measured('B1', first.reduce((sum, f) => sum + gzipped(f), 0) / 1000, {
      compared: { 'all JavaScript': total('.js'), 'Automerge wasm': total('.wasm') },
      detail: { files: first.map((f) => ({ file: f, gzip: gzipped(f) })) },
    }),
  };
}
