/** What a hostile member makes once and lies about often: signed entries, presence, and changes for sync sessions. */
import * as Automerge from '@automerge/automerge/slim';
import type { Address } from '@snug/client/space/address.ts';
import { sha256, toHex } from '@snug/shared/crypto/bytes.ts';
import type { DeviceKey } from '@snug/shared/crypto/device-key.ts';
import { publicKeyFromPeerId } from '@snug/shared/crypto/did-key.ts';
import { sealPresence } from '@snug/shared/crypto/sealed-presence.ts';
import { encodeAct } from '@snug/shared/entries/acts.ts';
import { type Body, sealBody } from '@snug/shared/entries/body.ts';
import { buildChange, rootChange } from '@snug/shared/entries/canonical-change.ts';
import { NO_HINT, SORT, type Sort, signEntry } from '@snug/shared/entries/entry.ts';
import { ChangeHash, type PeerId } from '@snug/shared/protocol/ids.ts';
import * as v from 'valibot';
import type { SeededRandom } from '../sim/seeded-random.ts';
import type { Conversation } from './conversation.ts';

const YEAR_MS = 365 * 24 * 3_600_000;
/** Bytes that shrink to a thousandth in a change of Automerge's. */
const EXPANDING = 4_000_000;
const ORPHANS = 600;

export interface SignedEntry {
  /** Where it was made for. */
  readonly address: Address;
  readonly bytes: Uint8Array;
  readonly deps: readonly ChangeHash[];
}

export interface Stock {
  /** Judged by everybody, and refused, or hers: these go where they were made for. */
  readonly judged: readonly SignedEntry[];
  readonly entries: readonly SignedEntry[];
  readonly presence: readonly { readonly device: Uint8Array; readonly bytes: Uint8Array }[];
  readonly changes: readonly Uint8Array[];
}

export function madeUp(random: SeededRandom): ChangeHash {
  return v.parse(ChangeHash, toHex(random.bytes(32)));
}

export async function stockOf(talk: Conversation, random: SeededRandom): Promise<Stock> {
  const judged = [
    ...(await twoStories(talk)),
    ...(await outOfPlace(talk, random)),
    ...(await forged(talk)),
  ];
  const entries = [...judged, ...(await orphans(talk, random))];
  const presence = await presenceOf(talk, random);
  return { judged, entries, presence, changes: changesOf(talk, entries, random) };
}

/** Says that it is another device's, and signs with hers. */
function inTheNameOf(peer: PeerId, device: DeviceKey): DeviceKey {
  return { ...device, peerId: peer, publicKey: publicKeyFromPeerId(peer) };
}

/** Two of her own for one place in her chain: that both are shown is no surprise. */
async function twoStories(talk: Conversation): Promise<SignedEntry[]> {
  const made: SignedEntry[] = [];
  for (const text of ['one story', 'another story']) {
    const one = await message(talk, talk.eve.device, text);
    made.push(one);
    talk.allow(Buffer.from(sha256(one.bytes)).toString('base64url'), text);
  }
  return made;
}

/** Messages and an act in the name of others. */
async function forged(talk: Conversation): Promise<SignedEntry[]> {
  const { eve, ada, ben, dora } = talk;
  const made: SignedEntry[] = [];
  for (const who of [ada, ben, dora])
    made.push(await message(talk, inTheNameOf(who.peer, eve.device), 'in the name of another'));
  const { spaceLog } = eve.space;
  const deps = [...spaceLog.heads];
  const bytes = await signEntry({
    device: inTheNameOf(ada.peer, eve.device),
    documentId: spaceLog.id,
    deps,
    sort: SORT.act,
    hint: NO_HINT,
    body: encodeAct({ act: 'role', account: eve.peer, role: 'admin' }),
  });
  return [...made, { address: spaceLog.address, bytes, deps }];
}

async function message(
  { eve }: Conversation,
  device: DeviceKey,
  text: string,
): Promise<SignedEntry> {
  const { space } = eve;
  const log = space.log(eve.segment());
  const deps = [...log.heads];
  const epoch = space.writingEpoch;
  if (!epoch) throw new Error('no epoch');
  const place = { documentId: log.id, deps };
  const rest = { kind: 'message', hlc: Date.now(), n: 1, prev: [], refs: [] };
  const body: Body = { ...rest, content: { text } };
  const sealed = sealBody({
    ...place,
    contentSecret: epoch.content,
    device: device.publicKey,
    epochId: epoch.id,
    body,
  });
  const bytes = await signEntry({
    ...place,
    device,
    sort: SORT.body,
    hint: sealed.hint,
    body: sealed.sealed,
  });
  return { address: log.address, bytes, deps };
}

async function orphans({ eve }: Conversation, random: SeededRandom): Promise<SignedEntry[]> {
  const log = eve.space.log(eve.segment());
  const made: SignedEntry[] = [];
  for (let i = 0; i < ORPHANS; i++) {
    const deps = [madeUp(random)];
    const body = random.bytes(40);
    const place = { device: eve.device, documentId: log.id, deps };
    const bytes = await signEntry({ ...place, sort: SORT.body, hint: NO_HINT, body });
    made.push({ address: log.address, bytes, deps });
  }
  return made;
}

/** On what is there: not to be opened by anybody, of a sort that has no place there, and acts beyond her rights. */
async function outOfPlace({ eve, ben }: Conversation, random: SeededRandom) {
  const segment = eve.space.log(eve.segment());
  const { spaceLog } = eve.space;
  const made: SignedEntry[] = [];
  const sign = async (log: typeof segment, sort: Sort, body: Uint8Array) => {
    const deps = [...log.heads];
    const place = { device: eve.device, documentId: log.id, deps };
    const bytes = await signEntry({ ...place, sort, hint: NO_HINT, body });
    made.push({ address: log.address, bytes, deps });
  };
  for (const sort of [SORT.body, SORT.opening, SORT.seal, SORT.act] as const)
    for (let i = 0; i < 5; i++) await sign(segment, sort, random.bytes(32));
  const list = [publicKeyFromPeerId(eve.peer)];
  await sign(spaceLog, SORT.act, encodeAct({ act: 'role', account: eve.peer, role: 'admin' }));
  await sign(spaceLog, SORT.act, encodeAct({ act: 'role', account: ben.peer, role: 'admin' }));
  const epoch = { act: 'epoch' as const, number: 9, list };
  await sign(
    spaceLog,
    SORT.act,
    encodeAct({ ...epoch, id: random.bytes(32), seals: random.bytes(32) }),
  );
  return made;
}

/** What she signs herself, with clocks far off, and puts in the mouths of others. */
async function presenceOf(talk: Conversation, random: SeededRandom) {
  const { eve, ada, ben, dora, shared } = talk;
  const contentSecret = eve.space.writingEpoch?.content ?? random.bytes(32);
  const place = { space: shared.space, contentSecret };
  const made: { readonly device: Uint8Array; readonly bytes: Uint8Array }[] = [];
  for (const run of [0, 1, Date.now(), Date.now() + YEAR_MS, 2 ** 48 - 1])
    for (const count of [0, 1, 2, 300, 2 ** 32]) {
      const statement = {
        seconds: random.pick([0, 3_600, 3_600, 3_600]) ?? 1,
        leaving: random.chance(0.1),
        typing: shared.channel,
        lost: [random.bytes(8), publicKeyFromPeerId(ada.peer).slice(0, 8)],
        after: random.chance(0.5) ? [random.bytes(8)] : [],
      };
      const bytes = await sealPresence(place, eve.device, { run, count }, statement);
      for (const who of [dora, ada, ben, eve])
        made.push({ device: publicKeyFromPeerId(who.peer), bytes });
      for (const who of [dora, ada, ben]) {
        const device = inTheNameOf(who.peer, eve.device);
        const sealed = await sealPresence(place, device, { run, count }, statement);
        made.push({ device: device.publicKey, bytes: sealed });
      }
    }
  return made;
}

/** Canonical, with deps and places that are none; foreign; expanding a thousandfold; whole documents. */
function changesOf(
  { eve }: Conversation,
  entries: readonly SignedEntry[],
  random: SeededRandom,
): Uint8Array[] {
  const changes: Uint8Array[] = [rootChange(eve.space.log(eve.segment()).id).bytes];
  for (const { bytes, deps } of entries.slice(0, 40)) {
    const entry = new Uint8Array(bytes);
    changes.push(buildChange({ deps, startOp: 1 + random.below(50), entry }).bytes);
  }
  const expanding = Automerge.from<Record<string, unknown>>({ blob: new Uint8Array(EXPANDING) });
  const list = Array.from({ length: 2_000 }, (_, i) => i);
  const foreign = Automerge.from<Record<string, unknown>>({ list });
  for (const doc of [expanding, foreign])
    changes.push(...Automerge.getAllChanges(doc), Automerge.save(doc));
  return changes;
}
