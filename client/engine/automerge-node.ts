/** Automerge in Node: its wasm is read from the package. `DocumentsRepo` comes once it is ready. */
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { initializeWasm } from '@automerge/automerge/slim';

let ready: Promise<void> | undefined;

/**
 * However many peers run in one process, once: a second instance of the wasm would take the place of the first, and every
 * document made until then would point into a memory that is no longer looked at.
 */
async function initialize(): Promise<void> {
  const wasm = createRequire(import.meta.url).resolve('@automerge/automerge/automerge.wasm');
  await initializeWasm(await readFile(wasm));
}

export async function loadRepo() {
  ready ??= initialize();
  await ready;
  return (await import('./documents-repo.ts')).DocumentsRepo;
}
