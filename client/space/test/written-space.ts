/** A space document written by hand, entry by entry, so that tests can also write what honest devices never would. */

import { type DeviceKey, openDeviceKey } from '@snug/shared/crypto/device-key.ts';
import {
  type Act,
  encodeAct,
  GenesisAct,
  invitePublicKey,
  joinRequest,
} from '@snug/shared/entries/acts.ts';
import { type Body, sealBody } from '@snug/shared/entries/body.ts';
import { encodeCanonical } from '@snug/shared/entries/canonical-cbor.ts';
import {
  NO_HINT,
  SORT,
  type Sort,
  signEntry,
  signGenesis,
  spaceIdOf,
} from '@snug/shared/entries/entry.ts';
import { seeded } from '@snug/shared/entries/test/data.ts';
import type { ChangeHash, EpochId, SpaceId } from '@snug/shared/protocol/ids.ts';
import * as v from 'valibot';
import type { Address } from '../address.ts';
import { type Arrival, judge, type Surroundings, type Verdict, verified } from '../admission.ts';
import { DocumentLog, type LoggedEntry } from '../document-log.ts';
import { membershipOf } from '../membership/fold.ts';

export function person(seed: number): Promise<DeviceKey> {
  return openDeviceKey({
    kind: 'raw',
    signing: seeded(seed, 32),
    sealing: seeded(seed + 1000, 32),
  });
}

export async function genesisBy(device: DeviceKey, account: string = device.peerId) {
  const act = v.parse(GenesisAct, {
    act: 'genesis',
    v: 1,
    nonce: seeded(7, 32),
    sealing: device.sealingPublicKey,
    account,
  });
  return signGenesis({ device, body: encodeAct(act) });
}

/** One device's copy of a space, into which entries are let or not. */
export class Copy {
  readonly space: SpaceId;
  readonly log: DocumentLog;
  readonly #logs = new Map<string, DocumentLog>();

  constructor(space: SpaceId) {
    this.space = space;
    this.log = this.at({ kind: 'space', space });
  }

  at(address: Address): DocumentLog {
    const fresh = new DocumentLog(address);
    const held = this.#logs.get(fresh.id);
    if (held) return held;
    this.#logs.set(fresh.id, fresh);
    return fresh;
  }

  get membership() {
    return membershipOf(this.log);
  }

  async offer(arrival: Arrival, log: DocumentLog = this.log): Promise<Verdict> {
    if (!(await verified(log, arrival))) return { is: 'refused', why: 'its signature is wrong' };
    return this.judge(arrival, log);
  }

  /** Without checking signatures. */
  judge(arrival: Arrival, log: DocumentLog = this.log): Verdict {
    const { address } = log;
    const around: Surroundings = {
      membership: this.membership,
      segment: (number) =>
        address.kind === 'segment' ? this.at({ ...address, number }) : undefined,
    };
    return judge(log, arrival, around);
  }
}

/** Ada's space with nothing in it but its genesis. */
export async function adasSpace() {
  const ada = await person(1);
  const genesis = await genesisBy(ada);
  const copy = new Copy(spaceIdOf(genesis));
  await copy.offer({ bytes: genesis, deps: [] });
  return { ada, genesis, copy };
}

export async function written(
  device: DeviceKey,
  log: DocumentLog,
  sort: Sort,
  body: Uint8Array,
  deps: readonly ChangeHash[] = log.deps,
): Promise<Arrival> {
  const bytes = await signEntry({ device, documentId: log.id, deps, sort, hint: NO_HINT, body });
  return { bytes, deps };
}

export function acting(
  device: DeviceKey,
  log: DocumentLog,
  act: Act,
  deps?: readonly ChangeHash[],
): Promise<Arrival> {
  return written(device, log, SORT.act, encodeAct(act), deps);
}

/** An act that this version does not know. */
export function futureAct(device: DeviceKey, log: DocumentLog, name: string): Promise<Arrival> {
  return written(device, log, SORT.act, encodeCanonical({ act: name, what: 1 }));
}

export const inviteSecret = (seed: number) => seeded(5000 + seed, 32);

export function inviteAct(seed: number, expires?: number): Act {
  const key = invitePublicKey(inviteSecret(seed));
  return { act: 'invite', key, uses: 'reusable', ...(expires === undefined ? {} : { expires }) };
}

export async function admitAct(
  space: SpaceId,
  newcomer: DeviceKey,
  invite: number,
  account?: string,
): Promise<Extract<Act, { act: 'admit' }>> {
  const request = await joinRequest({
    inviteSecret: inviteSecret(invite),
    spaceId: space,
    device: newcomer,
    ...(account === undefined ? {} : { account }),
  });
  return { act: 'admit', ...request };
}

/** Writes and lets in, or fails the test. */
export async function put(
  copy: Copy,
  device: DeviceKey,
  act: Act,
  deps?: readonly ChangeHash[],
): Promise<LoggedEntry> {
  const verdict = await copy.offer(await acting(device, copy.log, act, deps));
  if (verdict.is !== 'new') throw new Error(`${act.act}: ${'why' in verdict ? verdict.why : ''}`);
  return verdict.entry;
}

/** A sealed body, under a secret of the test's own. */
export async function sealedBy(
  device: DeviceKey,
  log: DocumentLog,
  epoch: { readonly id: EpochId; readonly content: Uint8Array },
  body: Partial<Body> = {},
  deps: readonly ChangeHash[] = log.deps,
): Promise<Arrival> {
  const whole: Body = { kind: 'message', hlc: 1, n: 1, prev: [], refs: [], content: {}, ...body };
  const { hint, sealed } = sealBody({
    contentSecret: epoch.content,
    documentId: log.id,
    device: device.publicKey,
    deps,
    epochId: epoch.id,
    body: whole,
  });
  const bytes = await signEntry({
    device,
    documentId: log.id,
    deps,
    sort: SORT.body,
    hint,
    body: sealed,
  });
  return { bytes, deps };
}
