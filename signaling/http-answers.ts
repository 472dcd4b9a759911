import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import { type CountersNow, metricsText } from './counters.ts';
import { pageHandler, setSecurityHeaders } from './page.ts';

/** How long the figures of `/metrics` are handed out again, ms: to sum up takes a look at every connection. */
const METRICS_MS = 1000;

export interface HttpAnswersOptions {
  readonly version: string;
  readonly pageDir: string | null;
  readonly countersNow: () => CountersNow;
  /** What `/healthz` tells. */
  readonly present: { readonly peers: number; readonly topics: number };
  /** Milliseconds. */
  readonly now: () => number;
  /** Told of what should not happen. */
  readonly onError: (error: unknown) => void;
}

/** What the server says over plain HTTP: how it is, its figures, and the page. */
export function httpAnswers(options: HttpAnswersOptions): RequestListener {
  const { version, pageDir, countersNow, present, now, onError } = options;
  const page = pageHandler(pageDir);
  const startedAt = now();
  let metrics = { text: '', at: Number.NEGATIVE_INFINITY };

  const answer = (request: IncomingMessage, response: ServerResponse): void => {
    setSecurityHeaders(response);
    const [path] = (request.url ?? '/').split('?');
    if (path === '/healthz') {
      const uptime = Math.round((now() - startedAt) / 1000);
      const { peers, topics } = present;
      send(response, 'application/json', { ok: true, version, uptime, peers, topics });
    } else if (path === '/metrics') {
      const at = now();
      // A clock may be set back.
      if (Math.abs(at - metrics.at) >= METRICS_MS)
        metrics = { text: metricsText(countersNow()), at };
      send(response, 'text/plain; version=0.0.4; charset=utf-8', metrics.text);
    } else {
      page(request, response);
    }
  };
  return (request, response) => {
    try {
      answer(request, response);
    } catch (error) {
      onError(error);
      response.destroy();
    }
  };
}

function send(response: ServerResponse, type: string, body: string | object): void {
  response.writeHead(200, { 'Content-Type': type, 'Cache-Control': 'no-store' });
  response.end(typeof body === 'string' ? body : JSON.stringify(body));
}
