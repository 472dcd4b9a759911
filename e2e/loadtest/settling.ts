/** When a room of the mesh has settled: everybody has all members, no link changes any more, and the server has nothing to do. */
import { delay } from '../chaos/waiting.ts';
import { machineMs } from './clock.ts';
import type { Standing } from './mesh-peers.ts';

/** A large room may take as long, ms. */
const SETTLED_BY_MS = 120_000;
/** Presence that has not been heard by then is not waited for, ms. */
const HEARD_BY_MS = 8_000;
const LOOK_MS = 500;

/**
 * What is not as it will be, in words; undefined where everybody has all members and the links they can have.
 *
 * @param size how many are to be there, browsers included
 */
export function unsettled(standings: readonly Standing[], size: number): string | undefined {
  const indirect = new Set(standings.filter(({ direct }) => !direct).map(({ peer }) => peer));
  for (const { index, direct, members, links } of standings) {
    if (members < size) return `peer ${index} knows ${members} of ${size} members`;
    if (links.length === 0) return `peer ${index} has no link`;
    const relayed = links.filter(
      ({ path, peer }) => path === 'relayed' && direct && !indirect.has(peer),
    );
    if (relayed.length > 0) return `peer ${index} has ${relayed.length} links relayed`;
  }
  return undefined;
}

/**
 * Who has not heard yet that everybody is here, in words. Presence that was missed is said again only after minutes in a large
 * room, and nothing that is measured waits for it.
 */
export function unheard(standings: readonly Standing[], size: number): string | undefined {
  const one = standings.find(({ here }) => here < size);
  return one && `peer ${one.index} knows ${one.here} of ${size} to be here`;
}

export class Calm {
  readonly #calmMs: number;
  #links = '';
  #introduced = 0;
  #since = Number.POSITIVE_INFINITY;

  /** @param calmMs how long nothing may have changed */
  constructor(calmMs: number) {
    this.#calmMs = calmMs;
  }

  /**
   * @param introduced bytes that the server has moved for introductions
   * @returns whether all is as it will be and has been for a while
   */
  look(standings: readonly Standing[], size: number, introduced: number, nowMs: number): boolean {
    const links = standings
      .flatMap(({ index, links }) =>
        links.map(({ peer, path, upSinceMs }) => `${index} ${peer} ${path} ${upSinceMs}`),
      )
      .sort()
      .join('\n');
    const changed = links !== this.#links || introduced !== this.#introduced;
    if (changed || unsettled(standings, size) !== undefined) this.#since = nowMs;
    this.#links = links;
    this.#introduced = introduced;
    return nowMs - this.#since >= this.#calmMs;
  }
}

export interface Settling {
  readonly standings: () => Promise<readonly Standing[]>;
  /** Bytes that the server has moved for introductions. */
  readonly introduced: () => Promise<number>;
  readonly size: number;
  readonly calmMs: number;
  /** Told again and again what it waits for. */
  readonly onWaiting: (why: string) => void;
}

/**
 * Waits until a room has settled, two minutes at most.
 *
 * @returns what was not as it will be in the end, if anything
 */
export async function settle({
  standings,
  introduced,
  size,
  calmMs,
  onWaiting,
}: Settling): Promise<{ readonly settled: boolean; readonly unlike: string | undefined }> {
  const calm = new Calm(calmMs);
  const begun = machineMs();
  for (;;) {
    const seen = await standings();
    const isCalm = calm.look(seen, size, await introduced(), machineMs());
    const tookMs = machineMs() - begun;
    const silent = unheard(seen, size);
    if (isCalm && (silent === undefined || tookMs > HEARD_BY_MS))
      return { settled: true, unlike: silent };
    const unlike = unsettled(seen, size) ?? silent ?? 'links still change';
    if (tookMs > SETTLED_BY_MS) return { settled: false, unlike };
    onWaiting(unlike);
    await delay(LOOK_MS);
  }
}

/** Each link once, whichever of its ends has no browser. */
export function linksOf(standings: readonly Standing[]): {
  readonly metered: ReadonlySet<number>;
  readonly directLinks: number;
  readonly relayedLinks: number;
} {
  const links = new Map<string, Standing['links'][number]['path']>();
  for (const { peer, links: own } of standings)
    for (const link of own) links.set([peer, link.peer].sort().join(' '), link.path);
  const paths = [...links.values()];
  const direct = paths.filter((path) => path === 'direct').length;
  return {
    metered: new Set(standings.map(({ index }) => index)),
    directLinks: direct,
    relayedLinks: paths.length - direct,
  };
}
