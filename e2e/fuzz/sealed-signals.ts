/** Sealed signals that a server or a member has spoilt, replayed, moved to another topic or given another sender. */
import type { TopicSpec } from '@snug/client/mesh/links-port.ts';
import { SealedSignals } from '@snug/client/mesh/signaling/sealed-signals.ts';
import { encodePayload } from '@snug/client/mesh/signaling/signal-payload.ts';
import { toBase64url } from '@snug/shared/crypto/bytes.ts';
import {
  type DeviceKey,
  generateDeviceKey,
  openDeviceKey,
} from '@snug/shared/crypto/device-key.ts';
import { sealSignal } from '@snug/shared/crypto/sealed-signal.ts';
import { Topic } from '@snug/shared/protocol/ids.ts';
import { SIGNALING_LIMITS } from '@snug/shared/protocol/limits.ts';
import * as v from 'valibot';
import type { SeededRandom } from '../sim/seeded-random.ts';
import { breathe, type Family, type Run } from './family.ts';
import { mutated, noise, oddLength } from './mutation.ts';

const newDevice = async () => openDeviceKey(await generateDeviceKey());

function topic(random: SeededRandom): TopicSpec {
  return {
    topic: v.parse(Topic, toBase64url(random.bytes(32))),
    signalKey: random.bytes(32),
    servers: [],
    initiate: 'listed',
    allowed: [],
  };
}

interface Party {
  readonly ada: DeviceKey;
  readonly ben: DeviceKey;
  readonly mallory: DeviceKey;
  readonly here: TopicSpec;
  readonly there: TopicSpec;
  readonly adasNonce: Uint8Array;
  readonly bensNonce: Uint8Array;
}

/** As `from` seals it for Ben, or for whom it is said. */
function seal(
  { ben, here, adasNonce, bensNonce }: Party,
  from: DeviceKey,
  sequence: number,
  other: { readonly to?: DeviceKey; readonly spec?: TopicSpec; readonly toNonce?: Uint8Array } = {},
): Promise<Uint8Array> {
  const spec = other.spec ?? here;
  return sealSignal({
    signalKey: spec.signalKey,
    device: from,
    to: (other.to ?? ben).peerId,
    topic: spec.topic,
    toNonce: other.toNonce ?? bensNonce,
    session: new Uint8Array(16).fill(1),
    sequence,
    fromNonce: adasNonce,
    heads: new Uint8Array(8),
    payload: encodePayload({ is: 'bye', code: 'other', reason: `signal ${sequence}` }),
  });
}

interface Spoilt {
  readonly sealed: Uint8Array;
  readonly claimed: DeviceKey;
  readonly spec: TopicSpec;
}

/** None of these may be opened. */
async function spoilt(
  party: Party,
  good: Uint8Array,
  sequence: number,
  random: SeededRandom,
): Promise<Spoilt> {
  const { ada, mallory, here, there } = party;
  const as = (sealed: Uint8Array, claimed = ada, spec = here): Spoilt => ({
    sealed,
    claimed,
    spec,
  });
  switch (random.below(10)) {
    case 0:
      return as(noise(random, oddLength(random, 2 * SIGNALING_LIMITS.signalBytes)));
    case 1:
      return as(good, mallory);
    case 2:
      return as(good, ada, there);
    // The same key for another topic: what was sealed for one is not opened in the other.
    case 3:
      return as(good, ada, { ...there, signalKey: here.signalKey });
    case 4:
      return as(await seal(party, mallory, sequence));
    case 5:
      return as(await seal(party, ada, sequence, { to: mallory }));
    case 6:
      return as(await seal(party, ada, sequence, { toNonce: random.bytes(16) }));
    case 7:
      return as(await seal(party, ada, sequence, { spec: there }));
    default: {
      const bytes = mutated(good, random);
      return as(Buffer.compare(bytes, good) === 0 ? bytes.slice(1) : bytes);
    }
  }
}

async function attack(run: Run): Promise<void> {
  const { random, tally } = run;
  const [ada, ben, mallory] = await Promise.all([newDevice(), newDevice(), newDevice()]);
  const here = topic(random);
  const there = topic(random);
  const party: Party = {
    ada,
    ben,
    mallory,
    here,
    there,
    adasNonce: random.bytes(16),
    bensNonce: random.bytes(16),
  };
  const opening = new SealedSignals(ben, party.bensNonce, (problem) => {
    throw problem;
  });
  const opened: number[] = [];
  const open = ({ sealed, claimed, spec }: Spoilt) =>
    opening.open(spec, claimed.peerId, sealed, (signal) => opened.push(signal.sequence));
  let last: Uint8Array | undefined;
  for (let sequence = 0; tally.cases < run.cases; sequence++) {
    const good = await seal(party, ada, sequence);
    for (let i = 0; i < 9; i++) {
      const bad =
        random.chance(0.1) && last
          ? { sealed: last, claimed: ada, spec: here }
          : await spoilt(party, good, sequence, random);
      tally.try(
        () => Buffer.from(bad.sealed).toString('hex').slice(0, 400),
        () => open(bad),
      );
    }
    await opening.opened;
    if (opened.length > sequence) {
      tally.fail('unauthorised', `a spoilt or repeated signal was opened: ${opened.at(-1)}`);
      opened.length = sequence;
    }
    tally.try(
      () => 'an honest signal',
      () => open({ sealed: good, claimed: ada, spec: here }),
    );
    await opening.opened;
    if (opened[sequence] !== sequence) {
      tally.fail('crash', `the honest signal ${sequence} was not opened`);
      opened[sequence] = sequence;
    }
    last = good;
    if (sequence % 20 === 0) await breathe();
  }
  // What a server pours in at once is opened up to a bound, and the rest is not kept.
  const before = opening.rejected;
  const flood = await seal(party, mallory, 0);
  const many = 3_000;
  for (let i = 0; i < many; i++)
    tally.try(
      () => 'a flood',
      () => open({ sealed: flood, claimed: ada, spec: here }),
    );
  if (opening.rejected - before < many / 2) tally.fail('hang', 'a flood of signals is kept whole');
  await opening.opened;
}

export const sealedSignals: Family = { name: 'sealed signals', share: 0.08, run: attack };
