import { describe, expect, test } from 'vitest';
import { backwardImports, backwardImportsOfAll, layerOf, layers } from './layers.ts';
import { sourceFiles } from './tree.ts';

describe('the layers of the house', () => {
  test('every source file is in one, and no import goes backwards', () => {
    expect(sourceFiles()).toContain('shared/protocol/ids.ts');
    expect(backwardImportsOfAll()).toEqual([]);
  });

  test('no layer can reach itself through those it imports', () => {
    const named = new Map(layers.map((layer) => [layer.at, layer]));
    const reaches = (from: string, goal: string): boolean => {
      const layer = named.get(from);
      const next = [...(layer?.from ?? []), ...(layer?.typesFrom ?? [])];
      return next.some((one) => one === goal || reaches(one, goal));
    };
    expect(layers.map((layer) => layer.at).filter((at) => reaches(at, at))).toEqual([]);
  });

  test('the innermost folder decides', () => {
    expect(layerOf('client/mesh/links-port.ts')?.at).toBe('client/mesh');
    expect(layerOf('client/mesh/link/link.ts')?.at).toBe('client/mesh/link');
    expect(layerOf('client/main.tsx')?.at).toBe('client');
    expect(layerOf('clients/x.ts')).toBeUndefined();
  });
});

describe('a backward import is found', () => {
  test.each([
    ['signaling/a.ts', "import { x } from '../client/mesh/b.ts';"],
    ['signaling/a.ts', "import { x } from '@snug/client/mesh/b.ts';"],
    ['client/mesh/a.ts', "import type { X } from '../space/b.ts';"],
    ['client/mesh/a.ts', "export * from '../engine/b.ts';"],
    ['client/mesh/a.ts', "export { x } from '../engine/b.ts';"],
    ['client/engine/a.ts', "const ui = await import('../ui/b.tsx');"],
    ['client/engine/a.ts', "let x: import('../ui/b.tsx').X;"],
    ['client/space/a.ts', "new Worker(new URL('../engine/b.ts', import.meta.url));"],
    ['client/ui/a.tsx', "import { x } from '../mesh/b.ts'; const y = <p>text</p>;"],
    ['client/ui/a.tsx', "import { x } from '../headless/b.ts';"],
    ['client/identity/a.ts', "import { x } from '../space/b.ts';"],
    ['client/engine/a.ts', "import { x } from '@snug/e2e/browser/b.ts';"],
    ['shared/protocol/a.ts', "import { x } from '../crypto/b.ts';"],
    ['shared/crypto/a.ts', "import { x } from '@snug/shared/entries/b.ts';"],
    ['shared/entries/a.ts', "import { x } from '../../signaling/b.ts';"],
    ['shared/entries/a.ts', "import { readFile } from 'node:fs/promises';"],
    ['shared/entries/a.ts', "import { io } from 'socket.io-client';"],
    ['shared/entries/a.ts', "import * as A from '@automerge/automerge';"],
    ['client/engine/a.ts', "import { createSignal } from 'solid-js';"],
    ['client/space/a.ts', "import { x } from '../mesh/b.ts';"],
    ['client/engine/a.ts', 'const x = await import(name);'],
    ['client/engine/a.ts', "import { x } from '../../outside.ts';"],
    ['client/engine/a.test.ts', "import { x } from '../ui/b.ts';"],
    ['client/mesh/a.ts', "import { serve } from '@snug/signaling/server.ts';"],
    ['client/mesh/a.ts', "import { x } from '../headless/b.ts';"],
    ['client/mesh/a.ts', "import { x } from './link/b.ts';"],
    ['client/mesh/routes/a.ts', "import { x } from '../link/b.ts';"],
    ['client/mesh/presence/a.ts', "import type { X } from '../frames/b.ts';"],
  ])('in %s: %s', (file, source) => {
    expect(backwardImports(file, source)).toHaveLength(1);
  });

  test('and the sentence names the file, the line, the import and the rule', () => {
    const source = "\nimport { x } from '../engine/b.ts';\n";
    expect(backwardImports('client/identity/a.ts', source)).toEqual([
      "client/identity/a.ts:2 imports '../engine/b.ts', but of ours client/identity may import " +
        'shared/protocol, shared/crypto, shared/entries.',
    ]);
  });
});

describe('an import that goes forwards is left alone', () => {
  test.each([
    ['client/ui/a.tsx', "import type { View } from '../engine/view.ts';"],
    ['client/space/a.ts', "import type { Path } from '../mesh/links-port.ts';"],
    ['client/space/a.ts', "import { type Path } from '../mesh/links-port.ts';"],
    ['client/engine/a.ts', "import { x } from '@snug/shared/entries/b.ts'; import y from 'cborg';"],
    ['client/engine/a.ts', "new URL('https://example.org/'); new URL('./x.ts', import.meta.url);"],
    ['shared/entries/a.test.ts', "import * as A from '@automerge/automerge';"],
    ['client/mesh/test/a.ts', "import { serve } from '../../../signaling/server.ts';"],
    ['client/mesh/link/a.test.ts', "import { serve } from '@snug/signaling/server.ts';"],
    ['e2e/browser/a.ts', "import { x } from '@snug/client/mesh/b.ts';"],
  ])('in %s: %s', (file, source) => {
    expect(backwardImports(file, source)).toEqual([]);
  });

  test('a file that does not parse is said to be so', () => {
    expect(() => backwardImports('client/ui/a.ts', 'import {')).toThrow(
      'client/ui/a.ts does not parse',
    );
  });
});
