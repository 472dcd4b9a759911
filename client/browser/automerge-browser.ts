/** Automerge in a browser: its wasm is a file of the page, fetched when it is first wanted. */
import wasm from '@automerge/automerge/automerge.wasm?url';
import { initializeWasm } from '@automerge/automerge/slim';

let ready: Promise<void> | undefined;

/** Resolves once Automerge can be used in this thread. */
export function automergeReady(): Promise<void> {
  // What could not be fetched now, offline say, is tried again the next time it is wanted.
  ready ??= initializeWasm(wasm).catch((error: unknown) => {
    ready = undefined;
    throw error;
  });
  return ready;
}

export async function loadRepo() {
  await automergeReady();
  return (await import('../engine/documents-repo.ts')).DocumentsRepo;
}
