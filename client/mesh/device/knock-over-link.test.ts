/** What the links say to a newcomer's engine of knocks over links that there are, with real servers, sockets and channels. */
import { afterAll, afterEach, expect, test } from 'vitest';
import { systemClock } from '../clock.ts';
import { cleanUpNodeWebrtc } from '../link/node-webrtc.ts';
import type { TopicSpec } from '../links-port.ts';
import { closeAll, room, startServer, TestPeer, until } from '../test/peer.ts';

afterEach(closeAll);
afterAll(cleanUpNodeWebrtc);

const note = Uint8Array.of(1, 2, 3);
const lobbyOf = (url: string, member: TestPeer): TopicSpec => ({
  ...room(url, member),
  initiate: 'knock',
  note,
});

async function two() {
  const { server, url } = await startServer();
  const [member, newcomer] = [await TestPeer.make(), await TestPeer.make()];
  return { server, url, member, newcomer, space: room(url, member, newcomer) };
}

test('the engine is asked to knock at a linked peer, who may be the only one there, without a server', async () => {
  const { server, url, member, newcomer, space } = await two();
  member.join(space);
  newcomer.join(space);
  await Promise.all([member.first('up'), newcomer.first('up')]);
  await server.close();
  const lobby = lobbyOf(url, member);
  newcomer.join(lobby);
  const knock = await newcomer.first('knock');
  expect(knock).toEqual({ is: 'knock', topic: lobby.topic, peer: member.id, note });
});

test('it hears of the link first, though both spaces want it at once', async () => {
  const { url, member, newcomer, space } = await two();
  const lobby = lobbyOf(url, member);
  newcomer.join(lobby);
  newcomer.join(space);
  member.join({ ...lobby, initiate: 'wait' });
  member.join(space);
  await newcomer.first('knock');
  const events = newcomer.events.map(({ is }) => is);
  expect(events.indexOf('up')).toBeLessThan(events.indexOf('knock'));
  expect(member.all('authorise')).toEqual([]);
});

test('what the peer answers is heeded, but not to another link: a no brings the next', async () => {
  const { url, member } = await two();
  let stopped: number | undefined;
  const clock = { ...systemClock, now: () => stopped ?? systemClock.now() };
  const [newcomer, other] = [await TestPeer.make({ clock }), await TestPeer.make()];
  const space = room(url, member, newcomer, other);
  for (const peer of [member, newcomer, other]) peer.join(space);
  await until(
    () => newcomer.links.status().links.length === 2 || undefined,
    'links to both members',
  );
  // From here on nobody is asked because of the time that has passed.
  stopped = systemClock.now();
  newcomer.join({ ...lobbyOf(url, member), allowed: [member.id, other.id] });
  const { peer, topic } = await newcomer.first('knock');
  const asked = newcomer.linkTo(peer === member.id ? member : other);
  const no = { do: 'knocked', topic, letIn: false } as const;
  newcomer.links.command({ ...no, peer, link: asked.link + 100 });
  expect(newcomer.all('knock')).toHaveLength(1);
  newcomer.links.command({ ...no, ...asked });
  const next = await until(() => newcomer.all('knock')[1], 'a knock at the other');
  expect(new Set([peer, next.peer])).toEqual(new Set([member.id, other.id]));
});
