import { utf8 } from '@snug/shared/crypto/bytes.ts';
import type { ChannelId, PeerId } from '@snug/shared/protocol/ids.ts';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { ada, bo, cy, dee, me, peer } from '../test/device-ids.ts';
import { bytesOf, channel, channelOf, forest, space } from '../test/receipt-network.ts';
import { MOST_HOPS, Receipts } from './receipts.ts';
import type { Receipt, ReceiptsOutput } from './receipts-inputs.ts';

/** One device's receipts, its neighbours and what it can vouch for. */
function device(options: { id?: PeerId; neighbours?: PeerId[]; eager?: PeerId[]; here?: number }) {
  const neighbours = new Set(options.neighbours ?? [ada, bo, cy]);
  const eager = () => options.eager ?? [...neighbours];
  /** Author and channel → newest tip. */
  const held = new Map<string, number>();
  let now = 0;
  const receipts = new Receipts({
    me: options.id ?? me,
    random: () => 0,
    vouch: (_, where, author) => {
      const tip = held.get(`${author} ${where}`);
      return tip === undefined
        ? undefined
        : { tip: bytesOf(tip), mac: utf8(`${options.id ?? me}${tip}`).slice(-8) };
    },
    eager: () => eager().filter((p) => neighbours.has(p)),
    isNeighbour: (_, other) => neighbours.has(other),
    here: () => options.here ?? 10,
  });
  const stored = (author: PeerId, tip: number, from?: PeerId, where: ChannelId = channel) => {
    held.set(`${author} ${where}`, tip);
    if (from) receipts.handle({ is: 'way', space, to: author, by: from }, now);
    receipts.handle({ is: 'stored', space, channel: where, author }, now);
  };
  const pass = (ms: number) => {
    now += ms;
    return receipts.handle({ is: 'tick' }, now);
  };
  const came = (from: PeerId, ...some: Partial<Receipt>[]) =>
    receipts.handle({ is: 'came', from, receipts: some.map((one) => receipt(one)) }, now);
  return { receipts, neighbours, held, stored, pass, came, now: () => now };
}

function receipt(of: Partial<Receipt>): Receipt {
  const mac = new Uint8Array(8);
  return { space, channel, author: dee, holder: peer(9), tip: bytesOf(1), mac, hops: 0, ...of };
}

const sent = (outputs: readonly ReceiptsOutput[]) =>
  outputs.flatMap((o) =>
    o.do === 'send' ? o.receipts.map((r) => [o.to, r.holder, r.author, r.tip[3]]) : [],
  );

test('a receipt goes back by the neighbour who brought the entry, once for all that came meanwhile', () => {
  const { stored, pass } = device({});
  stored(dee, 1, bo);
  stored(dee, 2, bo);
  expect(sent(pass(100))).toEqual([]);
  expect(sent(pass(100))).toEqual([[bo, me, dee, 2]]);
  expect(sent(pass(10_000))).toEqual([]);
});

test('a device with nobody behind it does not wait for anybody', () => {
  const { stored, pass } = device({ eager: [bo] });
  stored(dee, 1, bo);
  expect(sent(pass(20))).toEqual([[bo, me, dee, 1]]);
});

test("whoever is on the way passes others' receipts on with their own, unchanged but for the hops", () => {
  const { stored, pass, came } = device({});
  stored(dee, 1, bo);
  const mac = Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8);
  came(cy, { holder: cy, mac }, { holder: peer(9), hops: 3 });
  const [batch] = pass(200);
  expect(batch).toMatchObject({ do: 'send', to: bo });
  expect(sent([...(batch ? [batch] : [])])).toEqual([
    [bo, me, dee, 1],
    [bo, cy, dee, 1],
    [bo, peer(9), dee, 1],
  ]);
  const receipts = batch?.do === 'send' ? batch.receipts : [];
  expect(receipts[1]?.mac).toEqual(mac);
  // The hops of those that travel together are those of the eldest: none can go round for ever.
  expect(receipts.map((r) => r.hops)).toEqual([4, 4, 4]);
});

test('a newer receipt of the same holder takes the place of one that still waits', () => {
  const { stored, pass, came } = device({});
  stored(dee, 1, bo);
  pass(200);
  came(cy, { holder: cy, tip: bytesOf(1) });
  came(cy, { holder: cy, tip: bytesOf(2) });
  expect(sent(pass(200))).toEqual([[bo, cy, dee, 2]]);
});

test('nothing is vouched for that is not held whole, nor to a linked author, who has the acknowledgement of the link', () => {
  const { stored, held, pass } = device({});
  stored(dee, 1, bo);
  held.clear();
  stored(ada, 1, ada);
  expect(sent(pass(500))).toEqual([]);
});

test("receipts for a linked author go straight to them; one's own are judged", () => {
  const { pass, came } = device({});
  came(cy, { author: ada });
  expect(sent(pass(200))).toEqual([[ada, peer(9), ada, 1]]);
  expect(came(cy, { author: me })).toMatchObject([{ do: 'judge', from: cy }]);
});

test('where the way back is gone, any eager neighbour will do but the one who brought it', () => {
  const { stored, neighbours, pass, came, receipts, now } = device({});
  stored(dee, 1, bo);
  pass(200);
  pass(5_000);
  neighbours.delete(bo);
  receipts.handle({ is: 'down', peer: bo }, now());
  came(ada, { holder: ada });
  expect(sent(pass(200))).toEqual([[cy, ada, dee, 1]]);
});

test('what was under way on a link that broke goes another way', () => {
  const { stored, neighbours, pass, receipts, now } = device({});
  stored(dee, 1, bo);
  expect(sent(pass(200))).toEqual([[bo, me, dee, 1]]);
  neighbours.delete(bo);
  receipts.handle({ is: 'down', peer: bo }, now());
  expect(sent(pass(200))).toEqual([[ada, me, dee, 1]]);
  receipts.handle({ is: 'down', peer: ada }, now() + 60_000);
  expect(sent(pass(61_000))).toEqual([]);
});

test('what nobody could take waits for the next neighbour', () => {
  const { stored, neighbours, pass, receipts, now } = device({});
  stored(dee, 1, bo);
  neighbours.clear();
  expect(sent(pass(200))).toEqual([]);
  neighbours.add(cy);
  receipts.handle({ is: 'neighbour', space, peer: cy }, now());
  expect(sent(pass(200))).toEqual([[cy, me, dee, 1]]);
});

test('each tip is said once more when its author is heard of, and again to a new run of their program', () => {
  const { stored, pass, receipts, now } = device({});
  stored(dee, 1, bo);
  pass(200);
  const heard = (run: number) => {
    receipts.handle({ is: 'author here', space, author: dee, run, channels: [channel] }, now());
    return sent(pass(200));
  };
  expect(heard(1)).toEqual([[bo, me, dee, 1]]);
  expect(heard(1)).toEqual([]);
  expect(heard(2)).toEqual([[bo, me, dee, 1]]);
  stored(dee, 2, bo);
  pass(200);
  expect(heard(2)).toEqual([[bo, me, dee, 2]]);
});

test('an author who is linked is told so too: acknowledgements may have been lost with an earlier link', () => {
  const { stored, pass, receipts, now } = device({});
  stored(ada, 1, ada);
  pass(500);
  receipts.handle({ is: 'author here', space, author: ada, run: 1, channels: [channel] }, now());
  expect(sent(pass(200))).toEqual([[ada, me, ada, 1]]);
});

test('while that link lasts, its acknowledgements are enough: nothing is said again', () => {
  const { stored, neighbours, pass, receipts, now } = device({});
  const heard = () => {
    receipts.handle({ is: 'author here', space, author: ada, run: 1, channels: [channel] }, now());
    return sent(pass(200));
  };
  stored(ada, 1, ada);
  expect(heard()).toEqual([[ada, me, ada, 1]]);
  stored(ada, 2, ada);
  stored(ada, 3, bo);
  expect(heard()).toEqual([]);
  receipts.handle({ is: 'down', peer: ada }, now());
  expect(heard()).toEqual([[ada, me, ada, 3]]);
  neighbours.delete(ada);
  stored(ada, 4, bo);
  neighbours.add(ada);
  pass(500);
  expect(heard()).toEqual([[ada, me, ada, 4]]);
});

test('what has gone too far, or comes back to its own holder, goes no further', () => {
  const { pass, came, receipts } = device({});
  came(cy, { hops: MOST_HOPS }, { holder: me });
  expect(sent(pass(1_000))).toEqual([]);
  expect(receipts.dropped).toBe(2);
});

test('a flood is cut off, and another neighbour is heard all the same', () => {
  const { pass, came, receipts } = device({});
  for (let i = 0; i < 20; i++)
    came(
      cy,
      ...Array.from({ length: 500 }, (_, j) => ({
        channel: channelOf(i),
        holder: peer(5 + (j % 50)),
      })),
    );
  expect(receipts.dropped).toBeGreaterThanOrEqual(6_000);
  came(bo, { author: ada, holder: bo });
  expect(sent(pass(200)).filter(([, , author]) => author === ada)).toEqual([[ada, bo, ada, 1]]);
});

test('among many it takes longer, so that one receipt stands for more', () => {
  const { stored, pass } = device({ here: 100 });
  stored(dee, 1, bo);
  expect(sent(pass(1_900))).toEqual([]);
  expect(sent(pass(100))).toHaveLength(1);
});

test('a space that is left is forgotten', () => {
  const { stored, pass, receipts, now } = device({});
  stored(dee, 1, bo);
  receipts.handle({ is: 'left', space }, now());
  expect(receipts.wakeAt).toBeUndefined();
  expect(sent(pass(1_000))).toEqual([]);
});

test('property: in a tree of 60 each author is told of exactly those who hold what they wrote', () => {
  fc.assert(
    fc.property(
      fc.array(fc.nat(), { minLength: 60, maxLength: 60 }),
      fc.uniqueArray(fc.nat(59), { minLength: 1, maxLength: 5 }),
      fc.uniqueArray(fc.nat(59), { maxLength: 10 }),
      (seed, authors, absent) => {
        const room = forest(seed, 60);
        const without = new Set(absent.filter((n) => !authors.includes(n)).map(peer));
        for (const n of authors) room.write(peer(n), n + 1, without);
        room.run(60_000);
        for (const n of authors) {
          const all = room.holders(peer(n));
          expect(room.marked(peer(n))).toEqual(all);
        }
      },
    ),
    { numRuns: 20 },
  );
});

test('property: an edge that breaks on the way costs no mark for good', () => {
  fc.assert(
    fc.property(
      fc.array(fc.nat(), { minLength: 30, maxLength: 30 }),
      fc.integer({ min: 1, max: 29 }),
      fc.integer({ min: 0, max: 600 }),
      (seed, child, when) => {
        const room = forest(seed, 30);
        const author = peer(0);
        room.write(author, 1);
        room.run(when);
        const parent = peer((seed[child] ?? 0) % child);
        room.cut(peer(child), parent);
        room.run(2_000);
        // The overlay finds them another neighbour; then the author is heard of.
        room.meet(peer(child), author);
        room.run(2_000);
        room.heard(author, 1);
        room.run(20_000);
        expect(room.marked(author)).toEqual(room.holders(author));
      },
    ),
    { numRuns: 30 },
  );
});

test('in a room of 60 a message costs about one frame an edge, and few crossings a receipt', () => {
  const room = forest(
    Array.from({ length: 60 }, (_, i) => Math.floor((i - 1) / 4)),
    60,
  );
  room.write(peer(0), 1);
  room.run(20_000);
  const { frames, crossed } = room.counts();
  expect(room.marked(peer(0)).size).toBe(59);
  expect(frames).toBeLessThanOrEqual(75);
  expect(crossed).toBeLessThanOrEqual(60 * 3);
});
