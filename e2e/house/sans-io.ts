/**
 * The mesh's protocol logic is sans-I/O: given inputs and the time it says what to do, so that the simulator can run it on a
 * virtual clock. Which files carry that out instead, and a check that the others reach for nothing.
 */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { importsOf } from './imports.ts';
import { root, sourceFiles } from './tree.ts';

/** Sockets, channels, timers, keys and promises are in these and nowhere else in the mesh. */
export const drivers: readonly string[] = [
  'client/mesh/alarm.ts',
  'client/mesh/clock.ts',
  'client/mesh/device/',
  'client/mesh/link/direct-path.ts',
  'client/mesh/link/node-webrtc.ts',
  'client/mesh/link/running-link.ts',
  'client/mesh/overlay/running-overlay.ts',
  'client/mesh/repair/repo-adapter.ts',
  'client/mesh/routes/running-routes.ts',
  'client/mesh/signaling/early-connection.ts',
  'client/mesh/signaling/pending-offers.ts',
  'client/mesh/signaling/sealed-signals.ts',
  'client/mesh/signaling/servers.ts',
  'client/mesh/signaling/signaling-bytes.ts',
  'client/mesh/signaling/signaling-client.ts',
];

const PACKAGES = /^(?:node:|socket\.io|simple-peer|node-datachannel|@automerge\/)/;
const REACHES =
  /\b(?:setTimeout|setInterval|queueMicrotask|Date\.now|performance\.now|Math\.random|getRandomValues|new Promise|async|await)\b/;

function isDriver(file: string): boolean {
  return drivers.some((each) => file === each || (each.endsWith('/') && file.startsWith(each)));
}

/** What this file of the mesh's logic reaches for, as sentences; none for a driver or a test. */
export function reaches(file: string, source: string): string[] {
  const logic = file.startsWith('client/mesh/') && !/\.test\.ts$|\.d\.ts$|\/test\//.test(file);
  if (!logic || isDriver(file)) return [];
  const wrong = importsOf(file, source).flatMap(({ specifier, typeOnly, line }) => {
    const target = path.posix.join(path.posix.dirname(file), specifier);
    const reached = PACKAGES.test(specifier) || (specifier.startsWith('.') && isDriver(target));
    return reached && !typeOnly
      ? [`${file}:${line} imports ${specifier}: leave it to a driver.`]
      : [];
  });
  const code = source.replace(/\/\*[\s\S]*?\*\/|\/\/.*$/gm, (comment) =>
    comment.replace(/[^\n]/g, ' '),
  );
  for (const [i, line] of code.split('\n').entries()) {
    const found = REACHES.exec(line);
    if (found) wrong.push(`${file}:${i + 1} uses ${found[0]}: leave it to a driver.`);
  }
  return wrong;
}

/** All of them in the project. */
export function reachesOfAll(): string[] {
  return sourceFiles().flatMap((file) =>
    reaches(file, readFileSync(path.join(root, file), 'utf8')),
  );
}
