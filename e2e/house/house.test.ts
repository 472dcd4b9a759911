import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { files, root } from './tree.ts';

/** The agreed top level: the four parts, and what tools must find there. */
const atTheTop = [
  'client',
  'signaling',
  'shared',
  'e2e',
  'README.md',
  'LICENSE',
  'package.json',
  'package-lock.json',
  'tsconfig.json',
  'tsconfig.base.json',
  'vitest.config.ts',
  'biome.json',
  'docker-compose.yml',
  '.ci',
  '.dockerignore',
  '.editorconfig',
  '.gitignore',
  '.npmrc',
];
/** Made, not kept: `.gitignore` names them. */
const ignored = ['node_modules', 'data', '.git', '.DS_Store'];

/** Places that exist on one machine only: somebody's home, a folder where a project was checked out. */
const oneMachine = [
  /(?<![\w.:/-])\/(?:home|Users)\/\w+/,
  /(?<![\w.:/-])\/root\/\w+/,
  /(?<![\w.:/-])\/work\/\w+/,
  /\b[A-Z]:\\Users\\/,
];
const text =
  /\.(?:tsx?|mjs|cjs|js|json|md|css|html|ya?ml|sh|svg|txt)$|(?:^|\/)(?:Dockerfile|run|\.\w+)$/;

function placesOfOneMachine(content: string): string[] {
  return oneMachine.flatMap((pattern) => pattern.exec(content)?.[0] ?? []);
}

describe('the house', () => {
  test('has at its top level what was agreed and nothing else', () => {
    const odd = readdirSync(root).filter((name) => ![...atTheTop, ...ignored].includes(name));
    expect(odd).toEqual([]);
  });

  test('names no path of a particular machine', () => {
    const wrong = files()
      .filter((file) => text.test(file))
      .flatMap((file) =>
        placesOfOneMachine(readFileSync(path.join(root, file), 'utf8')).map(
          (place) => `${file} names ${place}`,
        ),
      );
    expect(wrong).toEqual([]);
  });

  test('would notice one', () => {
    const homes = ['home', 'Users', 'root', 'work'].map((folder) => `cd "/${folder}/someone"`);
    expect(homes.map((line) => placesOfOneMachine(line).length)).toEqual([1, 1, 1, 1]);
    expect(placesOfOneMachine('https://example.org/home/page and ./work/it')).toEqual([]);
  });
});
