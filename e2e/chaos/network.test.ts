import { cleanUpNodeWebrtc } from '@snug/client/mesh/link/node-webrtc.ts';
import { closeAll, room, startServer, TestPeer, until, upTo } from '@snug/client/mesh/test/peer.ts';
import { afterAll, afterEach, expect, test } from 'vitest';
import { Network } from './network.ts';

const networks: Network[] = [];
afterEach(async () => {
  await closeAll();
  for (const network of networks.splice(0)) network.close();
});
afterAll(cleanUpNodeWebrtc);

function newNetwork(): Network {
  const network = new Network();
  networks.push(network);
  return network;
}

async function two(network: Network) {
  const { url, server } = await startServer();
  const make = (host: string) =>
    TestPeer.make({ rtc: { wrtc: network.webrtcOf(host) }, directDeadlineMs: 1_000 });
  const [a, b] = [await make('a'), await make('b')];
  const spec = room(url, a, b);
  return { a, b, spec, server };
}

async function linked(network: Network) {
  const { a, b, spec, server } = await two(network);
  a.join(spec);
  await a.first('here');
  b.join(spec);
  await Promise.all([a.on('direct'), b.on('direct')]);
  return { a, b, server };
}

test('what is sent into silence comes once it is over, in order', async () => {
  const network = newNetwork();
  const { a, b } = await linked(network);
  a.send(b, 0);
  await b.got(1);
  const mend = network.part((x, y) => x !== y);
  for (const number of [1, 2, 3]) a.send(b, number);
  // Other hosts hear each other meanwhile, longer than those frames would have taken.
  const others = await linked(newNetwork());
  for (const number of upTo(20)) others.a.send(others.b, number);
  await others.b.got(20);
  expect(b.numbers).toEqual([0]);
  mend();
  await b.got(4);
  expect(b.numbers).toEqual([0, 1, 2, 3]);
});

test('silence is told to nobody: the links find out by themselves and go by the relay', async () => {
  const network = newNetwork();
  const { a, b } = await linked(network);
  network.part((x, y) => x !== y);
  const before = performance.now();
  a.send(b, 1);
  await b.got(1);
  expect(performance.now() - before).toBeGreaterThan(3_000);
  await Promise.all([a.on('relayed'), b.on('relayed')]);
});

test('while two are parted no connection of theirs comes up', async () => {
  const network = newNetwork();
  const { a, b, spec } = await two(network);
  const mend = network.part((x, y) => x !== y);
  a.join(spec);
  b.join(spec);
  await Promise.all([a.first('up'), b.first('up')]);
  expect(a.all('up')[0]?.path).toBe('relayed');
  mend();
  a.links.networkChanged();
  await Promise.all([a.on('direct'), b.on('direct')]);
});

test('a reset closes the connection under both, who make another', async () => {
  const network = newNetwork();
  const { a, b } = await linked(network);
  expect(network.reset('a', 'b')).toBe(2);
  await until(() => (a.all('path').length > 0 ? true : undefined), 'the relay');
  await Promise.all([a.on('direct'), b.on('direct')]);
  expect(network.reset('a', 'nobody')).toBe(0);
});

test('nobody hears of a crash, and nothing comes after it', async () => {
  const network = newNetwork();
  const { a, b, server } = await linked(network);
  await server.close();
  network.crash('b');
  b.send(a, 1);
  await until(() => a.all('down')[0], 'the link is given up for want of a heartbeat');
  expect(a.all('down')[0]?.reason).toBe('nothing was heard for 12 s');
  expect(a.numbers).toEqual([]);
});
