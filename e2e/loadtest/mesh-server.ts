/** Snug's own signaling server, as shipped, in a process that accounts for its bytes. */
import { createSignalingServer } from '@snug/signaling/server.ts';
import { parseSettings } from '@snug/signaling/settings.ts';
import { meshClassifier } from './mesh-traffic.ts';
import { type RunningServer, runServerProcess } from './server-process.ts';
import { SocketAccounts } from './socket-accounts.ts';

/** On a free port of this machine. */
async function start(): Promise<RunningServer> {
  const parsed = parseSettings(
    // Pages come from elsewhere.
    { PORT: '0', STUN_PORT: '0', HOST: '127.0.0.1', PAGE_DIR: '', ORIGINS: '*' },
    { defaultDir: 'none', isDirectory: () => false },
  );
  if (!parsed.ok) throw new Error(parsed.problems.join('\n'));
  const accounts = new SocketAccounts(meshClassifier);
  accounts.attachToProcess();
  // As shipped it answers STUN, and its clients ask it; on any free port.
  const settings = { ...parsed.settings, stun: { port: 0, required: true } };
  const server = createSignalingServer(settings, {
    log: (level, event, fields) => {
      if (level === 'error') process.stderr.write(`${event} ${JSON.stringify(fields)}\n`);
    },
    random: Math.random,
    now: Date.now,
  });
  const { port } = await server.listen();
  return {
    url: `http://127.0.0.1:${port}`,
    accounts,
    stun: () => ({ in: server.counters.stunBytesIn, out: server.counters.stunBytesOut }),
    close: () => server.close(),
  };
}

runServerProcess(start);
