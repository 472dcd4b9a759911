/** For tests: a real signaling server on a free port of this machine. */
import { createSignalingServer } from '@snug/signaling/server.ts';

export async function startServer() {
  const server = createSignalingServer(
    {
      port: 0,
      host: '127.0.0.1',
      stun: null,
      origins: [],
      publicHosts: [],
      trustProxy: false,
      ice: { urls: [], turnSecret: null, turnSeconds: 600 },
      maxPeers: 100,
      maxPeersPerAddress: 100,
      pageDir: null,
    },
    { log: () => undefined, random: Math.random, now: Date.now },
  );
  const { port } = await server.listen();
  return { server, url: `http://127.0.0.1:${port}` };
}
