/** A real server and real Node peers in one process, for measures that count bytes rather than time. */

import type { Result, View } from '@snug/client/engine/view.ts';
import { createNodePeer, type NodePeer } from '@snug/client/headless/node-peer.ts';
import { nodeWebrtc } from '@snug/client/mesh/link/node-webrtc.ts';
import { MemoryStore } from '@snug/client/space/store.ts';
import type { ChannelId, SpaceId } from '@snug/shared/protocol/ids.ts';
import { createSignalingServer } from '@snug/signaling/server.ts';
import { parseSettings } from '@snug/signaling/settings.ts';
import { until as waitUntil } from '../chaos/waiting.ts';

/** A full room on a busy machine may take as long, ms. */
export const PATIENCE_MS = 120_000;

/** The message of 60 characters that W1 and wire60 are defined by. */
export const TEXT_OF_60 = 'The beans by the south wall are done; I pulled them all out.';

export type SignalingServer = ReturnType<typeof createSignalingServer>;

/** @param page the built page, if it is to be served too */
export async function startServer(page = ''): Promise<{ server: SignalingServer; url: string }> {
  const parsed = parseSettings(
    { PORT: '0', HOST: '127.0.0.1', PAGE_DIR: page },
    { defaultDir: 'none', isDirectory: (path) => path === page },
  );
  if (!parsed.ok) throw new Error(parsed.problems.join('\n'));
  // As shipped it answers STUN, and its clients ask it; on any free port.
  const settings = { ...parsed.settings, stun: { port: 0, required: true } };
  const server = createSignalingServer(settings, {
    log: () => {},
    random: Math.random,
    now: Date.now,
  });
  const { port } = await server.listen();
  return { server, url: `http://127.0.0.1:${port}` };
}

export async function startPeer(server: string, name: string): Promise<NodePeer> {
  const peer = await createNodePeer({
    store: new MemoryStore(),
    server,
    wrtc: nodeWebrtc(),
    onProblem: (problem) => console.error(name, problem),
  });
  must(await peer.engine.commands.setName({ name }));
  return peer;
}

export function must<T>(result: Result<T>): T {
  if (!result.ok) throw new Error(result.trouble.message);
  return result.value;
}

/** Waits until the peer's view satisfies a condition; rejects after two minutes. */
export function until(
  peer: NodePeer,
  what: string,
  condition: (view: View) => boolean,
): Promise<void> {
  return waitUntil(what, PATIENCE_MS, () => condition(peer.view()), 5);
}

export interface Meeting {
  readonly ada: NodePeer;
  readonly ben: NodePeer;
  readonly space: SpaceId;
  readonly channel: ChannelId;
}

/** Ada makes a space, Ben joins it by her link, and they are linked directly. */
export async function meet(url: string, beforeBen = () => {}): Promise<Meeting> {
  const ada = await startPeer(url, 'Ada');
  const { space, channel } = must(await ada.engine.commands.createSpace({ name: 'Bench' }));
  const { link } = must(await ada.engine.commands.invite({ space }));
  await until(ada, 'Ada is connected', (v) => v.links.servers[0]?.state === 'connected');
  beforeBen();
  const ben = await startPeer(url, 'Ben');
  must(await ben.engine.commands.joinSpace({ invite: link }));
  await until(ben, 'Ben is in', (v) => v.spaces[0]?.state === 'open');
  for (const peer of [ada, ben]) {
    must(await peer.engine.commands.watch({ space, channel, newest: 500 }));
    await until(peer, 'a direct link', (v) => v.links.links[0]?.path === 'direct');
  }
  return { ada, ben, space, channel };
}

export interface Room {
  readonly peers: readonly NodePeer[];
  readonly space: SpaceId;
  readonly channel: ChannelId;
}

/** So many peers in one space, each with a direct link at least, who all know each other. */
export async function gather(url: string, size: number): Promise<Room> {
  const first = await startPeer(url, 'Peer 0');
  const { space, channel } = must(await first.engine.commands.createSpace({ name: 'Bench' }));
  const { link } = must(await first.engine.commands.invite({ space }));
  const peers = [first];
  for (let i = 1; i < size; i++) {
    const peer = await startPeer(url, `Peer ${i}`);
    peers.push(peer);
    must(await peer.engine.commands.joinSpace({ invite: link }));
    await until(peer, `peer ${i} is in`, (v) => v.spaces[0]?.state === 'open');
  }
  for (const peer of peers) {
    await until(peer, 'all members', (v) => v.spaces[0]?.members.length === size);
    await until(
      peer,
      'direct links',
      (v) => v.links.links.length > 0 && v.links.links.every(({ path }) => path === 'direct'),
    );
  }
  return { peers, space, channel };
}
