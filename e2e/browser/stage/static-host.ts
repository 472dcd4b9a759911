/** The built page on a web server that knows nothing of Snug. */
import { createServer } from 'node:http';
import path from 'node:path';
import sirv from 'sirv';
import { onTestFinished } from 'vitest';

const built = path.resolve(import.meta.dirname, '..', '..', '..', 'client', 'dist');

/**
 * Until the test is over, beneath a path of its own, as project pages often are.
 * @param config what `config.json` beside the page says; without it there is no such file
 * @returns the page's address, with a slash at its end
 */
export async function hostPage(config?: object): Promise<string> {
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
  onTestFinished(() => {
    host.closeAllConnections();
    host.close();
  });
  const address = host.address();
  if (address === null || typeof address === 'string') throw new Error('The page has no port.');
  return `http://127.0.0.1:${address.port}/snug/`;
}
