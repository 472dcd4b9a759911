import { afterAll, afterEach, expect, test } from 'vitest';
import { closeAll, room, startServer, TestPeer, until, upTo } from '../test/peer.ts';
import { cleanUpNodeWebrtc, nodeWebrtc } from './node-webrtc.ts';

afterEach(closeAll);
afterAll(cleanUpNodeWebrtc);

/** Two linked peers; the second may have other settings. */
async function pair(options: Parameters<typeof TestPeer.make>[0] = {}) {
  const { url, server, port } = await startServer();
  const [a, b] = [await TestPeer.make(), await TestPeer.make(options)];
  const spec = room(url, a, b);
  a.join(spec);
  await a.first('here');
  b.join(spec);
  await Promise.all([a.first('up'), b.first('up')]);
  return { a, b, server, port };
}

/** Sends numbered frames both ways, one a millisecond or so, and meanwhile lets something happen. */
async function flow(a: TestPeer, b: TestPeer, count: number, at: number, event: () => void) {
  for (const number of upTo(count)) {
    if (number === at) event();
    a.send(b, number, 300);
    b.send(a, number, 300, number % 2 === 0 ? 'chat' : 'bulk');
    await new Promise((resolve) => setImmediate(resolve));
  }
}

const evens = (numbers: number[]) => numbers.filter((n) => n % 2 === 0);
const odds = (numbers: number[]) => numbers.filter((n) => n % 2 === 1);

/** Order is kept within a class; `flow` sends even ones to `a` as chat and odd ones as bulk. */
function expectAll(a: TestPeer, b: TestPeer, count: number) {
  expect(b.numbers).toEqual(upTo(count));
  expect(evens(a.numbers)).toEqual(evens(upTo(count)));
  expect(odds(a.numbers)).toEqual(odds(upTo(count)));
  expect(a.numbers).toHaveLength(count);
}

test('with relayOnly at one end the link is relayed, and both know why', async () => {
  const { a, b, server } = await pair({ ice: { relayOnly: true } });
  expect([a.all('up')[0]?.path, b.all('up')[0]?.path]).toEqual(['relayed', 'relayed']);
  expect(a.links.status().links[0]?.cause).toBe('relay-only');
  a.send(b, 0);
  await b.got(1);
  expect(server.counters.relayedBytes).toBeGreaterThan(0);
});

test.each([
  ['makes descriptions of an unknown form', 'descriptions of an unknown form'],
  ['makes no connection', 'too many connections'],
])('where WebRTC %s the link is relayed, and its stats say why', async (_what, problem) => {
  const wrtc = nodeWebrtc();
  class Broken extends wrtc.RTCPeerConnection {
    constructor(config?: RTCConfiguration) {
      if (problem === 'too many connections') throw new Error(problem);
      super(config);
      const unlike = new wrtc.RTCSessionDescription({ type: 'offer', sdp: 'v=1' });
      Object.defineProperty(this, 'localDescription', { value: unlike });
    }
  }
  const { a, b } = await pair({ rtc: { wrtc: { ...wrtc, RTCPeerConnection: Broken } } });
  await Promise.all([a.on('relayed'), b.on('relayed')]);
  expect(b.links.status().links[0]?.directProblem).toContain(problem);
  a.send(b, 0);
  await b.got(1);
});

test('a relayed link moves to direct without losing or repeating a frame', async () => {
  const { a, b } = await pair({ ice: { relayOnly: true } });
  await flow(a, b, 500, 100, () => b.links.setIce({ relayOnly: false }));
  await Promise.all([a.got(500), b.got(500), a.on('direct'), b.on('direct')]);
  expectAll(a, b, 500);
  expect(a.all('path').map((event) => event.path)).toEqual(['direct']);
  expect([...a.all('down'), ...b.all('down')]).toEqual([]);
});

test('a direct link moves to the relay when relayOnly is set, and back', async () => {
  const { a, b } = await pair();
  await flow(a, b, 300, 100, () => a.links.setIce({ relayOnly: true }));
  await Promise.all([a.got(300), b.got(300), a.on('relayed'), b.on('relayed')]);
  expectAll(a, b, 300);
  a.links.setIce({ relayOnly: false });
  await Promise.all([a.on('direct'), b.on('direct')]);
});

test('a direct link goes on when the server dies', async () => {
  const { a, b, server } = await pair();
  await server.close();
  await until(
    () => (a.links.status().servers[0]?.state !== 'connected' ? true : undefined),
    'loss',
  );
  await flow(a, b, 200, 0, () => undefined);
  await Promise.all([a.got(200), b.got(200)]);
  expectAll(a, b, 200);
  expect([...a.all('down'), ...b.all('down'), ...a.all('path')]).toEqual([]);
});

test('when the server comes back, its topics are joined again', async () => {
  const { a, b, server, port } = await pair();
  await server.close();
  await until(
    () => (a.links.status().servers[0]?.state !== 'connected' ? true : undefined),
    'loss',
  );
  const before = a.all('here').length;
  await startServer(port);
  a.links.networkChanged();
  await until(() => (a.all('here').length > before ? true : undefined), 'joining again');
  a.send(b, 0);
  await b.got(1);
});

test('a lost channel is relayed at once, loses nothing, and comes back to direct', async () => {
  const { a, b } = await pair();
  let killedAt = 0;
  let relayedAt = 0;
  a.onEvent = (event) => {
    if (event.is === 'path' && event.path === 'relayed') relayedAt ||= performance.now();
  };
  await flow(a, b, 500, 200, () => {
    killedAt = performance.now();
    a.connections.at(-1)?.close();
  });
  await Promise.all([a.got(500), b.got(500)]);
  expectAll(a, b, 500);
  expect(relayedAt).toBeGreaterThan(killedAt);
  await Promise.all([a.on('direct'), b.on('direct')]);
  expect([...a.all('down'), ...b.all('down')]).toEqual([]);
});

test('a change of network makes the new path before it breaks the old', async () => {
  const { a, b } = await pair();
  const before = a.connections.length + b.connections.length;
  await flow(a, b, 500, 100, () => a.links.networkChanged());
  await Promise.all([a.got(500), b.got(500)]);
  expectAll(a, b, 500);
  await until(
    () => (a.connections.length + b.connections.length >= before + 2 ? true : undefined),
    'a second connection',
  );
  await until(
    () => (a.links.status().links[0]?.pathChanges === 1 ? true : undefined),
    'the switch',
  );
  expect([...a.all('path'), ...a.all('down'), ...b.all('path'), ...b.all('down')]).toEqual([]);
});

test('chat overtakes a bulk transfer on a relayed link', async () => {
  const { a, b } = await pair({ ice: { relayOnly: true } });
  for (const number of upTo(4)) a.send(b, number, 512 * 1024, 'bulk');
  a.send(b, 99);
  await b.got(5);
  expect(b.numbers.indexOf(99)).toBeLessThan(2);
  expect(b.numbers.filter((n) => n !== 99)).toEqual(upTo(4));
});
