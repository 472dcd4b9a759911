/** What the documents say of the tree, held against the tree. */
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import * as v from 'valibot';
import { describe, expect, test } from 'vitest';
import { root } from './tree.ts';

const Package = v.object({ scripts: v.record(v.string(), v.string()) });

const read = (file: string) => readFileSync(path.join(root, file), 'utf8');

/** Names in backquotes that look like files, and where links lead. */
function namedIn(document: string): readonly string[] {
  const text = read(document).replace(/^```.*?^```/gms, '');
  const quoted = [...text.matchAll(/`([\w.-]+(?:\/[\w.-]+)*\.(?:ts|tsx|md|mjs|yml|json))`/g)];
  const linked = [...text.matchAll(/\]\(([^)#:]+)\)/g)];
  return [...quoted, ...linked].flatMap(([, name]) => name ?? []);
}

describe.each([
  'README.md',
  'client/mesh/WIRE.md',
  'client/mesh/device/README.md',
  'client/headless/README.md',
])('%s', (document) => {
  test('names files that are there, from the root or from where it stands', () => {
    const named = namedIn(document);
    const missing = named.filter(
      (name) =>
        !existsSync(path.join(root, name)) &&
        !existsSync(path.join(root, path.dirname(document), name)),
    );
    expect(named).not.toEqual([]);
    // Made beside the page by whoever hosts it, or by a run.
    expect(missing.filter((name) => name !== 'config.json' && name !== 'report.html')).toEqual([]);
  });
});

describe('the server’s settings', () => {
  const settings = [...read('signaling/settings.ts').matchAll(/^ {2}([A-Z_]+): v\.optional/gm)].map(
    ([, name]) => name ?? '',
  );

  test('are all in the README’s table', () => {
    expect(settings).toContain('STUN_PORT');
    const rows = [...read('README.md').matchAll(/^\| `([A-Z_]+)` \|/gm)].map(([, name]) => name);
    expect(rows.toSorted()).toEqual(settings.toSorted());
  });

  test('all reach the container, but for the page, which is in it', () => {
    const compose = read('docker-compose.yml');
    const taken = [...compose.matchAll(/\$\{([A-Z_]+):-/g)].map(([, name]) => name ?? '');
    expect([...new Set(taken)].toSorted()).toEqual(
      settings.filter((name) => name !== 'PAGE_DIR').toSorted(),
    );
  });
});

test('every command of the package has a row in the README', () => {
  const { scripts } = v.parse(Package, JSON.parse(read('package.json')));
  const readme = read('README.md');
  for (const name of Object.keys(scripts)) {
    const call = name === 'start' || name === 'test' ? `npm ${name}` : `npm run ${name}`;
    expect(readme).toContain(`| \`${call}\` |`);
  }
});
