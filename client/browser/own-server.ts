/** Which signaling server a page uses: the one that `config.json` beside it names, else the one it came from. */
import * as v from 'valibot';

/** Without `server`: the host that serves the page is its signaling server too. */
const Config = v.object({ server: v.exactOptional(v.pipe(v.string(), v.url())) });

/**
 * Never rejects.
 *
 * @param page the page's address without fragment
 * @param asked the answer to its `config.json`, if there was any
 */
export async function ownServer(
  page: string,
  asked: Promise<Response | undefined>,
): Promise<string> {
  const itself = new URL(page).origin;
  try {
    const answer = await asked;
    // A host may answer everything with its index page.
    if (!answer?.ok || !answer.headers.get('content-type')?.includes('json')) return itself;
    const config = v.safeParse(Config, await answer.json());
    if (!config.success) {
      console.error('config.json was not understood: expected {"server": "https://…"}.');
      return itself;
    }
    const { server } = config.output;
    return server === undefined ? itself : new URL(server).href.replace(/\/$/, '');
  } catch {
    // Broken off, or no JSON after all.
    return itself;
  }
}
