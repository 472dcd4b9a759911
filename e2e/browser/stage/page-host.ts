/** The built page on a web server that knows nothing of Snug. */
import { createServer } from 'node:http';
import path from 'node:path';
import sirv from 'sirv';

const built = path.resolve(import.meta.dirname, '..', '..', '..', 'client', 'dist');

export interface PageHost {
  /** The page's address, with a slash at its end. */
  readonly url: string;
  close(): void;
}

/**
 * Beneath a path of its own, as project pages often are.
 *
 * @param config what `config.json` beside the page says; without it there is no such file
 */
export async function openPageHost(config?: object): Promise<PageHost> {
  const serve = sirv(process.env.PAGE_DIR ?? built, { dev: true });
  const host = createServer((request, response) => {
    const notFound = () => void response.writeHead(404).end();
    if (!request.url?.startsWith('/snug/')) return notFound();
    if (request.url === '/snug/config.json' && config !== undefined) {
      response.writeHead(200, { 'Content-Type': 'application/json' });
      response.end(JSON.stringify(config));
      return;
    }
    request.url = request.url.slice('/snug'.length);
    serve(request, response, notFound);
  });
  await new Promise<void>((resolve) => host.listen(0, '127.0.0.1', resolve));
  const address = host.address();
  if (address === null || typeof address === 'string') throw new Error('The page has no port.');
  return {
    url: `http://127.0.0.1:${address.port}/snug/`,
    close: () => {
      host.closeAllConnections();
      host.close();
    },
  };
}
