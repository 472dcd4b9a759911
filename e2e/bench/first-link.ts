/** R3: what a server carries to bring up a peer's first link, and what it carries of the messages after: nothing. */
import type { Measures } from './measure.ts';
import { meet, must, startServer, until } from './room.ts';
import { measured } from './targets.ts';

const MESSAGES = 100;

export async function firstLink(): Promise<Measures> {
  const { server, url } = await startServer();
  const asked = () => server.counters.stunBytesIn + server.counters.stunBytesOut;
  const carried = () => server.counters.socketBytesIn + server.counters.socketBytesOut + asked();
  let before = 0;
  const { ada, ben, space, channel } = await meet(url, () => {
    before = carried();
  });
  const linked = carried() - before;
  const stun = asked();
  // Both ends are idle towards the server once the newcomer is in every topic.
  await until(ben, 'in both topics', () => server.counters.topics >= 2);
  const quiet = carried();
  for (let i = 0; i < MESSAGES; i++)
    must(await ada.engine.commands.say({ space, channel, text: `message ${i}` }));
  await until(ben, 'all messages', (v) => (v.timeline?.messages.length ?? 0) >= MESSAGES);
  const during = carried() - quiet;
  const { relayedBytes, signals } = server.counters;
  await ada.close();
  await ben.close();
  await server.close();
  return {
    R3: measured('R3', linked, {
      compared: { 'of which STUN': stun, 'sealed signals': signals },
      detail: {
        what: 'server bytes, in and out at its TCP and UDP sockets, from a newcomer connecting to their first link, both ends counted',
      },
    }),
    relayed: measured('relayed', relayedBytes, {
      compared: { 'all server bytes meanwhile': during, messages: MESSAGES },
      detail: { what: `bytes of ${MESSAGES} messages that went through the server` },
    }),
  };
}
