/** What a hostile peer or server can send to a device that has links, over real sockets and channels. */
import { randomBytes } from '@snug/shared/crypto/bytes.ts';
import { generateDeviceKey, openDeviceKey } from '@snug/shared/crypto/device-key.ts';
import { sealSignal } from '@snug/shared/crypto/sealed-signal.ts';
import { encode } from 'cborg';
import { afterAll, afterEach, expect, test } from 'vitest';
import { systemClock } from '../clock.ts';
import { decodeRouteMessage, encodeRouteMessage } from '../routes/route-message.ts';
import {
  connectToServer,
  SignalingClient,
  type SignalingEvent,
} from '../signaling/signaling-client.ts';
import { closeAll, room, startServer, TestPeer, until } from '../test/peer.ts';
import { sighted } from '../test/route-world.ts';
import { cleanUpNodeWebrtc } from './node-webrtc.ts';
import { decodePacket, encodePacket } from './packet.ts';

afterEach(closeAll);
afterAll(cleanUpNodeWebrtc);

/** A peer that speaks to the server honestly and to others as it likes. */
async function attacker(url: string, spec: ReturnType<typeof room>) {
  const device = await openDeviceKey(await generateDeviceKey());
  const nonce = randomBytes(16);
  const events: SignalingEvent[] = [];
  const client = new SignalingClient({
    url,
    device,
    nonce,
    connect: connectToServer,
    clock: systemClock,
    random: () => 0,
    on: (event) => events.push(event),
  });
  client.join(spec.topic);
  const joined = await until(() => events.find((event) => event.is === 'joined'), 'joined');
  if (joined.is !== 'joined') throw new Error('not joined');
  let sequence = 0;
  const seal = (to: TestPeer, payload: Uint8Array) =>
    sealSignal({
      signalKey: spec.signalKey,
      device,
      to: to.id,
      topic: spec.topic,
      toNonce: joined.peers.find(({ peer }) => peer === to.id)?.nonce ?? nonce,
      session: new Uint8Array(16).fill(1),
      sequence: sequence++,
      fromNonce: nonce,
      heads: new Uint8Array(0),
      payload,
    });
  return { client, events, device, seal };
}

/** Two linked peers with a topic, and proof that the link still works. */
async function victims() {
  const { url } = await startServer();
  const [a, b] = [await TestPeer.make(), await TestPeer.make()];
  const spec = room(url, a, b);
  a.join(spec);
  b.join(spec);
  await Promise.all([a.first('up'), b.first('up')]);
  const stillTalk = async () => {
    a.send(b, 1);
    b.send(a, 2);
    await Promise.all([a.got(1), b.got(1)]);
    expect([...a.all('down'), ...b.all('down')]).toEqual([]);
  };
  return { url, spec, a, b, stillTalk };
}

test('garbage signals and relayed frames leave links as they are', async () => {
  const { url, spec, a, stillTalk } = await victims();
  const { client, seal } = await attacker(url, spec);
  for (const length of [1, 50, 165, 166, 200, 4000])
    client.signal(a.id, spec.topic, randomBytes(length));
  for (const length of [1, 24, 25, 5000]) client.relay(a.id, randomBytes(length));
  for (const payload of [
    [0],
    [0, 1, null, null, [], null, false],
    [1, 1, null, null, []],
    [2, 1, []],
    [3],
    [4, 0, 'x'],
    'x',
    7,
  ]) {
    client.signal(a.id, spec.topic, await seal(a, encode(payload)));
  }
  client.signal(a.id, spec.topic, await seal(a, new Uint8Array(3000).fill(0x81)));
  await stillTalk();
  client.close();
});

test('a stranger of the topic is not linked to unless the engine says so, and is told', async () => {
  const { url, spec, a, stillTalk } = await victims();
  const { client, seal, events, device } = await attacker(url, spec);
  const key = randomBytes(32);
  const offer = () => seal(a, encode([0, 1, key, null, [], null, false]));
  client.signal(a.id, spec.topic, await offer());
  const asked = await a.first('authorise');
  expect(asked.peer).toBe(device.peerId);
  a.links.command({
    do: 'authorised',
    request: asked.request,
    allow: false,
    reason: 'who are you?',
  });
  await until(() => events.find((event) => event.is === 'signal'), 'the refusal');
  expect(a.all('up')).toHaveLength(1);
  await stillTalk();
  client.close();
});

test('an offer with a key that is none is refused', async () => {
  const { url, spec, a, stillTalk } = await victims();
  const { client, seal, events } = await attacker(url, spec);
  client.signal(
    a.id,
    spec.topic,
    await seal(a, encode([0, 1, new Uint8Array(32), null, [], null, false])),
  );
  const { request } = await a.first('authorise');
  a.links.command({ do: 'authorised', request, allow: true });
  await until(() => events.find((event) => event.is === 'signal'), 'goodbye');
  expect(a.links.status().links).toHaveLength(1);
  await stillTalk();
  client.close();
});

test('a member whose channel carries garbage loses the link, and both are told why', async () => {
  const { a, b } = await victims();
  const channels = await until(() => (b.channels.length > 0 ? b.channels : undefined), 'a channel');
  channels.at(-1)?.send(new Uint8Array(60_000));
  const down = await a.first('down');
  expect(down.reason).toBe('a malformed packet');
  expect((await b.first('down')).reason).toBe('a malformed packet');
});

test.each([
  ['that is damaged', Uint8Array.of(1, 1, 2, 3), 'a malformed control message'],
  [
    'about a way that never was',
    encodeRouteMessage({
      is: 'walk',
      topic: room('').topic,
      walk: new Uint8Array(8),
      path: [sighted('x')],
      hops: 1,
    }),
    'a path that does not end with its sender',
  ],
])('a member who sends a control message %s loses the link', async (_what, body, reason) => {
  const { a, b } = await victims();
  const channels = await until(() => (b.channels.length > 0 ? b.channels : undefined), 'a channel');
  channels.at(-1)?.send(new Uint8Array(encodePacket({ is: 'control', body })));
  expect((await a.first('down')).reason).toBe(reason);
  expect((await b.first('down')).reason).toBe(reason);
});

test('a neighbour that passes no signal on delays a link, and cannot prevent it', async () => {
  const { url } = await startServer();
  const peers = [await TestPeer.make(), await TestPeer.make(), await TestPeer.make()];
  const [a, b, c] = peers;
  if (!a || !b || !c) throw new Error('three peers');
  const spec = room(url, ...peers);
  b.join(spec);
  for (const peer of [a, c]) peer.join({ ...spec, allowed: [b.id] });
  await until(() => (b.all('up').length === 2 ? true : undefined), 'two links');
  // From now on b says that c is near, and swallows whatever is to go there.
  let swallowed = 0;
  for (const channel of b.channels) {
    const send = channel.send.bind(channel);
    channel.send = (data: never) => {
      const packet = decodePacket(new Uint8Array(data));
      const message = packet?.is === 'control' ? decodeRouteMessage(packet.body) : undefined;
      if (message?.is === 'signal') swallowed++;
      else send(data);
    };
  }
  for (const peer of [a, c]) peer.join(spec);
  await until(() => a.all('up').find(({ peer }) => peer === c.id), 'the link');
  expect(swallowed).toBeGreaterThan(0);
});
