/**
 * Arrows point one way. Which layer of the house may import which, and a check of every source file against it;
 * run directly, it prints each import that goes backwards and exits with 1 when there is one.
 */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { importsOf } from './imports.ts';
import { root, sourceFiles } from './tree.ts';

interface Layer {
  /** Folder from the root; the longest that fits a file is its layer. */
  readonly at: string;
  /** Layers it may import, beside itself. */
  readonly from: readonly string[];
  /** Layers of which it may import types only. */
  readonly typesFrom?: readonly string[];
  /** Layers and packages that its tests, and what only they use (below a folder `test`), may import too. */
  readonly testsFrom?: readonly string[];
  /** Packages it may not import. */
  readonly without?: readonly RegExp[];
}

const shared = ['shared/protocol', 'shared/crypto', 'shared/entries'] as const;

/** No sockets, no storage, no runtime of its own: what both ends of a wire agree on. */
const impure = [/^node:/, /^socket\.io/, /^@automerge\//, /^ws$/, /^solid-js/, /^simple-peer/];
/** Only the page has a framework. */
const frameworks = [/^solid-js/, /^lucide-solid/];

/** What the parts of the mesh agree on, and the parts. */
const mesh = [
  'client/mesh',
  'client/mesh/frames',
  'client/mesh/broadcast',
  'client/mesh/presence',
  'client/mesh/repair',
  'client/mesh/signaling',
  'client/mesh/routes',
  'client/mesh/link',
  'client/mesh/overlay',
  'client/mesh/device',
] as const;

/** A part of the mesh, and the parts it may import. Its tests may set up any other, and a real server. */
function partOfMesh(part: string, ...parts: readonly string[]): Layer {
  return {
    at: `client/mesh/${part}`,
    from: [...shared, 'client/mesh', ...parts.map((each) => `client/mesh/${each}`)],
    without: frameworks,
    testsFrom: [...mesh, 'client/mesh/test', 'signaling'],
  };
}

export const layers: readonly Layer[] = [
  { at: 'shared/protocol', from: [], without: impure, testsFrom: ['node:'] },
  {
    at: 'shared/crypto',
    from: ['shared/protocol'],
    without: impure,
    testsFrom: ['node:'],
  },
  {
    at: 'shared/entries',
    from: ['shared/crypto', 'shared/protocol'],
    without: impure,
    // The builder is held to Automerge byte for byte.
    testsFrom: ['node:', '@automerge/'],
  },
  { at: 'signaling', from: shared, without: [/^@automerge\//, ...frameworks] },
  {
    at: 'client/mesh',
    from: shared,
    without: frameworks,
    testsFrom: [...mesh, 'client/mesh/test'],
  },
  {
    at: 'client/mesh/test',
    from: shared,
    without: frameworks,
    testsFrom: [...mesh, 'signaling'],
  },
  // Between neighbours: what they say, and how entries and receipts spread.
  partOfMesh('frames'),
  partOfMesh('broadcast', 'frames'),
  partOfMesh('presence'),
  partOfMesh('repair', 'frames'),
  // Between devices: how they find, reach and choose each other.
  partOfMesh('signaling'),
  partOfMesh('routes'),
  partOfMesh('link', 'signaling', 'routes'),
  partOfMesh('overlay', 'link'),
  partOfMesh('device', 'signaling', 'routes', 'link', 'overlay'),
  { at: 'client/identity', from: shared, without: frameworks },
  {
    at: 'client/space',
    from: shared,
    typesFrom: mesh,
    without: frameworks,
  },
  // What a person's devices share: facts, folded from a space of their own.
  { at: 'client/own', from: [...shared, 'client/space'], without: [...impure, ...frameworks] },
  // Who somebody is to this person, and where the two write to each other.
  {
    at: 'client/people',
    from: [...shared, 'client/space', 'client/own'],
    without: [...impure, ...frameworks],
  },
  // Knows messages by their text and ids, and nothing of documents.
  { at: 'client/search', from: shared, without: [...impure, ...frameworks] },
  {
    at: 'client/engine',
    from: [
      ...shared,
      ...mesh,
      'client/identity',
      'client/space',
      'client/own',
      'client/people',
      'client/search',
    ],
    without: frameworks,
    testsFrom: ['signaling'],
  },
  {
    // Puts a peer together in a browser: its links, its store, its engine in a worker, its tabs.
    at: 'client/browser',
    from: [...shared, ...mesh, 'client/identity', 'client/space', 'client/engine'],
    without: frameworks,
  },
  { at: 'client/ui', from: [...shared, 'client/engine', 'client/browser'] },
  {
    // The same in Node.
    at: 'client/headless',
    from: [...shared, ...mesh, 'client/identity', 'client/space', 'client/engine'],
    without: frameworks,
    testsFrom: ['signaling'],
  },
  // The build's settings.
  { at: 'client', from: ['client/ui'] },
  {
    at: 'e2e',
    from: [
      ...shared,
      'signaling',
      'client',
      ...mesh,
      'client/mesh/test',
      'client/identity',
      'client/space',
      'client/own',
      'client/people',
      'client/search',
      'client/engine',
      'client/browser',
      'client/ui',
      'client/headless',
    ],
  },
];

/** The layer a file, named from the root, is of. */
export function layerOf(file: string): Layer | undefined {
  return layers
    .filter((layer) => file.startsWith(`${layer.at}/`))
    .reduce<Layer | undefined>(
      (best, layer) => (best && best.at.length >= layer.at.length ? best : layer),
      undefined,
    );
}

/** Where a specifier leads, from the root, or undefined where it names a package of others. */
function target(file: string, specifier: string): string | undefined {
  if (specifier.startsWith('.')) return path.posix.join(path.posix.dirname(file), specifier);
  if (specifier.startsWith('@snug/')) return specifier.slice('@snug/'.length);
  return undefined;
}

/** Each import of this file that goes backwards, as a sentence that names the file, the import and the rule. */
export function backwardImports(file: string, source: string): string[] {
  const layer = layerOf(file);
  if (!layer) return [`${file} is in no layer: give it one in e2e/house/layers.ts.`];
  const isTest = /\.test\.tsx?$|\/test\//.test(file);
  const wrong: string[] = [];
  for (const { specifier, typeOnly, line } of importsOf(file, source)) {
    const complain = (rule: string): void => {
      wrong.push(`${file}:${line} imports '${specifier}', but ${rule}.`);
    };
    if (specifier === '') {
      complain('a dynamic import names its module literally, or nothing can be said of it');
      continue;
    }
    const leadsTo = target(file, specifier);
    if (leadsTo === undefined) {
      const allowedToTest = isTest && layer.testsFrom?.some((one) => specifier.startsWith(one));
      if (!allowedToTest && layer.without?.some((one) => one.test(specifier))) {
        complain(`${layer.at} does without that package`);
      }
      continue;
    }
    const other = layerOf(leadsTo);
    if (!other) {
      complain('that is in no layer');
    } else if (other !== layer && !layer.from.includes(other.at)) {
      if (isTest && layer.testsFrom?.includes(other.at)) continue;
      if (!layer.typesFrom?.includes(other.at)) {
        complain(`of ours ${layer.at} may import ${layer.from.join(', ') || 'nothing but itself'}`);
      } else if (!typeOnly) {
        complain(`${layer.at} may import types only from ${other.at}: write \`import type\``);
      }
    }
  }
  return wrong;
}

/** All of them in the project. */
export function backwardImportsOfAll(): string[] {
  return sourceFiles()
    .filter((file) => file.includes('/'))
    .flatMap((file) => backwardImports(file, readFileSync(path.join(root, file), 'utf8')));
}

if (import.meta.main) {
  const wrong = backwardImportsOfAll();
  for (const sentence of wrong) console.error(sentence);
  process.exitCode = wrong.length === 0 ? 0 : 1;
}
