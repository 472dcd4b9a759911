/** One machine that is told what its neighbours Ada, Ben and Cleo say, and what it answers. */
import type { PeerId } from '@snug/shared/protocol/ids.ts';
import type { AntiEntropyOutput } from '../repair/anti-entropy.ts';
import type { DigestMessage } from '../repair/digest-message.ts';
import { documentKey, Replica, space } from './replica.ts';

export const [ada, ben, cleo] = ['a', 'b', 'c'] as unknown as [PeerId, PeerId, PeerId];
export const doc = documentKey(1);
export const entries = (what: string, count: number) =>
  Array.from({ length: count }, (_, i) => `${what}${i}`);

/** A machine that shares the space with Ada, Ben and Cleo, whichever it is not, and holds `held` entries of `doc`. */
export function start(me: 'a' | 'b' | 'c' = 'a', held = 0) {
  const replica = new Replica(me, () => 0.5);
  replica.add(doc, entries('x', held));
  const { machine } = replica;
  for (const peer of [ada, ben, cleo])
    if (peer !== replica.peer) machine.handle({ is: 'shared', peer, space }, 0);
  return { replica, machine };
}

export type Machine = ReturnType<typeof start>['machine'];
export const tell = (machine: Machine, peer: PeerId, message: DigestMessage, now = 0) =>
  machine.handle({ is: 'told', peer, space, message }, now);
export const hash = (text: string): DigestMessage => ({
  level: 'space',
  hash: text.padEnd(16, '0'),
});

/** That somebody holds so much of documents, in a page of answers, which ask for nothing. */
export function page(count: number, documents = [doc], asks = false): DigestMessage {
  const lines = documents.map((key) => ({ key, hash: 'ff'.repeat(8), count }));
  return { level: 'documents', within: '', after: '', lines, last: true, asks };
}

export const kinds = (outputs: readonly AntiEntropyOutput[]) =>
  outputs.map((o) => (o.do === 'tell' ? o.message.level : o.do));
export const ticked = (machine: Machine, now: number) => machine.handle({ is: 'tick' }, now);
export const to = (peer: PeerId, outputs: readonly AntiEntropyOutput[]) =>
  outputs.filter((o) => o.peer === peer);

export const came = (machine: Machine, peer: PeerId, now: number, document = doc) =>
  machine.handle({ is: 'progress', peer, space, document }, now);
export const over = (machine: Machine, peer: PeerId, now: number, document = doc) =>
  machine.handle({ is: 'repaired', peer, space, document }, now);
export const wants = (outputs: readonly AntiEntropyOutput[]) =>
  outputs.flatMap((o) => (o.do === 'want' ? [`${o.peer} ${o.document}`] : []));
