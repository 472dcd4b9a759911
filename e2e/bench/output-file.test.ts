import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { WrongCall } from '@snug/client/headless/command-line.ts';
import { expect, onTestFinished, test } from 'vitest';
import { outputFile } from './output-file.ts';

function folder(): string {
  const made = mkdtempSync(path.join(tmpdir(), 'snug-output-'));
  onTestFinished(() => rmSync(made, { recursive: true }));
  return made;
}

test('a file is taken where it can be written, there already or not', () => {
  const file = path.join(folder(), 'out.json');
  expect(outputFile('--json', file)).toBe(file);
  writeFileSync(file, '');
  expect(outputFile('--json', file)).toBe(file);
  expect(outputFile('--json', undefined)).toBeUndefined();
});

test('a folder, and a file in a folder that is not there, are refused before anything is run', () => {
  const there = folder();
  for (const file of ['', there, path.join(there, 'no', 'out.json')])
    expect(() => outputFile('--json', file)).toThrow(WrongCall);
});
