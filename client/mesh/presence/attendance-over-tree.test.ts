import { sha256, toBase64url, utf8 } from '@snug/shared/crypto/bytes.ts';
import { peerIdFromPublicKey } from '@snug/shared/crypto/did-key.ts';
import { EntryId, type PeerId, SpaceId } from '@snug/shared/protocol/ids.ts';
import * as v from 'valibot';
import { expect, test } from 'vitest';
import { BroadcastTree, type TreeInput } from '../broadcast/broadcast-tree.ts';
import { seeded } from '../test/random.ts';
import { Attendance } from './attendance.ts';
import type { AttendanceInput, AttendanceOutput } from './attendance-inputs.ts';

const group = v.parse(SpaceId, toBase64url(new Uint8Array(32).fill(1)));
const STEP_MS = 25;
const LATENCY_MS = 40;

type Said = Extract<AttendanceOutput, { do: 'say' }>;

/** Devices on a random graph of six links each, with the tree and attendance as the engine joins them; nobody writes. */
function idleRoom(size: number, seed: number) {
  const random = seeded(seed);
  const peers = Array.from({ length: size }, (_, i) => {
    const key = new Uint8Array(32);
    key[0] = i;
    key[1] = 7;
    return peerIdFromPublicKey(key);
  });
  const links = new Map(peers.map((peer) => [peer, new Set<PeerId>()]));
  const join = (a: PeerId | undefined, b: PeerId | undefined) => {
    if (!a || !b || a === b) return;
    links.get(a)?.add(b);
    links.get(b)?.add(a);
  };
  for (let round = 0; round < 3; round++) {
    const order = peers.map((peer) => ({ peer, at: random() })).sort((a, b) => a.at - b.at);
    for (const [i, { peer }] of order.entries()) join(peer, order[(i + 1) % size]?.peer);
  }
  let now = 1_000_000;
  const counts = { presence: 0, tree: 0 };
  const queue: { at: number; run: () => void }[] = [];
  const later = (run: () => void) => queue.push({ at: now + LATENCY_MS, run });
  const contents = new Map<string, Said & { readonly of: PeerId }>();
  const gone = new Set<PeerId>();
  const trees = new Map(peers.map((me) => [me, new BroadcastTree({ me, random })]));
  const rolls = new Map(
    peers.map((me, i) => [
      me,
      new Attendance({ me, random, run: i, eager: () => trees.get(me)?.eager(group) ?? [] }),
    ]),
  );
  const tree = (me: PeerId, input: TreeInput): void => {
    for (const output of trees.get(me)?.handle(input, now) ?? []) {
      if (output.do !== 'graft' && output.do !== 'prune') continue;
      counts.tree++;
      const { peer } = output;
      later(() => {
        if (gone.has(peer) || !links.get(me)?.has(peer)) return;
        if (output.do === 'graft') tree(peer, { is: 'grafted', group, ids: [], from: me });
        else tree(peer, { is: 'pruned', group, from: me });
      });
    }
  };
  const idOf = (bytes: Uint8Array) => v.parse(EntryId, toBase64url(sha256(bytes)));
  const receive = (me: PeerId, from: PeerId, output: Extract<AttendanceOutput, { do: 'send' }>) => {
    if (output.asks) handle(me, { is: 'asked', from });
    for (const message of output.messages) {
      const said = contents.get(new TextDecoder().decode(message.bytes));
      const worth = said && rolls.get(me)?.admits(from, said.of, said.mark, now);
      const id = idOf(message.bytes);
      if (worth === 'known' && !output.answers) tree(me, { is: 'repeated', group, id, from });
      if (!said || worth !== 'news') continue;
      if (!output.answers) tree(me, { is: 'carried', group, id, from });
      const { mark, statement, lost, after } = said;
      const { answers } = output;
      handle(me, { is: 'heard', from, message, mark, statement, lost, after, answers });
    }
  };
  const handle = (me: PeerId, input: AttendanceInput): void => {
    for (const output of rolls.get(me)?.handle(input, now) ?? []) {
      if (output.do === 'say') {
        const text = `${me} ${output.mark.count}`;
        contents.set(text, { ...output, of: me });
        tree(me, { is: 'carried', group, id: idOf(utf8(text)), from: undefined });
        handle(me, { is: 'said', bytes: utf8(text), urgent: output.urgent });
      } else if (output.do === 'send') {
        counts.presence++;
        const { to } = output;
        later(() => {
          if (!gone.has(to) && links.get(me)?.has(to)) receive(to, me, output);
        });
      }
    }
  };
  const run = (ms: number) => {
    for (const end = now + ms; now < end; now += STEP_MS) {
      while (queue[0] && queue[0].at <= now) queue.shift()?.run();
      for (const me of peers) {
        if (gone.has(me)) continue;
        const [treeAt, rollAt] = [trees.get(me)?.wakeAt, rolls.get(me)?.wakeAt];
        if (treeAt !== undefined && treeAt <= now) tree(me, { is: 'tick' });
        if (rollAt !== undefined && rollAt <= now) handle(me, { is: 'tick' });
      }
    }
  };
  const die = (me: PeerId) => {
    gone.add(me);
    for (const other of links.get(me) ?? []) {
      links.get(other)?.delete(me);
      tree(other, { is: 'down', peer: me });
      handle(other, { is: 'down', peer: me, surplus: false });
    }
  };
  for (const [me, others] of links)
    for (const peer of others) {
      tree(me, { is: 'neighbour', peer, group });
      handle(me, { is: 'neighbour', peer });
    }
  /** Most and fewest devices that anybody alive sees, themselves left out; and how often a dead one is seen. */
  const seen = () => {
    const alive = peers.filter((peer) => !gone.has(peer));
    const rows = alive.map((me) => rolls.get(me)?.present(now) ?? []);
    return {
      most: Math.max(...rows.map((row) => row.length)),
      fewest: Math.min(...rows.map((row) => row.length)),
      dead: rows.flat().filter((peer) => gone.has(peer)).length,
    };
  };
  return { run, die, seen, counts, peers };
}

test('in an idle room of 40 everybody is seen by everybody, for less than half a frame a second and peer', () => {
  const room = idleRoom(40, 7);
  room.run(60_000);
  expect(room.seen()).toEqual({ most: 39, fewest: 39, dead: 0 });
  const before = { ...room.counts };
  room.run(600_000);
  expect(room.seen()).toEqual({ most: 39, fewest: 39, dead: 0 });
  const frames = room.counts.presence - before.presence + (room.counts.tree - before.tree);
  expect(frames / 600 / 40).toBeLessThan(0.4);
});

test('in an idle room whose links break, who dies is missed within seconds and nobody else is ever', () => {
  for (const seed of [11, 12, 13, 14]) {
    const room = idleRoom(40, seed);
    room.run(300_000);
    for (const [i, peer] of room.peers.entries()) if (i % 5 === 0) room.die(peer);
    room.run(30_000);
    // A fifth of the room went at one stroke, and the tree is in pieces: a few may not have heard of one of them.
    expect(room.seen().fewest).toBe(31);
    expect(room.seen().dead).toBeLessThanOrEqual((32 * 8) / 50);
    for (let i = 0; i < 9; i++) {
      room.run(100_000);
      expect(room.seen().fewest).toBe(31);
    }
    expect(room.seen()).toEqual({ most: 31, fewest: 31, dead: 0 });
  }
});
