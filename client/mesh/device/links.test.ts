import { afterAll, afterEach, expect, test } from 'vitest';
import { cleanUpNodeWebrtc } from '../link/node-webrtc.ts';
import { closeAll, room, SignalGate, startServer, TestPeer, until, upTo } from '../test/peer.ts';

afterEach(closeAll);
afterAll(cleanUpNodeWebrtc);

test('two peers of a topic link directly, and each gets all frames in order', async () => {
  const { url, server } = await startServer();
  const [a, b] = [await TestPeer.make(), await TestPeer.make()];
  const spec = room(url, a, b);
  a.join(spec);
  await a.first('here');
  b.join(spec);
  const [upA, upB] = await Promise.all([a.first('up'), b.first('up')]);
  expect([upA.path, upB.path]).toEqual(['direct', 'direct']);
  expect(upA.binding).toHaveLength(32);
  expect(upA.binding).toEqual(upB.binding);
  for (const number of upTo(1000)) {
    a.send(b, number);
    b.send(a, number);
  }
  await Promise.all([a.got(1000), b.got(1000)]);
  expect(a.numbers).toEqual(upTo(1000));
  expect(b.numbers).toEqual(upTo(1000));
  expect(server.counters.relayedBytes).toBe(0);
});

test('who is offered a link takes it and offers none: one connection at each end', async () => {
  const { url } = await startServer();
  const [a, b] = [await TestPeer.make(), await TestPeer.make()];
  const spec = room(url, a, b);
  a.join(spec);
  await a.first('here');
  b.join(spec);
  await Promise.all([a.first('up'), b.first('up')]);
  expect([a.connections.length, b.connections.length]).toEqual([1, 1]);
});

test('three peers make a full mesh, with one link a pair', async () => {
  const { url } = await startServer();
  const peers = [await TestPeer.make(), await TestPeer.make(), await TestPeer.make()];
  const spec = room(url, ...peers);
  for (const peer of peers) peer.join(spec);
  for (const peer of peers) {
    await until(() => (peer.all('up').length >= 2 ? true : undefined), 'two links');
    expect(
      peer.links
        .status()
        .links.map((link) => link.peer)
        .sort(),
    ).toEqual(
      peers
        .filter((other) => other !== peer)
        .map((other) => other.id)
        .sort(),
    );
  }
  expect(peers.flatMap((peer) => peer.all('down'))).toEqual([]);
});

test('when both offer at once, one link comes of it', async () => {
  const { url } = await startServer();
  const gate = new SignalGate();
  const [a, b] = [
    await TestPeer.make({ connect: gate.connect }),
    await TestPeer.make({ connect: gate.connect }),
  ];
  const spec = room(url, a, b);
  a.join({ ...spec, allowed: [] });
  await a.first('here');
  b.join(spec);
  await until(() => (gate.held === 1 ? true : undefined), 'the offer of b');
  // Only now does a learn that b may be linked to, and finds it here.
  a.join(spec);
  await until(() => (gate.held === 2 ? true : undefined), 'the offer of a');
  gate.open();
  const [upA, upB] = await Promise.all([a.first('up'), b.first('up')]);
  expect(upA.binding).toEqual(upB.binding);
  a.send(b, 0);
  b.send(a, 0);
  await Promise.all([a.got(1), b.got(1)]);
  expect([...a.all('down'), ...b.all('down')]).toEqual([]);
  expect([...a.all('up'), ...b.all('up')]).toHaveLength(2);
});

test('a stranger who knocks is let in when the engine says so, with the note in its hands', async () => {
  const { url } = await startServer();
  const [member, newcomer] = [await TestPeer.make(), await TestPeer.make()];
  const lobby = room(url);
  member.join({ ...lobby, initiate: 'wait' });
  await member.first('here');
  const note = Uint8Array.of(1, 2, 3);
  newcomer.join({ ...lobby, initiate: 'knock', note });
  const asked = await member.first('authorise');
  expect(asked).toMatchObject({ peer: newcomer.id, topic: lobby.topic, note });
  member.links.command({ do: 'authorised', request: asked.request, allow: true });
  await Promise.all([member.first('up'), newcomer.first('up')]);
  newcomer.send(member, 7);
  await member.got(1);
});

test('a stranger who is refused is told the reason', async () => {
  const { url } = await startServer();
  const [member, stranger] = [await TestPeer.make(), await TestPeer.make()];
  const lobby = room(url);
  member.join({ ...lobby, initiate: 'wait' });
  await member.first('here');
  stranger.join({ ...lobby, initiate: 'knock' });
  const { request } = await member.first('authorise');
  const reason = 'the invite has expired';
  member.links.command({ do: 'authorised', request, allow: false, reason });
  expect(await stranger.first('refused')).toMatchObject({ peer: member.id, reason });
  expect([...member.all('up'), ...stranger.all('up')]).toEqual([]);
});

test('who goes says so, and the other end knows at once', async () => {
  const { url } = await startServer();
  const [a, b] = [await TestPeer.make(), await TestPeer.make()];
  const spec = room(url, a, b);
  a.join(spec);
  b.join(spec);
  await Promise.all([a.first('up'), b.first('up')]);
  await a.links.close();
  expect(await b.first('down')).toMatchObject({ peer: a.id, reason: 'gone offline' });
  expect(b.links.status().links).toEqual([]);
});

test('without WebRTC everything is relayed, sealed', async () => {
  const { url, server } = await startServer();
  const [a, b] = [await TestPeer.make({ rtc: {} }), await TestPeer.make()];
  const spec = room(url, a, b);
  a.join(spec);
  b.join(spec);
  const [upA, upB] = await Promise.all([a.first('up'), b.first('up')]);
  expect([upA.path, upB.path]).toEqual(['relayed', 'relayed']);
  expect(upA.binding).toEqual(upB.binding);
  for (const number of upTo(1000)) a.send(b, number);
  await b.got(1000);
  expect(b.numbers).toEqual(upTo(1000));
  expect(server.counters.relayedFrames).toBeGreaterThan(0);
  expect(a.links.status().links[0]?.cause).toBe('relay-only');
});

test('heads ride in signals', async () => {
  const { url } = await startServer();
  const [a, b] = [await TestPeer.make(), await TestPeer.make()];
  const spec = room(url, a, b);
  a.join({ ...spec, heads: new Uint8Array(8).fill(1) });
  b.join({ ...spec, heads: new Uint8Array(8).fill(2) });
  expect((await a.first('heads')).heads).toEqual(new Uint8Array(8).fill(2));
  expect((await b.first('heads')).heads).toEqual(new Uint8Array(8).fill(1));
});

test('as long as one of a space’s servers is up, peers find each other', async () => {
  const all = [await startServer(), await startServer(), await startServer()];
  const peers = [await TestPeer.make(), await TestPeer.make(), await TestPeer.make()];
  const spec = { ...room('', ...peers), servers: all.map(({ url }) => url) };
  const [a, b, c] = peers;
  if (!a || !b || !c) throw new Error('three peers');
  a.join(spec);
  await a.first('here');
  await all[0]?.server.close();
  b.join(spec);
  await b.first('up');
  await all[1]?.server.close();
  c.join(spec);
  await until(() => (c.all('up').length >= 2 ? true : undefined), 'links to both');
});

test('in the background a space has few links, and nobody is refused or parted for want of room', async () => {
  const { url } = await startServer();
  const peers = await Promise.all(Array.from({ length: 8 }, () => TestPeer.make()));
  const spec = { ...room(url, ...peers), background: true };
  for (const peer of peers) {
    peer.join(spec);
    await peer.first('here');
  }
  for (const peer of peers) await peer.first('up');
  const reach = () => {
    const found = new Set<string>(peers.slice(0, 1).map(({ id }) => id));
    for (const id of found) {
      const peer = peers.find((each) => each.id === id);
      for (const link of peer?.links.status().links ?? []) found.add(link.peer);
    }
    return found.size;
  };
  const few = () => peers.every((peer) => peer.links.status().links.length <= 4);
  await until(() => (reach() === peers.length && few()) || undefined, 'one mesh of few links');
  expect(peers.flatMap((peer) => peer.all('refused'))).toEqual([]);
});
