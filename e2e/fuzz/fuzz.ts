/** All families of hostile input, one after the other, with the cases shared out among them. */
import { mix, SeededRandom } from '../sim/seeded-random.ts';
import type { Family } from './family.ts';
import { frameBytes } from './frame-bytes.ts';
import { hostileMembers } from './hostile-members.ts';
import { crowdedLobby } from './lobby.ts';
import { lyingServer } from './lying-server.ts';
import { packets } from './packets.ts';
import { routeMessages } from './route-messages.ts';
import { sealedSignals } from './sealed-signals.ts';
import { strangers } from './strangers.ts';
import { Tally, watchUncaught } from './tally.ts';

export const families: readonly Family[] = [
  packets,
  routeMessages,
  sealedSignals,
  frameBytes,
  hostileMembers,
  strangers,
  crowdedLobby,
  lyingServer,
];

export interface FuzzOptions {
  readonly cases: number;
  readonly seed: number;
  /** Of these only, by their names; all if none is named. */
  readonly only?: string;
  /** Not those whose conversation goes over real links and servers: they take a minute or more. */
  readonly withoutLinks?: boolean;
  readonly log?: (line: string) => void;
}

/** At least `cases` in all. The same seed gives the same input, but for keys and signatures. */
export async function fuzz({
  cases,
  seed,
  only,
  withoutLinks,
  log,
}: FuzzOptions): Promise<readonly Tally[]> {
  const chosen = families
    .filter(({ name }) => only === undefined || name.includes(only))
    .filter((family) => !withoutLinks || (family !== lyingServer && family !== crowdedLobby));
  const shares = chosen.reduce((sum, { share }) => sum + share, 0);
  const tallies: Tally[] = [];
  for (const family of chosen) {
    const tally = new Tally(family.name);
    tallies.push(tally);
    const stop = watchUncaught(() => tally);
    const begun = performance.now();
    try {
      const random = new SeededRandom(mix(seed, families.indexOf(family)));
      await family.run({ cases: Math.ceil((cases * family.share) / shares), random, tally });
    } catch (error) {
      tally.fail(
        'crash',
        `the family itself: ${error instanceof Error ? error.stack : String(error)}`,
      );
    }
    stop();
    log?.(
      `${family.name}: ${tally.cases} cases in ${((performance.now() - begun) / 1000).toFixed(1)} s`,
    );
  }
  return tallies;
}
