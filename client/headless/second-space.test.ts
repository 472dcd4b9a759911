/** Joining a second space through somebody to whom one is linked already, over real links, with and without the server. */
import { afterAll, afterEach, expect, test, vi } from 'vitest';
import type { Result, SpaceView } from '../engine/view.ts';
import { wallClock } from '../mesh/clock.ts';
import { cleanUpNodeWebrtc, nodeWebrtc } from '../mesh/link/node-webrtc.ts';
import { MemoryStore, type Store } from '../space/store.ts';
import { createNodePeer, type NodePeer } from './node-peer.ts';
import { startServer } from './test/signaling-server.ts';

// Real sockets and channels on a busy machine: tests wait for conditions, not for time.
vi.setConfig({ testTimeout: 90_000, hookTimeout: 60_000 });

const open = new Set<{ close(): Promise<void> }>();
const problems: unknown[] = [];
/** How far all clocks have been put forward. */
let daysAhead = 0;

afterEach(async () => {
  for (const each of [...open].reverse()) await each.close();
  open.clear();
  daysAhead = 0;
  expect(problems.splice(0)).toEqual([]);
});
afterAll(cleanUpNodeWebrtc);

async function openServer() {
  const started = await startServer();
  open.add(started.server);
  return started;
}

async function peer(name: string, server: string, store: Store = new MemoryStore()) {
  const made = await createNodePeer({
    store,
    server,
    wrtc: nodeWebrtc(),
    clock: { ...wallClock, now: () => wallClock.now() + daysAhead * 86_400_000 },
    onProblem: (problem) => problems.push(problem),
  });
  open.add(made);
  if (made.view().phase === 'first-run') must(await made.engine.commands.setName({ name }));
  return made;
}

async function leaves(peer: NodePeer): Promise<void> {
  open.delete(peer);
  await peer.close();
}

function must<T>(result: Result<T>): T {
  if (!result.ok) throw new Error(result.trouble.message);
  return result.value;
}

function until(what: string, condition: () => boolean): Promise<void> {
  const look = () => {
    if (!condition()) throw new Error(`still waiting for ${what}`);
  };
  return vi.waitFor(look, { timeout: 30_000, interval: 10 });
}

const spaceOf = (peer: NodePeer, name: string): SpaceView | undefined =>
  peer.view().spaces.find((space) => space.name === name);

const isOpen = (peer: NodePeer, name: string) => spaceOf(peer, name)?.state === 'open';

const linkedTo = (peer: NodePeer, other: NodePeer) =>
  peer.links.status().links.some((link) => link.peer === other.view().device?.peer);

/** A new space of one person's, and the link into it. */
async function founded(by: NodePeer, name: string): Promise<string> {
  const { space } = must(await by.engine.commands.createSpace({ name }));
  return must(await by.engine.commands.invite({ space })).link;
}

/** Uses an invite; settles when the space is open, and both ends of it see two members here. */
async function joins(newcomer: NodePeer, invite: string, inviter: NodePeer): Promise<void> {
  const { space } = must(await newcomer.engine.commands.joinSpace({ invite }));
  const seen = (peer: NodePeer) => peer.view().spaces.find(({ id }) => id === space);
  await until('the space to open', () => seen(newcomer)?.state === 'open');
  for (const peer of [newcomer, inviter])
    await until('both to be here', () => (seen(peer)?.here ?? 0) >= 2);
}

/** Ada and Ben share a space and are linked. */
async function twoInASpace() {
  const { server, url } = await openServer();
  const ada = await peer('Ada', url);
  const ben = await peer('Ben', url);
  await joins(ben, await founded(ada, 'First'), ada);
  return { server, url, ada, ben };
}

/** What each says in the space arrives at the other. */
async function talk(a: NodePeer, b: NodePeer, name: string): Promise<void> {
  for (const [from, to] of [
    [a, b],
    [b, a],
  ] as const) {
    const space = spaceOf(from, name);
    const channel = space?.channels[0]?.id;
    if (space === undefined || channel === undefined) throw new Error(`no channel in ${name}`);
    await to.engine.commands.watch({ space: space.id, channel, newest: 10 });
    const text = `to ${to.view().device?.name}`;
    must(await from.engine.commands.say({ space: space.id, channel, text }));
    await until(text, () => to.view().timeline?.messages.some((m) => m.text === text) === true);
  }
}

test('Ben joins a second space of Ada’s, to whom he is linked, and in which nobody else is', async () => {
  const { ada, ben } = await twoInASpace();
  const [link] = ben.links.status().links;
  await joins(ben, await founded(ada, 'Second'), ada);
  await talk(ada, ben, 'Second');
  // It is the link that there was.
  expect(ben.links.status().links).toHaveLength(1);
  expect(ben.links.status().links[0]?.upSinceMs).toBe(link?.upSinceMs);
});

test('the same with the server dead since before he used her invite', async () => {
  const { server, ada, ben } = await twoInASpace();
  const invite = await founded(ada, 'Second');
  await server.close();
  await joins(ben, invite, ada);
  await talk(ada, ben, 'Second');
});

test('with the server dead he joins three more at once', async () => {
  const { server, ada, ben } = await twoInASpace();
  const names = ['Second', 'Third', 'Fourth'];
  const invites: string[] = [];
  for (const name of names) invites.push(await founded(ada, name));
  await server.close();
  await Promise.all(invites.map((invite) => joins(ben, invite, ada)));
  for (const name of names) await talk(ada, ben, name);
});

test('with the server dead and his link to Ada gone he reaches her over the mesh, through Cleo', async () => {
  const { server, url, ada, ben } = await twoInASpace();
  const cleo = await peer('Cleo', url);
  const first = spaceOf(ada, 'First');
  if (first === undefined) throw new Error('no space');
  const { link } = must(await ada.engine.commands.invite({ space: first.id }));
  await joins(cleo, link, ada);
  await until('all to be linked', () => linkedTo(cleo, ben) && linkedTo(cleo, ada));
  const invite = await founded(ada, 'Second');
  await server.close();
  const adasId = ada.view().device?.peer;
  const toAda = ben.links.status().links.find(({ peer }) => peer === adasId);
  if (toAda === undefined) throw new Error('no link');
  const name = { peer: toAda.peer, link: toAda.link };
  ben.links.command({ ...name, do: 'close', reason: 'a test', misbehaved: false });
  await until('the link to be gone', () => !linkedTo(ben, ada));
  await joins(ben, invite, ada);
  await talk(ada, ben, 'Second');
});

test('an invite used while nobody was there opens when both come back, whichever space links them first', async () => {
  const { url } = await openServer();
  const [adas, bens] = [new MemoryStore(), new MemoryStore()];
  let [ada, ben] = [await peer('Ada', url, adas), await peer('Ben', url, bens)];
  await joins(ben, await founded(ada, 'First'), ada);
  const invite = await founded(ada, 'Second');
  await leaves(ada);
  must(await ben.engine.commands.joinSpace({ invite }));
  await leaves(ben);
  ben = await peer('Ben', url, bens);
  expect(isOpen(ben, 'Second')).toBe(false);
  ada = await peer('Ada', url, adas);
  await until('the second space to open', () => isOpen(ben, 'Second'));
  await talk(ada, ben, 'Second');
});

test('a refusal over the link shows, and another invite goes in by it', async () => {
  const { server, ada, ben } = await twoInASpace();
  const invite = await founded(ada, 'Second');
  await server.close();
  // By her clock it has expired.
  daysAhead = 40;
  must(await ben.engine.commands.joinSpace({ invite }));
  await until('it to be refused', () => spaceOf(ben, 'Second')?.state === 'refused');
  expect(spaceOf(ben, 'Second')?.trouble?.code).toBe('expired-invite');
  const space = spaceOf(ada, 'Second');
  if (space === undefined) throw new Error('no space');
  const again = must(await ada.engine.commands.invite({ space: space.id }));
  await joins(ben, again.link, ada);
});
