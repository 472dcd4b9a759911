/** Which signaling server a page uses: the one that `config.json` beside it names, else the one it came from. */
import * as v from 'valibot';

/** Without `server`: the host that serves the page is its signaling server too. */
const Config = v.object({ server: v.exactOptional(v.pipe(v.string(), v.url())) });

/** @param page the page's address without fragment */
export async function ownServer(page: string): Promise<string> {
  const itself = new URL(page).origin;
  try {
    const answer = await fetch(new URL('config.json', page), { cache: 'no-cache' });
    // A host may answer everything with its index page.
    if (!answer.ok || !answer.headers.get('content-type')?.includes('json')) return itself;
    const config = v.safeParse(Config, await answer.json());
    if (!config.success) {
      console.error('config.json was not understood: expected {"server": "https://…"}.');
      return itself;
    }
    const { server } = config.output;
    return server === undefined ? itself : new URL(server).href.replace(/\/$/, '');
  } catch {
    // Offline, or nothing there.
    return itself;
  }
}
