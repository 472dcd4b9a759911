/** For tests: a tree of devices on a virtual clock. Entries go along it, and receipts back; some edges break on the way. */
import { toBase64url, utf8 } from '@snug/shared/crypto/bytes.ts';
import { ChannelId as Channel, type PeerId, SpaceId } from '@snug/shared/protocol/ids.ts';
import * as v from 'valibot';
import { Receipts } from '../presence/receipts.ts';
import type { ReceiptsOutput } from '../presence/receipts-inputs.ts';
import { peer, peers } from './device-ids.ts';

export const space = v.parse(SpaceId, toBase64url(new Uint8Array(32).fill(1)));
export const channelOf = (n: number) => v.parse(Channel, toBase64url(new Uint8Array(16).fill(n)));
export const channel = channelOf(1);
export const bytesOf = (n: number) => Uint8Array.of(n >> 24, n >> 16, n >> 8, n);

/** A tree of `size` devices, in which each has the one that `seed` names for a parent. */
export function forest(seed: readonly number[], size: number) {
  const edges = new Map(peers.slice(0, size).map((id) => [id, new Set<PeerId>()]));
  const join = (a: PeerId, b: PeerId) => {
    edges.get(a)?.add(b);
    edges.get(b)?.add(a);
  };
  for (let i = 1; i < size; i++) join(peer(i), peer((seed[i] ?? 0) % i));
  const tips = new Map<string, number>();
  const known = new Map<PeerId, Set<PeerId>>();
  let now = 0;
  let frames = 0;
  let crossed = 0;
  const nodes = new Map(
    [...edges].map(([id, neighbours]) => [
      id,
      new Receipts({
        me: id,
        random: () => 0.5,
        vouch: (_s, _c, author) => {
          const tip = tips.get(`${id} ${author}`);
          return tip === undefined ? undefined : { tip: bytesOf(tip), mac: macOf(id, author, tip) };
        },
        eager: () => [...neighbours],
        isNeighbour: (_, other) => neighbours.has(other),
        here: () => size,
      }),
    ]),
  );
  const queue: { at: number; run: () => void }[] = [];
  const carry = (id: PeerId, outputs: readonly ReceiptsOutput[]) => {
    for (const output of outputs) {
      if (output.do === 'judge') {
        for (const { holder, tip, mac } of output.receipts)
          if (String(mac) === String(macOf(holder, id, tip[3] ?? 0)))
            (known.get(id) ?? known.set(id, new Set()).get(id))?.add(holder);
        continue;
      }
      frames++;
      crossed += output.receipts.length;
      const { to, receipts } = output;
      queue.push({
        at: now + 40,
        run: () => {
          if (edges.get(id)?.has(to)) handle(to, { is: 'came', from: id, receipts });
        },
      });
    }
  };
  const handle = (id: PeerId, input: Parameters<Receipts['handle']>[0]) =>
    carry(id, nodes.get(id)?.handle(input, now) ?? []);
  const run = (ms: number) => {
    for (const end = now + ms; now < end; now += 10) {
      const due = queue.filter(({ at }) => at <= now);
      for (const one of due) {
        queue.splice(queue.indexOf(one), 1);
        one.run();
      }
      for (const [id, node] of nodes)
        if (node.wakeAt !== undefined && node.wakeAt <= now) handle(id, { is: 'tick' });
    }
  };
  /** The author's entry reaches everybody but those who are without. */
  const write = (author: PeerId, tip: number, without: ReadonlySet<PeerId> = new Set()) => {
    const visit = (at: PeerId, from: PeerId | undefined) => {
      if (without.has(at)) return;
      if (from) {
        tips.set(`${at} ${author}`, tip);
        queue.push({
          at: now,
          run: () => {
            handle(at, { is: 'way', space, to: author, by: from });
            handle(at, { is: 'stored', space, channel, author });
          },
        });
      }
      for (const next of edges.get(at) ?? []) if (next !== from) visit(next, at);
    };
    visit(author, undefined);
  };
  const cut = (a: PeerId, b: PeerId) => {
    edges.get(a)?.delete(b);
    edges.get(b)?.delete(a);
    handle(a, { is: 'down', peer: b });
    handle(b, { is: 'down', peer: a });
  };
  const meet = (a: PeerId, b: PeerId) => {
    join(a, b);
    handle(a, { is: 'neighbour', space, peer: b });
    handle(b, { is: 'neighbour', space, peer: a });
  };
  const holders = (author: PeerId) =>
    new Set([...edges.keys()].filter((id) => tips.has(`${id} ${author}`)));
  /** Linked ones have the acknowledgements of their links. */
  const marked = (author: PeerId) =>
    new Set([
      ...(known.get(author) ?? []),
      ...[...(edges.get(author) ?? [])].filter((id) => tips.has(`${id} ${author}`)),
    ]);
  const heard = (author: PeerId, at: number) => {
    const visit = (id: PeerId, from: PeerId | undefined) => {
      if (from) {
        handle(id, { is: 'way', space, to: author, by: from });
        handle(id, { is: 'author here', space, author, run: at, channels: [channel] });
      }
      for (const next of edges.get(id) ?? []) if (next !== from) visit(next, id);
    };
    visit(author, undefined);
  };
  return {
    run,
    write,
    cut,
    meet,
    holders,
    marked,
    heard,
    edges,
    counts: () => ({ frames, crossed }),
  };
}

function macOf(holder: PeerId, author: PeerId, tip: number): Uint8Array {
  return utf8(`${peers.indexOf(holder)} ${peers.indexOf(author)} ${tip}        `).slice(0, 8);
}
