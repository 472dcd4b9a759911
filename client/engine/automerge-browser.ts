/** Automerge in a browser: its wasm is a file of the page, fetched when it is first wanted. */
import wasm from '@automerge/automerge/automerge.wasm?url';
import { initializeWasm } from '@automerge/automerge/slim';

let ready: Promise<void> | undefined;

/** Resolves once Automerge can be used in this thread. */
export function automergeReady(): Promise<void> {
  ready ??= initializeWasm(wasm);
  return ready;
}

export async function loadRepo() {
  await automergeReady();
  return (await import('./documents-repo.ts')).DocumentsRepo;
}
