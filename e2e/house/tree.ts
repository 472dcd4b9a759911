/** The project's own files. */
import { readdirSync } from 'node:fs';
import path from 'node:path';

export const root = path.resolve(import.meta.dirname, '..', '..');

/** What the project makes rather than is: the names of `.gitignore`. */
const made = new Set(['node_modules', 'dist', '.git', 'output', 'data', '.DS_Store']);

/** Every file, named from the root with forward slashes. */
export function files(folder = ''): string[] {
  return readdirSync(path.join(root, folder), { withFileTypes: true })
    .filter((entry) => !made.has(entry.name))
    .flatMap((entry) => {
      const name = path.posix.join(folder, entry.name);
      return entry.isDirectory() ? files(name) : [name];
    });
}

/** The TypeScript among them. */
export function sourceFiles(): string[] {
  return files().filter((file) => /\.tsx?$/.test(file));
}
