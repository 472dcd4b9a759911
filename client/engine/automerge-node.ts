/** Automerge in Node: its wasm is read from the package. `DocumentsRepo` comes once it is ready. */
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { initializeWasm } from '@automerge/automerge/slim';

export async function loadRepo() {
  const wasm = createRequire(import.meta.url).resolve('@automerge/automerge/automerge.wasm');
  await initializeWasm(await readFile(wasm));
  return (await import('./documents-repo.ts')).DocumentsRepo;
}
