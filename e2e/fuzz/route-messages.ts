/** Control messages of a neighbour that invents paths, walks and neighbours, and asks others to pass things on without end. */
import {
  decodeRouteMessage,
  encodeRouteMessage,
  PATH_PEERS,
  ROUTE_HOPS,
  ROUTE_MESSAGE_BYTES,
  type RouteMessage,
  type Sighted,
} from '@snug/client/mesh/routes/route-message.ts';
import type { RoutesOutput } from '@snug/client/mesh/routes/routes-inputs.ts';
import { OTHER, peer, RouteWorld, sighted, TOPIC } from '@snug/client/mesh/test/route-world.ts';
import { SIGNALING_LIMITS } from '@snug/shared/protocol/limits.ts';
import type { SeededRandom } from '../sim/seeded-random.ts';
import { breathe, type Family, type Run } from './family.ts';
import { mutated, noise, oddLength } from './mutation.ts';

/** `m` is the hostile one; `a` has links to it, `b` and `c`; `d` is behind `c`. `x` to `z` are in no list. */
const HONEST = ['a', 'b', 'c', 'd'] as const;
const ALL = [...HONEST, 'm'] as const;
const NAMES = [...ALL, 'x', 'y', 'z'] as const;
const CASES_OF_ONE = 300;
/** Outputs that one message may cause. */
const OUTPUTS = 20;

function invented(random: SeededRandom): Sighted {
  const one = sighted(random.pick(NAMES) ?? 'x');
  return random.chance(0.3) ? { ...one, nonce: random.bytes(16) } : one;
}

const some = (random: SeededRandom, most: number) =>
  Array.from({ length: random.below(most + 1) }, () => invented(random));

/** A path that mostly ends as it should, with the one who says it. */
function path(random: SeededRandom): Sighted[] {
  const begins = some(random, PATH_PEERS - 1);
  return random.chance(0.8) ? [...begins, sighted('m')] : [...begins, invented(random)];
}

function message(random: SeededRandom, heard: readonly RouteMessage[]): RouteMessage {
  const topic = random.chance(0.2) ? OTHER : TOPIC;
  const walk = random.bytes(8);
  switch (random.below(7)) {
    case 0:
      return { is: 'neighbours', topic, peers: some(random, 16) };
    case 1:
      return random.chance(0.1) ? { is: 'left', topic } : { is: 'neighbours', topic, peers: [] };
    case 2:
      return { is: 'walk', topic, walk, path: path(random), hops: 1 + random.below(ROUTE_HOPS) };
    case 3: {
      // The end of a walk that did come by, on a way of its own invention.
      const walks = heard.filter((one) => one.is === 'walk');
      return { is: 'walked', topic, walk: random.pick(walks)?.walk ?? walk, path: path(random) };
    }
    case 4: {
      const again = random.pick(heard);
      if (again !== undefined) return again;
      return { is: 'left', topic: OTHER };
    }
    default: {
      const ahead = some(random, ROUTE_HOPS).map((one) => one.peer);
      const length = 1 + oddLength(random, SIGNALING_LIMITS.signalBytes - 1);
      return { is: 'signal', topic, passed: path(random), ahead, sealed: noise(random, length) };
    }
  }
}

function room(seed: number): RouteWorld {
  const world = new RouteWorld(ALL, seed);
  for (const honest of ['a', 'b'] as const) world.join(honest, ['a', 'b'], OTHER);
  for (const other of ['b', 'c', 'm'] as const) world.link('a', other);
  world.link('c', 'd');
  world.run(3_000);
  return world;
}

/** Nothing that a neighbour says makes this device believe in who is not listed, or tell of what is not shared. */
function look(run: Run, outputs: readonly RoutesOutput[]): void {
  const { tally } = run;
  if (outputs.length > OUTPUTS) tally.fail('hang', `one message caused ${outputs.length} outputs`);
  const listed = new Set<string>(ALL.map(peer));
  for (const output of outputs) {
    if (output.do === 'learned' && output.peers.some((one) => !listed.has(one)))
      tally.fail('unauthorised', 'learned of a peer whom the topic does not list');
    if (output.do === 'shares' && output.topic === OTHER && output.peer === peer('m'))
      tally.fail('unauthorised', 'shares a topic with a peer whom it does not list');
    if (output.do === 'deliver' && output.topic === OTHER)
      tally.fail('unauthorised', 'delivered what came by a topic that is not shared');
    if (output.do === 'say' && output.to === peer('m') && output.message.topic === OTHER)
      tally.fail('unauthorised', 'told a stranger of a topic');
  }
}

/** Among the others nobody is thought ill of, and signals pass. */
function lookAround(run: Run, world: RouteWorld): void {
  const { tally } = run;
  for (const name of HONEST)
    for (const { peer: blamed, reason } of world.all(name, 'misbehaved')) {
      if (blamed !== peer('m'))
        tally.fail('unauthorised', `${name} blames an honest peer: ${reason}`);
      else tally.drop(reason);
    }
  world.run(60_000);
  for (const [from, to] of [
    ['a', 'b'],
    ['a', 'd'],
    ['d', 'a'],
  ] as const) {
    const before = world.all(to, 'deliver').length;
    // Where nothing comes back by one way the next is taken, as `signal-ways.ts` does: one may be made up.
    tally.try(
      () => `signal from ${from} to ${to}`,
      () => {
        for (const route of world.routes.get(from)?.to(TOPIC, peer(to), world.now) ?? [])
          world.give(from, { is: 'signal', topic: TOPIC, route, sealed: Uint8Array.of(7) });
      },
    );
    world.run(1_000);
    if (world.all(to, 'deliver').length <= before)
      tally.fail('crash', `no signal passes from ${from} to ${to} any more`);
  }
}

async function attack(run: Run): Promise<void> {
  const { random, tally } = run;
  while (tally.cases < run.cases) {
    const world = room(random.below(2 ** 31));
    for (let i = 0; i < CASES_OF_ONE; i++) {
      const heard = world.said
        .filter(({ to }) => to !== '')
        .slice(-40)
        .map((one) => one.message);
      const said = message(random, heard);
      const bytes =
        random.below(10) === 0
          ? noise(random, oddLength(random, 2 * ROUTE_MESSAGE_BYTES))
          : encodeRouteMessage(said);
      const sent = random.chance(0.4) ? mutated(bytes, random) : bytes;
      const what = () => Buffer.from(sent).toString('hex').slice(0, 600);
      tally.try(what, () => {
        const read = decodeRouteMessage(sent);
        if (read === undefined) return;
        const outputs = world.hear('a', 'm', read);
        look(run, outputs);
        if (outputs.some((output) => output.do === 'misbehaved')) {
          world.cut('a', 'm');
          world.link('a', 'm');
        }
      });
      if (random.chance(0.3)) world.run(random.below(300));
    }
    lookAround(run, world);
    await breathe();
  }
}

export const routeMessages: Family = { name: 'control messages', share: 0.2, run: attack };
