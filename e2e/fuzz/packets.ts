/** Packets and signals that a linked peer sends to a `Link`: garbage, almost right, and right at the wrong time. */
import type { LinkInput } from '@snug/client/mesh/link/link-inputs.ts';
import { BODY_BYTES, encodePacket, type Packet } from '@snug/client/mesh/link/packet.ts';
import { GOODBYES } from '@snug/client/mesh/signaling/goodbye.ts';
import {
  decodePayload,
  encodePayload,
  type SignalPayload,
} from '@snug/client/mesh/signaling/signal-payload.ts';
import { LinkWorld } from '@snug/client/mesh/test/link-world.ts';
import { LINK_LIMITS } from '@snug/shared/protocol/limits.ts';
import type { SeededRandom } from '../sim/seeded-random.ts';
import { breathe, type Family, type Run } from './family.ts';
import { mutated, noise, oddLength } from './mutation.ts';

/** A link is given so many cases, unless it ends before. */
const CASES_OF_ONE = 100;
/** Outputs that one input may cause: what is more is an attack that grows on the way. */
const OUTPUTS = 600;
/** Direct attempts that may be under way at once: each is a connection of the platform's. */
const ATTEMPTS = 8;

const number = (random: SeededRandom) =>
  random.pick([
    0,
    1,
    2,
    5,
    random.below(300),
    2 ** 31,
    2 ** 32,
    2 ** 48,
    Number.MAX_SAFE_INTEGER,
  ]) ?? 0;

function packet(random: SeededRandom): Packet {
  const acks = { chat: number(random), bulk: number(random) };
  switch (random.below(7)) {
    case 0:
      return { is: 'ack', acks };
    case 1:
      return { is: 'ping', token: number(random), lost: number(random) };
    case 2:
      return { is: 'pong', token: number(random) };
    case 3:
      return { is: 'control', body: noise(random, oddLength(random, 9_000)) };
    case 4:
      return {
        is: 'bye',
        code: random.pick(GOODBYES) ?? 'other',
        reason: 'x'.repeat(random.below(700)),
      };
    default: {
      const first = random.chance(0.7);
      const last = random.chance(0.5);
      const length = random.pick([0, 1, 20, BODY_BYTES - 1, BODY_BYTES]) ?? 0;
      return {
        is: 'data',
        priority: random.pick(['chat', 'bulk']) ?? 'chat',
        number: random.chance(0.5) ? random.below(4) : number(random),
        ...(random.chance(0.2) && { acks }),
        first,
        last,
        ...(first &&
          !last && {
            total: random.pick([number(random), 2 * BODY_BYTES, LINK_LIMITS.frameBytes]) ?? 0,
          }),
        body: noise(random, length),
      };
    }
  }
}

function payload(random: SeededRandom): SignalPayload {
  const attempt = random.pick([1, 2, 3, random.below(50) + 1, 0xffff_ffff]) ?? 1;
  const candidate = () => ({
    type: random.pick(['host', 'srflx', 'prflx', 'relay'] as const) ?? ('host' as const),
    priority: number(random),
    address: random.pick(['10.0.0.1', '::1', '127.0.0.1', `${random.below(256)}.1.1.1`]) ?? '::1',
    port: 1 + random.below(65_535),
  });
  const candidates = Array.from({ length: random.below(12) }, candidate);
  const rest = {
    attempt,
    ...(random.chance(0.3) && {
      ephemeral: random.chance(0.5) ? new Uint8Array(32) : random.bytes(32),
    }),
    ...(random.chance(0.7) && {
      description: {
        ufrag: 'abcd',
        pwd: 'abcdefghijklmnopqrstuvwx',
        fingerprint: random.bytes(32),
      },
    }),
    candidates,
  };
  switch (random.below(8)) {
    case 0:
    case 1:
      return {
        is: 'offer',
        ...rest,
        ...(random.chance(0.3) && { note: noise(random, 1_024), urgent: true }),
      };
    case 2:
    case 3:
      return { is: 'answer', ...rest };
    case 4:
    case 5:
      return { is: 'candidates', attempt, candidates };
    case 6:
      return { is: 'retry' };
    default:
      return random.chance(0.1)
        ? { is: 'bye', code: 'other', reason: 'x'.repeat(300) }
        : { is: 'retry' };
  }
}

/** What passed honestly before is the best to replay and to spoil. */
function input(world: LinkWorld, attempt: number, random: SeededRandom): LinkInput | undefined {
  const relayed = world.all('b', 'send-relayed').map(({ frame }) => frame);
  const kind = random.below(10);
  if (kind === 0) return { is: 'relayed', frame: noise(random, oddLength(random, 20_000)) };
  if (kind === 1 && relayed.length > 0) {
    const frame = random.pick(relayed) ?? new Uint8Array();
    return { is: 'relayed', frame: random.chance(0.5) ? frame : mutated(frame, random) };
  }
  if (kind <= 3) {
    const encoded = encodePayload(payload(random));
    const read = decodePayload(random.chance(0.5) ? encoded : mutated(encoded, random));
    return read && { is: 'signal', payload: read };
  }
  const bytes =
    kind === 4
      ? noise(random, oddLength(random, 2 * LINK_LIMITS.packetBytes))
      : encodePacket(packet(random));
  return { is: 'packet', attempt, bytes: kind >= 8 ? mutated(bytes, random) : bytes };
}

function linked(random: SeededRandom): LinkWorld {
  const world = new LinkWorld({ directDeadlineMs: 500 });
  world.directWorks = random.chance(0.7);
  world.give('a', { is: 'start' });
  world.run(2_000);
  world.send('a', 1);
  world.send('b', 2);
  world.run(1_000);
  return world;
}

function look(run: Run, world: LinkWorld, since: number, given: string): void {
  const did = world.did.a.slice(since);
  if (did.length > OUTPUTS) run.tally.fail('hang', `${given} caused ${did.length} outputs`);
  for (const { output } of did) {
    if (output.do === 'frame' && output.frame.length > LINK_LIMITS.frameBytes)
      run.tally.fail('unauthorised', `a frame of ${output.frame.length} bytes was handed out`);
    if (output.do === 'down')
      run.tally.drop(output.reason.startsWith('xx') ? 'bye' : output.reason);
  }
  const live = world.all('a', 'attempt').length - world.all('a', 'abandon').length;
  if (live > ATTEMPTS) run.tally.fail('hang', `${live} direct attempts at once, after ${given}`);
}

/** Two links that nobody attacked beside this one: they bear on nothing but themselves. */
async function attack(run: Run): Promise<void> {
  const { random, tally } = run;
  while (tally.cases < run.cases) {
    const world = linked(random);
    // Whatever end is attacked: the one that began, by the one that was offered the link.
    for (let i = 0; i < CASES_OF_ONE && !world.links.a.closed; i++) {
      const given = input(world, 1, random);
      if (given === undefined) {
        tally.cases++;
        continue;
      }
      const since = world.did.a.length;
      const what = () =>
        JSON.stringify(given, (_, value) =>
          value instanceof Uint8Array ? Buffer.from(value).toString('hex').slice(0, 400) : value,
        );
      tally.try(what, () => {
        world.give('a', given);
        if (random.chance(0.2)) world.run(random.below(1_500));
      });
      look(run, world, since, given.is);
    }
    if (world.links.a.closed && world.links.a.wakeAt !== undefined)
      tally.fail('hang', 'a link that has ended wants to be woken');
    await breathe();
  }
}

export const packets: Family = { name: 'link packets and signals', share: 0.2, run: attack };
