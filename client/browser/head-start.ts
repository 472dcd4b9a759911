/**
 * What takes longest of starting, begun at once and together, while the rest of the program is still on its way: the engine's
 * thread has a large script to read, and `config.json` is a question to a server. Part of the page's first script, so it imports
 * nothing.
 */

export interface HeadStart {
  /** Does nothing until it is told to start: which tab leads is settled meanwhile. */
  readonly worker: Worker;
  /** The answer, or `undefined` where there is none: offline, say. */
  readonly config: Promise<Response | undefined>;
}

/** @param page the page's address */
export function headStart(page: string): HeadStart {
  return { worker: engineThread(), config: askForConfig(page) };
}

export function engineThread(): Worker {
  const worker = new Worker(new URL('./engine-worker.ts', import.meta.url), { type: 'module' });
  worker.onerror = (event) => console.error(event.message);
  return worker;
}

function askForConfig(page: string): Promise<Response | undefined> {
  return fetch(new URL('config.json', page), { cache: 'no-cache' }).catch(() => undefined);
}
