/** automerge-repo's own WebSocket server, set up as its authors' sync server is, but without a disk. */
import { once } from 'node:events';
import { createServer } from 'node:http';
import { Repo } from '@automerge/automerge-repo';
import { WebSocketServerAdapter } from '@automerge/automerge-repo-network-websocket';
import { WebSocketServer } from 'ws';
import { addressOf } from './server-address.ts';
import { type RunningServer, runServerProcess } from './server-process.ts';
import { SocketAccounts } from './socket-accounts.ts';
import { starClassifier } from './star-traffic.ts';

/** The adapter's types come from another way of importing the same library. */
type AdapterSocket = NonNullable<
  ConstructorParameters<typeof WebSocketServerAdapter>[0]['options']['WebSocket']
>;

/** Starts one on a free port of this machine. */
export async function startStarServer(): Promise<RunningServer> {
  const http = createServer((_request, response) => response.writeHead(426).end());
  const accounts = new SocketAccounts(starClassifier);
  accounts.attach(http);
  const sockets = new WebSocketServer<AdapterSocket>({ server: http });
  const repo = new Repo({
    network: [new WebSocketServerAdapter(sockets)],
    // It hands out what it is asked for by id, and offers nothing.
    sharePolicy: async () => false,
  });
  http.listen(0, '127.0.0.1');
  await once(http, 'listening');
  return {
    url: `ws://${addressOf(http)}`,
    accounts,
    async close() {
      for (const socket of sockets.clients) socket.terminate();
      sockets.close();
      await repo.shutdown();
      http.closeAllConnections();
      http.close();
      await once(http, 'close');
    },
  };
}

if (import.meta.main) runServerProcess(startStarServer);
