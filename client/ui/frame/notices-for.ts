import type { StorageState } from '../../engine/view.ts';
import type { ServerState } from '../shown.ts';

export interface Notice {
  readonly id: string;
  readonly text: string;
  /** Something may be lost. */
  readonly grave: boolean;
  /** Said once is enough. */
  readonly dismissible: boolean;
  /** The browser can be asked to do better. */
  readonly askable?: true;
}

const unreachable: Notice = {
  id: 'servers',
  text: 'No server in reach. You go on talking with whoever you are linked to; newcomers have to wait.',
  grave: false,
  dismissible: false,
};

const storage: Readonly<Record<Exclude<StorageState, 'kept'>, Notice>> = {
  refused: {
    id: 'storage-refused',
    text: 'This browser keeps nothing, perhaps because the window is private. Close it, and your name and what you have read are gone from this device.',
    grave: true,
    dismissible: false,
  },
  full: {
    id: 'storage-full',
    text: 'This device has no room left, so the last message was not kept. What was kept before is safe. Free some room, then reload.',
    grave: true,
    dismissible: false,
  },
  'best-effort': {
    id: 'storage-best-effort',
    text: 'Kept on this device, but the browser may clear it when the device runs short of room. It can be asked to keep it.',
    grave: false,
    dismissible: true,
    askable: true,
  },
};

/** What the browser is said to have answered when it was asked in vain. */
export const NOT_PROMISED =
  'The browser did not promise it. Most do for a page that is installed, bookmarked or often used; until then, export what you cannot do without.';

const insecure: Notice = {
  id: 'plain-http',
  text: 'This page came over plain http: one-tap copying is missing and the browser may clear what is kept. Messages are sealed all the same.',
  grave: false,
  dismissible: true,
};

/** What has to be said about the state of this device and page, gravest first. */
export function noticesFor(state: {
  storage: StorageState;
  servers: readonly {
    readonly state: ServerState;
    readonly url: string;
    readonly problem?: string;
  }[];
  secure: boolean;
  /** Something is kept that would be missed. */
  holds: boolean;
}): readonly Notice[] {
  const notices: Notice[] = [];
  if (state.storage !== 'kept' && (state.holds || state.storage !== 'best-effort'))
    notices.push(storage[state.storage]);
  const down = (s: ServerState) => s === 'unreachable' || s === 'refused';
  if (state.servers.length > 0 && state.servers.every((server) => down(server.state))) {
    // One that refuses this page has said why and what to do, another version for one.
    const refusal = state.servers.find((server) => server.state === 'refused')?.problem;
    notices.push(refusal === undefined ? unreachable : { ...unreachable, text: refusal });
  }
  if (!state.secure) notices.push(insecure);
  return notices.sort((a, b) => Number(b.grave) - Number(a.grave));
}
