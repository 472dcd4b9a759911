/** How a Chromium of this machine is started, whoever starts it. */
import { existsSync } from 'node:fs';

export const CHROMIUM_ARGUMENTS: readonly string[] = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/** Throws where there is none. */
export function chromiumPath(): string {
  const found = [process.env.CHROMIUM, '/usr/bin/chromium', '/usr/bin/google-chrome'].find(
    (file) => file !== undefined && existsSync(file),
  );
  if (found === undefined) throw new Error('No Chromium: set CHROMIUM to the path of one.');
  return found;
}
