/** Entry point: the signaling server with settings from the environment. Exit code 2 means that it could not start. */
import { statSync } from 'node:fs';
import { networkInterfaces } from 'node:os';
import { fileURLToPath } from 'node:url';
import { createLog, errorFields } from './log.ts';
import { createSignalingServer, ListenError } from './server.ts';
import { parseSettings, type Settings } from './settings.ts';

const log = createLog((line) => process.stderr.write(line), Date.now);

function isDirectory(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;
}

/** Where people reach the server: on this machine, and from its network if it listens there. */
function urls(settings: Settings, port: number): string[] {
  const url = (host: string) => `http://${host.includes(':') ? `[${host}]` : host}:${port}/`;
  const host = settings.host;
  if (host !== null && host !== '0.0.0.0' && host !== '::') return [url(host)];
  const addresses = Object.values(networkInterfaces())
    .flatMap((list) => list ?? [])
    .filter(({ family, internal }) => family === 'IPv4' && !internal)
    .map(({ address }) => url(address));
  return [url('localhost'), ...addresses];
}

function fail(lines: readonly string[]): never {
  for (const line of lines) process.stderr.write(`${line}\n`);
  process.exit(2);
}

const result = parseSettings(process.env, {
  defaultDir: fileURLToPath(new URL('../client/dist', import.meta.url)),
  isDirectory,
});
if (!result.ok) fail(result.problems);
const { settings } = result;

const server = createSignalingServer(settings, { log, random: Math.random, now: Date.now });

let stopping = false;
async function stop(): Promise<void> {
  if (stopping) process.exit(130);
  stopping = true;
  await server.close();
  process.exit(0);
}
process.on('SIGINT', () => void stop());
process.on('SIGTERM', () => void stop());

try {
  const { port } = await server.listen();
  const [here, ...network] = urls(settings, port);
  process.stdout.write(`Snug is running at ${here}\n`);
  for (const url of network) process.stdout.write(`  on your network: ${url}\n`);
  if (settings.pageDir === null) {
    process.stdout.write('  The page is not built yet: npm run build, then start again.\n');
  }
} catch (error) {
  if (error instanceof ListenError) fail([error.message]);
  throw error;
}

// From here on people are connected: one unforeseen error is logged, and must not end it for all of them.
process.on('uncaughtException', (error) => log('error', 'uncaught', errorFields(error)));
process.on('unhandledRejection', (error) => log('error', 'unhandled', errorFields(error)));
