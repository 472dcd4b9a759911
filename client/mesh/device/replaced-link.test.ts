/** What an engine in another thread says to a link that has gone, while another has taken its place: with real servers and channels. */
import { afterAll, afterEach, expect, test } from 'vitest';
import { cleanUpNodeWebrtc } from '../link/node-webrtc.ts';
import type { LinksCommand } from '../links-port.ts';
import { closeAll, room, startServer, TestPeer, until } from '../test/peer.ts';

afterEach(closeAll);
afterAll(cleanUpNodeWebrtc);

const ups = (peer: TestPeer, count: number) =>
  until(() => peer.all('up').length >= count || undefined, `link number ${count}`);

/** Two whose first link was closed, and who have a second one. */
async function linkedAgain() {
  const { url } = await startServer();
  const [a, b] = [await TestPeer.make(), await TestPeer.make()];
  const spec = room(url, a, b);
  a.join(spec);
  b.join(spec);
  await Promise.all([ups(a, 1), ups(b, 1)]);
  const first = a.linkTo(b);
  a.send(b, 0);
  await b.got(1);
  a.links.command({ ...first, do: 'close', reason: 'a test', misbehaved: false });
  await Promise.all([ups(a, 2), ups(b, 2)]);
  return { a, b, first };
}

test('a frame for a link that has been replaced is not sent, and closing that one closes nothing', async () => {
  const { a, b, first } = await linkedAgain();
  const late: readonly LinksCommand[] = [
    { ...first, do: 'send', frame: Uint8Array.of(0, 0, 0, 1), priority: 'chat' },
    { ...first, do: 'vain' },
    { ...first, do: 'close', reason: 'a malformed frame', misbehaved: true },
  ];
  for (const command of late) a.links.command(command);
  a.send(b, 2);
  b.send(a, 3);
  await Promise.all([a.got(1), b.got(2)]);
  expect(b.numbers).toEqual([0, 2]);
  expect([...a.all('down'), ...b.all('down')]).toHaveLength(2);
});

test('no two links have one number, and the second comes up when the first is down', async () => {
  const { a, b, first } = await linkedAgain();
  const story = a.events.flatMap((event) => {
    if (event.is === 'up') return [`up ${event.link}`];
    return event.is === 'down' ? ['down'] : [];
  });
  const second = a.linkTo(b);
  expect(second.link).not.toBe(first.link);
  expect(story).toEqual([`up ${first.link}`, 'down', `up ${second.link}`]);
  expect(a.links.status().links).toMatchObject([second]);
});
