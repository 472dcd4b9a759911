import type { IncomingMessage, ServerResponse } from 'node:http';
import sirv from 'sirv';

/**
 * Automerge's wasm is why `'wasm-unsafe-eval'`. A space may name other signaling servers, and identities live
 * anywhere, so connections may go out to any host; code, styles and fonts come from here alone.
 */
export const CONTENT_SECURITY_POLICY = [
  "default-src 'self'",
  "script-src 'self' 'wasm-unsafe-eval'",
  "worker-src 'self'",
  "connect-src 'self' ws: wss: https: http:",
  "img-src 'self' data: blob:",
  "style-src 'self' 'unsafe-inline'",
  "object-src 'none'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

/** What the bundler puts a hash of the content into the name of. */
const HASHED = /^\/assets\/.*-[\w-]{8,}\.\w+$/;

export type PageHandler = (request: IncomingMessage, response: ServerResponse) => void;

export function setSecurityHeaders(response: ServerResponse): void {
  response.setHeader('Content-Security-Policy', CONTENT_SECURITY_POLICY);
  response.setHeader('X-Content-Type-Options', 'nosniff');
  response.setHeader('Referrer-Policy', 'no-referrer');
}

/** Serves the built page from `directory`; without one, a page that says how to build it. */
export function pageHandler(directory: string | null): PageHandler {
  if (directory === null) {
    return (_request, response) => {
      response.writeHead(503, { 'Content-Type': 'text/html;charset=utf-8' });
      response.end(
        '<!doctype html><meta charset="utf-8"><title>Snug</title><h1>The page is not built</h1>' +
          '<p>The signaling server is running. To build the page: <code>npm run build</code>, ' +
          'then start the server again.</p>',
      );
    };
  }
  const serve = sirv(directory, {
    // Looked up on each request, so that a build made while the server runs is served whole.
    dev: true,
    etag: true,
    gzip: true,
    brotli: true,
    extensions: ['html'],
    setHeaders: (response, pathname) => {
      response.setHeader(
        'Cache-Control',
        HASHED.test(pathname) ? 'public, max-age=31536000, immutable' : 'no-cache',
      );
    },
  });
  return (request, response) => {
    if (request.method !== 'GET' && request.method !== 'HEAD') {
      response.writeHead(405, { Allow: 'GET, HEAD' }).end();
      return;
    }
    // Nothing here is worth resuming, and a range that ends before it starts makes sirv throw.
    delete request.headers.range;
    serve(request, response, () => {
      if (request.url?.split('?', 1)[0] === '/config.json') {
        // The page asks which server it belongs to. Without a file that says otherwise: to this one.
        response.writeHead(200, {
          'Content-Type': 'application/json',
          'Cache-Control': 'no-cache',
        });
        response.end('{}\n');
        return;
      }
      response.writeHead(404, { 'Content-Type': 'text/plain;charset=utf-8' }).end('Not found\n');
    });
  };
}
