/** The built page on a web server that knows nothing of Snug, until the test is over. */
import { onTestFinished } from 'vitest';
import { openPageHost } from './page-host.ts';

/**
 * @param config what `config.json` beside the page says; without it there is no such file
 * @returns the page's address, with a slash at its end
 */
export async function hostPage(config?: object): Promise<string> {
  const host = await openPageHost(config);
  onTestFinished(() => host.close());
  return host.url;
}
