/** Where a command writes what it found: known to be writable before anything is run, so that nothing is run in vain. */
import { accessSync, constants, statSync } from 'node:fs';
import path from 'node:path';
import { WrongCall } from '@snug/client/headless/command-line.ts';

/**
 * The file that an option names, if it names one.
 * @throws WrongCall where it cannot be written
 */
export function outputFile(option: string, file: string | undefined): string | undefined {
  if (file === undefined) return undefined;
  const there = statSync(file, { throwIfNoEntry: false });
  if (file === '' || there?.isDirectory())
    throw new WrongCall(`${option} takes a file, not "${file}".`);
  const written = there ? file : path.dirname(path.resolve(file));
  try {
    accessSync(written, constants.W_OK);
  } catch {
    throw new WrongCall(`${option} ${file} cannot be written: no such folder, or it is closed.`);
  }
  return file;
}
