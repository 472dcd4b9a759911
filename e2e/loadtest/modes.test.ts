import { connect } from 'node:net';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { WebSocket } from 'ws';
import type { ModePeers, Participant } from './participant.ts';
import { enterFrame, entryFrame, entryIn, LONGEST_FRAME, welcomeIn } from './router-frames.ts';
import { routerPeers } from './router-peers.ts';
import { startRouterServer } from './router-server.ts';
import type { RunningServer } from './server-process.ts';
import { starPeers } from './star-peers.ts';
import { startStarServer } from './star-server.ts';

const PATIENCE = { timeout: 20_000, interval: 10 };
const endings: (() => unknown)[] = [];
afterEach(async () => {
  for (const end of endings.splice(0).reverse()) await end();
});

async function room(peers: ModePeers, start: () => Promise<RunningServer>) {
  const server = await start();
  endings.push(() => server.close());
  const views: string[][] = [];
  const participants: Participant[] = [];
  const add = (participant: Participant) => {
    participants.push(participant);
    endings.push(() => participant.close());
    return participant;
  };
  const view = () => {
    const texts: string[] = [];
    views.push(texts);
    return (text: string) => void texts.push(text);
  };
  const { participant, invitation } = await peers.found(0, server.url, view());
  add(participant);
  await participant.ready();
  const join = async () => {
    const newcomer = await peers.join(views.length, server.url, invitation, true, view());
    add(newcomer);
    await newcomer.ready();
    return newcomer;
  };
  return { server, views, participants, join, founder: participant, invitation };
}

describe.each([
  ['router', routerPeers, startRouterServer],
  ['star', starPeers, startStarServer],
] as const)('%s', (_mode, peers, start) => {
  test('two talk, a third who comes later has all of it, and talks', async () => {
    const { views, join, founder, server } = await room(peers, start);
    const second = await join();
    await founder.say('one');
    await vi.waitFor(() => expect(views[1]).toEqual(['one']), PATIENCE);
    await second.say('two');
    await vi.waitFor(() => expect(views[0]).toEqual(['one', 'two']), PATIENCE);
    const third = await join();
    expect(views[2]).toEqual(['one', 'two']);
    await third.say('three');
    await vi.waitFor(() => {
      for (const texts of views) expect(texts).toEqual(['one', 'two', 'three']);
    }, PATIENCE);
    await vi.waitFor(() => expect(server.accounts.addUp).toBe(true), PATIENCE);
  });

  test('all write at once, and everybody has everything once', async () => {
    const { views, join, participants, server } = await room(peers, start);
    await join();
    await join();
    const texts = Array.from({ length: 60 }, (_, i) => `message ${i}`);
    await Promise.all(texts.map((text, i) => participants[i % participants.length]?.say(text)));
    await vi.waitFor(() => {
      for (const seen of views) expect(seen.toSorted()).toEqual(texts.toSorted());
    }, PATIENCE);
    for (const participant of participants) await participant.close();
    await vi.waitFor(() => expect(server.accounts.open).toBe(0), PATIENCE);
    expect(server.accounts.addUp).toBe(true);
  });

  test('who comes while others write has everything once', async () => {
    const { views, join, founder } = await room(peers, start);
    await join();
    const texts = Array.from({ length: 40 }, (_, i) => `message ${i}`);
    const joining: Promise<unknown>[] = [];
    for (const [i, text] of texts.entries()) {
      await founder.say(text);
      await vi.waitFor(() => expect(views[1]?.length).toBeGreaterThan(i - 5), PATIENCE);
      if (i % 10 === 5) joining.push(join());
    }
    await Promise.all(joining);
    await vi.waitFor(() => {
      for (const seen of views) expect(seen).toEqual(texts);
    }, PATIENCE);
    expect(views).toHaveLength(6);
  });

  test('what the peers count is what the server counts, message by message', async () => {
    const { views, join, participants, server, founder } = await room(peers, start);
    await join();
    await founder.say('a text');
    await vi.waitFor(() => expect(views[1]).toHaveLength(1), PATIENCE);
    for (const participant of participants) await participant.close();
    await vi.waitFor(() => expect(server.accounts.open).toBe(0), PATIENCE);
    const sum = (path: 'relayed' | 'signaling', way: 'in' | 'out') =>
      participants.reduce((total, participant) => total + participant.bytes()[path][way], 0);
    const { bytes } = server.accounts;
    expect(sum('relayed', 'out')).toBe(bytes.in.chat);
    expect(sum('relayed', 'in')).toBe(bytes.out.chat);
    expect(sum('signaling', 'out')).toBe(bytes.in.setUp + bytes.in.heartbeat);
    expect(sum('signaling', 'in')).toBe(bytes.out.setUp + bytes.out.heartbeat);
  });
});

test('a message of 60 characters takes a router at most 233 bytes a copy', async () => {
  const { views, join, founder, server } = await room(routerPeers, startRouterServer);
  await join();
  await join();
  // The first one of an author carries their key, too.
  await founder.say('hello');
  await founder.say('here I am');
  await vi.waitFor(() => expect(views[2]).toHaveLength(2), PATIENCE);
  await vi.waitFor(() => expect(server.accounts.addUp).toBe(true), PATIENCE);
  const before = server.accounts.bytes;
  await founder.say('a'.repeat(60));
  await vi.waitFor(
    () => expect(server.accounts.bytes.out.chat).toBeGreaterThan(before.out.chat),
    PATIENCE,
  );
  await vi.waitFor(() => expect(views[2]).toHaveLength(3), PATIENCE);
  await vi.waitFor(() => expect(server.accounts.addUp).toBe(true), PATIENCE);
  const { bytes } = server.accounts;
  const down = bytes.out.chat - before.out.chat;
  expect(down / 2).toBeLessThanOrEqual(233);
  // Up it is the same frame under a mask.
  expect(bytes.in.chat - before.in.chat).toBe(down / 2 + 4);
});

describe('a hostile client does not end the router', () => {
  const garbage = Buffer.from('this is no WebSocket frame at all');
  const cases: readonly (readonly [string, readonly Uint8Array[]])[] = [
    ['an empty message', [new Uint8Array(0)]],
    ['no room', [Uint8Array.of(0, 1, 2)]],
    ['a message before the room', [Uint8Array.of(1, 0, 0)]],
    ['a message under another number', [enterFrame(new Uint8Array(16)), Uint8Array.of(1, 77, 0)]],
    ['a second room', [enterFrame(new Uint8Array(16)), enterFrame(new Uint8Array(16))]],
    ['more than a message can be', [new Uint8Array(LONGEST_FRAME + 1)]],
  ];

  test.each(cases)('%s', async (_what, frames) => {
    const { views, join, founder, server } = await room(routerPeers, startRouterServer);
    await join();
    const client = new WebSocket(server.url);
    endings.push(() => client.terminate());
    client.on('error', () => {});
    client.on('open', () => {
      for (const frame of frames) client.send(frame);
    });
    await new Promise((resolve) => client.once('close', resolve));
    await founder.say('still here');
    await vi.waitFor(() => expect(views[1]).toEqual(['still here']), PATIENCE);
    await vi.waitFor(() => expect(server.accounts.addUp).toBe(true), PATIENCE);
  });

  test('garbage on the socket', async () => {
    const { views, join, founder, server } = await room(routerPeers, startRouterServer);
    await join();
    const client = new WebSocket(server.url);
    endings.push(() => client.terminate());
    client.on('error', () => {});
    client.once('upgrade', ({ socket }) => socket.write(garbage));
    await new Promise((resolve) => client.once('close', resolve));
    const bare = connect(Number(new URL(server.url).port), '127.0.0.1');
    bare.on('error', () => {});
    bare.write(garbage);
    bare.resume();
    await new Promise((resolve) => bare.once('close', resolve));
    await founder.say('still here');
    await vi.waitFor(() => expect(views[1]).toEqual(['still here']), PATIENCE);
    await vi.waitFor(() => expect(server.accounts.addUp).toBe(true), PATIENCE);
  });

  test('forged entries are in nobody’s view, and take nobody away', async () => {
    const { views, join, founder, server, invitation } = await room(routerPeers, startRouterServer);
    const second = await join();
    await founder.say('true');
    await vi.waitFor(() => expect(views[1]).toEqual(['true']), PATIENCE);
    const forger = new WebSocket(server.url);
    endings.push(() => forger.terminate());
    const frames: Uint8Array[] = [];
    forger.on('message', (data: Buffer) => void frames.push(data));
    forger.once('open', () => forger.send(enterFrame(roomOf(invitation))));
    // The welcome, and what has been said.
    await vi.waitFor(() => expect(frames).toHaveLength(2), PATIENCE);
    const [welcome, said] = frames.map((frame) => [welcomeIn(frame), entryIn(frame)] as const);
    const author = welcome?.[0]?.number;
    const entry = said?.[1];
    if (author === undefined || !entry?.device) throw new Error('Expected a welcome and an entry.');
    const altered = entry.rest.with(-1, 1 ^ (entry.rest.at(-1) ?? 0));
    for (const forged of [
      { author, tags: entry.tags, rest: entry.rest },
      { ...entry, author, rest: altered },
      { ...entry, author, tags: [new Uint8Array(8)] },
      { ...entry, author, rest: new Uint8Array(0) },
      // Once more what is there.
      { ...entry, author },
    ])
      forger.send(entryFrame(forged));
    await second.say('and true');
    // Comes after the forged ones: so those have been judged.
    await vi.waitFor(() => expect(frames).toHaveLength(3), PATIENCE);
    await founder.say('and the last');
    await vi.waitFor(() => {
      for (const texts of views) expect(texts).toEqual(['true', 'and true', 'and the last']);
    }, PATIENCE);
  });
});

/** What the server knows a room by. */
function roomOf(invitation: string): Uint8Array {
  return Buffer.from(invitation, 'base64url').subarray(32, 48);
}
