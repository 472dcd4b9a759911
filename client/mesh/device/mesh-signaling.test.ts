/** Links that are made and mended by signals over the mesh, with real servers, sockets and channels. */
import { afterAll, afterEach, expect, test } from 'vitest';
import { cleanUpNodeWebrtc } from '../link/node-webrtc.ts';
import type { TopicSpec } from '../links-port.ts';
import { connectToServer } from '../signaling/signaling-client.ts';
import { closeAll, cut, room, startServer, TestPeer, until } from '../test/peer.ts';

afterEach(closeAll);
afterAll(cleanUpNodeWebrtc);

const make = () => TestPeer.make();
const makeThree = async (): Promise<[TestPeer, TestPeer, TestPeer]> => [
  await make(),
  await make(),
  await make(),
];

/** Joins a topic, as one who knows of these servers only. */
function join(peer: TestPeer, spec: TopicSpec, ...servers: { readonly url: string }[]) {
  peer.join({ ...spec, servers: servers.map(({ url }) => url) });
}

const linked = (peer: TestPeer) => new Set(peer.links.status().links.map((link) => link.peer));

/** Waits until each is linked to all the others. */
async function whole(...all: TestPeer[]) {
  for (const peer of all) {
    const others = all.filter((other) => other !== peer);
    await until(
      () => others.every(({ id }) => linked(peer).has(id)) || undefined,
      `links to ${others.length} peers`,
    );
  }
}

test('two peers without a server in common link through a third', async () => {
  const [one, two] = [await startServer(), await startServer()];
  const [a, b, c] = await makeThree();
  const spec = room('', a, b, c);
  join(b, spec, one, two);
  join(a, spec, one);
  join(c, spec, two);
  await whole(a, b, c);
  a.send(c, 1);
  c.send(a, 2);
  await Promise.all([a.got(1), c.got(1)]);
  expect([a, b, c].flatMap((peer) => peer.all('down'))).toEqual([]);
});

test('with the server dead, a lost channel comes back by way of a third peer', async () => {
  const { server, ...rest } = await startServer();
  const [a, b, c] = await makeThree();
  const spec = room(rest.url, a, b, c);
  for (const peer of [a, b, c]) peer.join(spec);
  await whole(a, b, c);
  await server.close();
  const made = a.connections.length + b.connections.length;
  cut(a, b);
  await until(
    () => a.connections.length + b.connections.length > made + 1 || undefined,
    'a new connection',
  );
  a.send(b, 1);
  b.send(a, 2);
  await Promise.all([a.got(1), b.got(1)]);
  await Promise.all([a.on('direct'), b.on('direct')]);
});

test('with the server dead, a link that had ended is made anew by way of a third peer', async () => {
  const { server, ...rest } = await startServer();
  const [a, b, c] = await makeThree();
  const spec = room(rest.url, a, b, c);
  for (const peer of [a, b, c]) peer.join(spec);
  await whole(a, b, c);
  await server.close();
  a.links.command({ ...a.linkTo(b), do: 'close', reason: 'a test', misbehaved: false });
  await Promise.all([a.first('down'), b.first('down')]);
  await whole(a, b, c);
});

test('a newcomer linked to one member only reaches the others through it, with no server at all', async () => {
  const [ours, theirs] = [await startServer(), await startServer()];
  const [a, b, c, d] = await Promise.all([make(), make(), make(), make()]);
  const newcomer = await make();
  const spec = room('', a, b, c, d, newcomer);
  join(a, spec, ours, theirs);
  for (const peer of [b, c, d]) join(peer, spec, ours);
  await whole(a, b, c, d);
  await ours.server.close();
  join(newcomer, spec, theirs);
  await newcomer.first('up');
  await theirs.server.close();
  await whole(a, b, c, d, newcomer);
});

test('of a newcomer’s five links the server signals for the first two at most', async () => {
  const at = await startServer();
  const members = await Promise.all(Array.from({ length: 5 }, make));
  const to = new Set<string>();
  const newcomer = await TestPeer.make({
    connect: (url) => {
      const socket = connectToServer(url);
      const emit = socket.emit.bind(socket);
      socket.emit = (...args) => {
        const [event, message] = args;
        if (event === 'signal' && 'to' in message) to.add(message.to);
        return emit(...args);
      };
      return socket;
    },
  });
  const spec = room(at.url, ...members, newcomer);
  for (const peer of members) peer.join(spec);
  await whole(...members);
  newcomer.join(spec);
  await whole(...members, newcomer);
  expect(to.size).toBeGreaterThan(0);
  expect(to.size).toBeLessThanOrEqual(2);
});

test('heartbeats and what is said of routes are counted apart from frames', async () => {
  const { url } = await startServer();
  const [a, b] = [await make(), await make()];
  const spec = room(url, a, b);
  a.join(spec);
  b.join(spec);
  await Promise.all([a.first('up'), b.first('up')]);
  const of = (peer: TestPeer) => {
    const [link] = peer.links.status().links;
    if (link === undefined) throw new Error('no link');
    return link;
  };
  await until(() => of(b).overhead.bytesIn > 0 || undefined, 'a control message');
  const before = of(a).overhead.bytesOut;
  expect(of(a).framesOut).toBe(0);
  expect(of(a).direct.bytesOut).toBe(before);
  a.send(b, 1, 10_000);
  await b.got(1);
  expect(of(a).direct.bytesOut - of(a).overhead.bytesOut).toBeGreaterThanOrEqual(10_000);
  expect(of(b).direct.bytesIn - of(b).overhead.bytesIn).toBeGreaterThanOrEqual(10_000);
  expect(of(a).overhead.bytesOut - before).toBeLessThan(1_000);
});
