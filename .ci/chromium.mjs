/** The browser of the end-to-end tests. */
import { existsSync } from 'node:fs';
import path from 'node:path';

const names = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'];
const elsewhere = [
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
];

function onPath(name) {
  return (process.env.PATH ?? '')
    .split(path.delimiter)
    .map((folder) => path.join(folder, name))
    .find((file) => existsSync(file));
}

/** The path of a Chromium or Chrome, `$CHROMIUM` first, or undefined. */
export function findChromium() {
  const asked = process.env.CHROMIUM;
  if (asked) return existsSync(asked) ? asked : undefined;
  return names.map(onPath).find(Boolean) ?? elsewhere.find((file) => existsSync(file));
}

/** Finds one, or installs Debian's where this may be done. Answers its path, or says what to do and answers undefined. */
export async function ensureChromium({ say, processes }) {
  const found = findChromium();
  if (found) return found;
  if (process.env.CHROMIUM) {
    say(`CHROMIUM names ${process.env.CHROMIUM}, which does not exist.`);
    return undefined;
  }
  if (process.getuid?.() === 0 && onPath('apt-get')) {
    say('Installing chromium for the end-to-end tests (once)…');
    const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
    for (const args of [['update'], ['install', '-y', '--no-install-recommends', 'chromium']]) {
      const apt = processes.start('apt-get', ['-qq', ...args], { env, capture: true });
      if ((await apt.exit) !== 0) {
        say(apt.output.trim());
        break;
      }
    }
    const installed = findChromium();
    if (installed) return installed;
  }
  say(
    'The end-to-end tests need Chromium: install the package "chromium" (Debian, Ubuntu: apt-get install chromium; ' +
      'macOS: brew install --cask chromium) or Chrome, or set CHROMIUM to the path of one.',
  );
  return undefined;
}
