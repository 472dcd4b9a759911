/**
 * Circles among acts: strongly connected components that no other leads into. Tarjan's algorithm (1972) without recursion, on
 * edges given as parts of lists: thousands of acts that hang on each other have millions of edges, and few lists.
 */
/** Some of a list: where edges of one lead. */
export interface Reach<T> {
  readonly list: readonly T[];
  is(one: T): boolean;
}

class Node<T> {
  readonly act: T;
  readonly lists: Members<T>[] = [];
  reaches: readonly (readonly [Members<T>, Reach<T>])[] = [];
  /** When it was entered; -1 before. */
  index = -1;
  low = -1;
  component = -1;

  constructor(act: T) {
    this.act = act;
  }
}

/** The nodes of one list. */
class Members<T> {
  readonly all: readonly Node<T>[];
  unvisited: Node<T>[];
  /** Entered and in no component yet, in the order in which they were entered. */
  path: Node<T>[];

  constructor(nodes: readonly Node<T>[]) {
    this.all = nodes;
    this.unvisited = nodes.filter(({ index }) => index < 0);
    this.path = nodes
      .filter(({ index, component }) => index >= 0 && component < 0)
      .sort((a, b) => a.index - b.index);
  }

  /** One that has not been entered. */
  next({ is }: Reach<T>): Node<T> | undefined {
    for (let last = this.unvisited.at(-1); last && last.index >= 0; last = this.unvisited.at(-1))
      this.unvisited.pop();
    return this.unvisited.findLast((node) => node.index < 0 && is(node.act));
  }

  /** The first entered of those that are in no component. */
  lowest({ is }: Reach<T>): number {
    for (let last = this.path.at(-1); last && last.component >= 0; last = this.path.at(-1))
      this.path.pop();
    const first = this.path.find((node) => node.component < 0 && is(node.act));
    return first?.index ?? Number.POSITIVE_INFINITY;
  }
}

/** @param reachOf what hangs on an act */
export function circlesOf<T>(
  acts: readonly T[],
  reachOf: (act: T) => Iterable<Reach<T>>,
): readonly (readonly T[])[] {
  const nodes = new Map(acts.map((act) => [act, new Node<T>(act)] as const));
  const members = new Map<readonly T[], Members<T>>();
  const membersOf = (list: readonly T[]) => {
    const known = members.get(list);
    if (known) return known;
    const theirs = list.flatMap((act) => nodes.get(act) ?? []);
    const fresh = new Members<T>(theirs);
    for (const node of theirs) node.lists.push(fresh);
    members.set(list, fresh);
    return fresh;
  };
  const components: Node<T>[][] = [];
  const row: Node<T>[] = [];
  let entered = 0;
  for (const start of nodes.values()) {
    if (start.index >= 0) continue;
    const path: Node<T>[] = [];
    const enter = (node: Node<T>) => {
      node.index = node.low = entered++;
      node.reaches = [...reachOf(node.act)].map((reach) => [membersOf(reach.list), reach]);
      for (const list of node.lists) if (list.path.at(-1) !== node) list.path.push(node);
      row.push(node);
      path.push(node);
    };
    enter(start);
    for (let top = path.at(-1); top; top = path.at(-1)) {
      let next: Node<T> | undefined;
      for (const [list, reach] of top.reaches) {
        next = list.next(reach);
        if (next) break;
      }
      if (next) {
        enter(next);
        continue;
      }
      for (const [list, reach] of top.reaches) top.low = Math.min(top.low, list.lowest(reach));
      path.pop();
      const before = path.at(-1);
      if (before) before.low = Math.min(before.low, top.low);
      if (top.low !== top.index) continue;
      const found = row.splice(row.lastIndexOf(top));
      for (const member of found) member.component = components.length;
      components.push(found);
    }
  }
  const into = ledInto(nodes.values());
  return components.filter((_, at) => !into.has(at)).map((found) => found.map(({ act }) => act));
}

/** Components that another leads into. */
function ledInto<T>(nodes: Iterable<Node<T>>): ReadonlySet<number> {
  const into = new Set<number>();
  const groups = new Map<Members<T>, Map<number, Node<T>[]>>();
  for (const { reaches, component } of nodes)
    for (const [members, { is }] of reaches) {
      const parts = groups.get(members) ?? Map.groupBy(members.all, (node) => node.component);
      groups.set(members, parts);
      for (const [other, theirs] of parts)
        if (other !== component && !into.has(other) && theirs.some((node) => is(node.act)))
          into.add(other);
    }
  return into;
}
