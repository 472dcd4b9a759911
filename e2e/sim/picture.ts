/** The overlay as it stands at the end of a run, as SVG: every link, and above them the edges along which messages are pushed. */
import type { PeerId, SpaceId } from '@snug/shared/protocol/ids.ts';
import type { Peer } from './peer.ts';

interface Node {
  readonly id: PeerId;
  readonly withholds: boolean;
  readonly links: readonly PeerId[];
  /** Neighbours who push to it and to whom it pushes. */
  readonly edges: readonly PeerId[];
  readonly children: Node[];
  depth: number;
  leaves: number;
  angle: number;
}

/** Half the width of the drawing, and the room at its rim. */
const RADIUS = 500;
const RIM = 24;

/** A radial drawing of the broadcast tree (Wetherell and Shannon, 1979: leaves share the circle evenly), links behind it. */
export function picture(peers: readonly Peer[], space: SpaceId): string {
  const nodes = nodesOf(peers, space);
  const root = treeOf(nodes);
  if (root === undefined) return svg([], [], [], 'Nobody is there.');
  place(root, 0, 2 * Math.PI);
  const depth = Math.max(1, ...[...nodes.values()].map((node) => node.depth));
  const ring = ringsOf(nodes, depth);
  const at = (node: Node) => {
    const radius = ring[node.depth] ?? 0;
    return [radius * Math.cos(node.angle), radius * Math.sin(node.angle)].map(round);
  };
  const links: string[] = [];
  const edges: string[] = [];
  let count = 0;
  for (const node of nodes.values())
    for (const id of node.links) {
      const other = nodes.get(id);
      if (other === undefined || node.id > id) continue;
      count++;
      const [x1, y1] = at(node);
      const [x2, y2] = at(other);
      if (node.edges.includes(id)) edges.push(`M${x1} ${y1}L${x2} ${y2}`);
      else links.push(`M${x1} ${y1}Q0 0 ${x2} ${y2}`);
    }
  const dots = [...nodes.values()].map((node) => {
    const [x, y] = at(node);
    return `<circle cx="${x}" cy="${y}"${node.withholds ? ' class="withholds"' : ''}/>`;
  });
  const words = `${nodes.size} peers, ${count} links, of which ${edges.length} carry the messages, over at most ${depth} from the middle`;
  return svg(links, edges, dots, words);
}

/** The radius for each depth: so that the paper is covered evenly, however the depths are distributed. */
function ringsOf(nodes: ReadonlyMap<PeerId, Node>, depth: number): readonly number[] {
  const within = new Array<number>(depth + 1).fill(0);
  for (const node of nodes.values())
    for (let d = node.depth; d <= depth; d++) within[d] = (within[d] ?? 0) + 1;
  return within.map((n, d) => (d === 0 ? 0 : (RADIUS - RIM) * Math.sqrt(n / nodes.size)));
}

function nodesOf(peers: readonly Peer[], space: SpaceId): Map<PeerId, Node> {
  const running = peers.filter(({ program, holdings }) => program && holdings.has(space));
  const eager = new Map(
    running.map(({ id, program }) => [id, new Set(program?.eager(space) ?? [])]),
  );
  return new Map(
    running.map(({ id, withholds, program }) => {
      const links = (program?.links.linked ?? []).filter((peer) => eager.has(peer));
      const edges = links.filter((peer) => eager.get(id)?.has(peer) && eager.get(peer)?.has(id));
      const node: Node = {
        id,
        withholds,
        links,
        edges,
        children: [],
        depth: 0,
        leaves: 1,
        angle: 0,
      };
      return [id, node];
    }),
  );
}

/** Breadth first along the edges of the tree, and along a link only where none leads on; twice, so as to begin in the middle. */
function treeOf(nodes: ReadonlyMap<PeerId, Node>): Node | undefined {
  const [first] = nodes.values();
  if (first === undefined) return undefined;
  const far = spread(nodes, first).at(-1) ?? first;
  const order = spread(nodes, far);
  const path: Node[] = [];
  const parents = new Map(order.flatMap((node) => node.children.map((child) => [child, node])));
  for (let node = order.at(-1); node !== undefined; node = parents.get(node)) path.push(node);
  const root = path[Math.floor(path.length / 2)] ?? first;
  for (const node of spread(nodes, root).reverse())
    node.leaves = Math.max(
      1,
      node.children.reduce((sum, child) => sum + child.leaves, 0),
    );
  return root;
}

function spread(nodes: ReadonlyMap<PeerId, Node>, root: Node): Node[] {
  const seen = new Set([root]);
  const order: Node[] = [root];
  root.depth = 0;
  root.children.length = 0;
  const attach = (parent: Node, by: 'edges' | 'links', most: number): number => {
    let attached = 0;
    for (const id of parent[by]) {
      const next = nodes.get(id);
      if (attached >= most || next === undefined || seen.has(next)) continue;
      seen.add(next);
      next.depth = parent.depth + 1;
      next.children.length = 0;
      parent.children.push(next);
      order.push(next);
      attached++;
    }
    return attached;
  };
  let edged = 0;
  for (let linked = 0; linked < order.length; ) {
    for (let node = order[edged]; node !== undefined; node = order[edged]) {
      attach(node, 'edges', Number.POSITIVE_INFINITY);
      edged++;
    }
    // Where the tree is broken just now, one link leads on, and from there the tree again.
    const node = order[linked];
    if (node === undefined || attach(node, 'links', 1) === 0) linked++;
  }
  // Pieces of their own stand at the rim of the first.
  for (const node of nodes.values()) {
    if (seen.has(node)) continue;
    node.depth = 1;
    node.children.length = 0;
    root.children.push(node);
  }
  return order;
}

function place(root: Node, from: number, to: number): void {
  const queue = [{ node: root, from, to }];
  for (const { node, from, to } of queue) {
    node.angle = (from + to) / 2;
    let at = from;
    for (const child of node.children) {
      const width = ((to - from) * child.leaves) / node.leaves;
      queue.push({ node: child, from: at, to: at + width });
      at += width;
    }
  }
}

function round(x: number): number {
  return Math.round(x * 10) / 10;
}

function svg(
  links: readonly string[],
  edges: readonly string[],
  dots: readonly string[],
  words: string,
): string {
  const size = 2 * RADIUS;
  const dot = Math.max(1.6, Math.min(6, 90 / Math.sqrt(dots.length + 1)));
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="${-RADIUS} ${-RADIUS} ${size} ${size + 40}" role="img">
<title>The overlay of a simulated room</title>
<desc>${words}</desc>
<style>
  :root { --paper: #fbfaf7; --link: #2f3b45; --edge: #1f6f66; --dot: #1f6f66; --word: #4a545c; }
  @media (prefers-color-scheme: dark) {
    :root { --paper: #14181b; --link: #c9d2d8; --edge: #6fc3b6; --dot: #8fd6ca; --word: #a4afb6; }
  }
  .paper { fill: var(--paper); }
  .links { fill: none; stroke: var(--link); stroke-width: 0.6; opacity: 0.09; }
  .edges { fill: none; stroke: var(--edge); stroke-width: 1.3; opacity: 0.85; }
  circle { fill: var(--dot); stroke: var(--paper); stroke-width: 0.6; r: ${round(dot)}px; }
  circle.withholds { fill: var(--paper); stroke: var(--dot); stroke-width: 1.2; }
  text { fill: var(--word); font: 15px system-ui, sans-serif; text-anchor: middle; }
</style>
<rect class="paper" x="${-RADIUS}" y="${-RADIUS}" width="${size}" height="${size + 40}"/>
<path class="links" d="${links.join('')}"/>
<path class="edges" d="${edges.join('')}"/>
${dots.join('\n')}
<text y="${RADIUS + 22}">${words}</text>
</svg>
`;
}
