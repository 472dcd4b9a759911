/** What the page says of a trouble that lasts, in whatever words it has for it. */
import { noticesFor } from '@snug/client/ui/frame/notices-for.ts';

type State = Parameters<typeof noticesFor>[0];

function textOf(id: string, state: Partial<State>): string {
  const notices = noticesFor({ storage: 'kept', servers: [], secure: true, holds: true, ...state });
  const text = notices.find((notice) => notice.id === id)?.text;
  if (text === undefined) throw new Error(`The page has no notice ${id}.`);
  return text;
}

export const NOTICES = {
  noServer: textOf('servers', { servers: [{ url: 'https://gone.example', state: 'unreachable' }] }),
  storageRefused: textOf('storage-refused', { storage: 'refused' }),
  storageFull: textOf('storage-full', { storage: 'full' }),
} as const;
