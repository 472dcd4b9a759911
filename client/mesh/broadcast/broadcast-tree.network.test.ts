import { expect, test } from 'vitest';
import { idAt, type Node, TreeNetwork } from '../test/tree-network.ts';

/** A hundred machines on a random graph of five to eight links each. */
function hundred(seed: number): TreeNetwork {
  const network = new TreeNetwork(100, seed);
  network.linkAtRandom();
  network.run(500);
  return network;
}

const anyOf = (network: TreeNetwork, nodes: readonly Node[]): Node => {
  const node = nodes[Math.floor(network.random() * nodes.length)];
  if (!node) throw new Error('nobody is left');
  return node;
};

/** Entries from `first` on, one every so many ms, each by anybody alive and honest. */
function talk(network: TreeNetwork, first: number, count: number, every: number): void {
  for (let n = first; n < first + count; n++) {
    network.write(
      anyOf(
        network,
        network.nodes.filter((node) => node.alive && !node.withholds),
      ),
      idAt(n),
    );
    network.run(every);
  }
}

/** Milliseconds from the writing of an entry to its arrival at the last who are there. */
function slowest(network: TreeNetwork, n: number): number {
  const times = network.nodes.flatMap((node) =>
    node.alive && !node.withholds ? (node.held.get(idAt(n)) ?? Infinity) : [],
  );
  const first = Math.min(...network.nodes.map((node) => node.held.get(idAt(n)) ?? Infinity));
  return Math.max(...times) - first;
}

test('one writer: after the first entry there is one push to each, and no second copies', () => {
  const network = hundred(1);
  const [writer] = network.nodes;
  if (!writer) throw new Error('nobody');
  network.write(writer, idAt(0));
  network.run(3_000);
  network.resetCount();
  for (let n = 1; n <= 20; n++) {
    network.write(writer, idAt(n));
    network.run(1_000);
  }
  network.run(3_000);
  expect(network.count).toMatchObject({ push: 20 * 99, first: 20 * 99, again: 0, graft: 0 });
  // Each lazy edge is announced on once for each entry, by the end whose turn it is.
  const links = network.nodes.reduce((sum, node) => sum + node.links.size, 0) / 2;
  expect(network.count.announced / 20 / (links - 99)).toBeLessThan(1.1);
});

test('everybody writes at once, before there is a tree: all arrives, and one tree for all comes of it', () => {
  for (const seed of [2, 3, 4]) {
    const network = hundred(seed);
    talk(network, 0, 60, 20);
    network.run(10_000);
    for (let n = 0; n < 60; n++)
      expect(network.lacking(idAt(n)).map((node) => node.peer)).toEqual([]);
    // Hardly anything had to be grafted: concurrent prunes did not part the tree.
    expect(network.count.graft).toBeLessThan(60);
    network.resetCount();
    talk(network, 60, 60, 20);
    network.run(10_000);
    expect(network.count.again / network.count.first).toBeLessThanOrEqual(0.05);
    for (let n = 60; n < 120; n++) expect(slowest(network, n)).toBeLessThan(2_000);
  }
});

test('a tenth take everything and pass on nothing: nobody else goes without, and the tree does without them', () => {
  for (const seed of [5, 6]) {
    const network = hundred(seed);
    talk(network, 0, 20, 100);
    network.run(5_000);
    // They begin when they are part of the tree.
    for (const node of network.nodes) node.withholds = network.random() < 0.1;
    talk(network, 20, 100, 100);
    network.run(10_000);
    for (let n = 0; n < 120; n++)
      expect(network.lacking(idAt(n)).flatMap((node) => (node.withholds ? [] : node.peer))).toEqual(
        [],
      );
    network.resetCount();
    talk(network, 120, 20, 500);
    network.run(5_000);
    expect(network.count.graft).toBe(0);
    for (let n = 120; n < 140; n++) expect(slowest(network, n)).toBeLessThan(2_000);
  }
});

test('a third die one after the other while the others talk: all who are left have everything, soon', () => {
  for (const seed of [7, 8]) {
    const network = hundred(seed);
    talk(network, 0, 20, 200);
    for (const node of network.nodes)
      if (network.random() < 0.3)
        network.at(network.now + network.random() * 20_000, () => network.kill(node));
    talk(network, 20, 100, 200);
    network.run(10_000);
    const alive = network.nodes.filter((node) => node.alive && node.links.size > 0);
    expect(alive.length).toBeLessThan(85);
    // What somebody wrote just before dying may have reached nobody.
    const reached = Array.from({ length: 120 }, (_, n) => n).filter((n) =>
      alive.some((node) => node.held.has(idAt(n))),
    );
    for (const n of reached) {
      const lacking = network
        .lacking(idAt(n))
        .flatMap((node) => (node.links.size > 0 ? node.peer : []));
      expect(lacking).toEqual([]);
    }
    network.resetCount();
    talk(network, 120, 50, 200);
    network.run(5_000);
    expect(network.count.again / network.count.first).toBeLessThanOrEqual(0.05);
    expect(network.count.graft).toBeLessThanOrEqual(5);
  }
});

test('links that come and go in steady state cost few second copies, and hold nothing up', () => {
  const network = hundred(9);
  talk(network, 0, 20, 200);
  network.run(5_000);
  network.resetCount();
  let made = 0;
  for (let n = 20; n < 120; n++) {
    const [a, b] = [anyOf(network, network.nodes), anyOf(network, network.nodes)];
    if (a !== b && !a.links.has(b)) {
      made++;
      network.link(a, b);
      const gone = [...a.links].find((node) => node.links.size > 5 && node !== b);
      if (gone && a.links.size > 5) network.unlink(a, gone);
    }
    talk(network, n, 1, 500);
  }
  network.run(5_000);
  expect(made).toBeGreaterThan(50);
  for (let n = 20; n < 120; n++) expect(slowest(network, n)).toBeLessThan(3_000);
  expect(network.count.again).toBeLessThan(3 * made);
  expect(network.count.again / network.count.first).toBeLessThanOrEqual(0.05);
});

/** How many entries a second everybody writes in a room where somebody is slow. */
const PER_SECOND = 10;

/** Forty-two of whom each is given the time that it takes to let an entry in, ms, after a tree has come about. */
function slowRoom(seed: number, takesMs: (n: number) => number): TreeNetwork {
  const network = new TreeNetwork(42, seed);
  network.linkAtRandom();
  talk(network, 0, 20, 500);
  network.run(5_000);
  for (const [n, node] of network.nodes.entries()) node.takesMs = takesMs(n);
  network.resetCount();
  return network;
}

/** Milliseconds until everybody has these entries, from now on. */
function untilAll(network: TreeNetwork, first: number, count: number): number {
  const since = network.now;
  const ids = Array.from({ length: count }, (_, n) => idAt(first + n));
  while (ids.some((id) => network.lacking(id).length > 0) && network.now - since < 600_000)
    network.run(500);
  return network.now - since;
}

test('a room in which more is written than anybody can let in falls behind by that, and hardly by what the tree adds', () => {
  for (const seed of [1, 2, 3]) {
    const network = slowRoom(seed, () => 120);
    talk(network, 20, 200, 1_000 / PER_SECOND);
    const behind = untilAll(network, 20, 200);
    // To let them in once takes everybody 4 s longer than to write them.
    expect(behind).toBeLessThan(40_000);
    expect(network.count.again / network.count.first).toBeLessThan(1);
  }
});

test('whoever cannot keep up costs themselves, not the room: the others hear as soon, and hardly anything comes twice', () => {
  for (const seed of [1, 2, 3]) {
    const network = slowRoom(seed, (n) => (n < 2 ? 150 : 5));
    for (let n = 20; n < 220; n++) {
      network.write(anyOf(network, network.nodes.slice(2)), idAt(n));
      network.run(1_000 / PER_SECOND);
    }
    const behind = untilAll(network, 20, 200);
    // To let them in once takes the slow 10 s longer than to write them.
    expect(behind).toBeLessThan(25_000);
    expect(network.count.again / network.count.first).toBeLessThan(0.1);
    expect(network.count.compare).toBeLessThan(3);
    const latest = Array.from({ length: 200 }, (_, n) => {
      const at = network.nodes.map((node) => node.held.get(idAt(20 + n)) ?? Infinity);
      return Math.max(...at.slice(2)) - Math.min(...at);
    }).sort((a, b) => a - b);
    expect(latest[100]).toBeLessThan(700);
  }
});

test('two halves that grew apart are whole again soon after a few links join them, however much they wrote', () => {
  for (const apart of [20, 300]) {
    const network = new TreeNetwork(100, 10);
    const half = (node: Node) => network.nodes.indexOf(node) < 50;
    network.linkAtRandom((a, b) => half(a) === half(b));
    talk(network, 0, apart, 100);
    network.run(10_000);
    const healed = network.now;
    for (const from of [10, 20]) {
      const [a, b] = [network.nodes[from], network.nodes[from + 50]];
      if (!a || !b) throw new Error('nobody');
      network.link(a, b);
      // What two who link do first.
      network.repair(a, b, [...b.held.keys()]);
      network.repair(b, a, [...a.held.keys()]);
    }
    network.run(60_000);
    for (let n = 0; n < apart; n++) {
      expect(network.lacking(idAt(n)).map((node) => node.peer)).toEqual([]);
      for (const node of network.nodes)
        expect((node.held.get(idAt(n)) ?? Infinity) - healed).toBeLessThan(10_000);
    }
  }
});
