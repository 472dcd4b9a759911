/** Who is there already, in a process of their own: one of ours and one bare, each waiting where they are told to. */
import * as v from 'valibot';
import { answerParent } from '../server-scale/child.ts';
import { BarePeer } from './bare-peer.ts';
import { LinkedPeer, Meeting } from './linked-peer.ts';

export const Question = v.variant('ask', [
  /** Answers the device's id. */
  v.object({ ask: v.literal('start'), ours: v.string(), bare: v.string() }),
  v.object({ ask: v.literal('wait'), meeting: Meeting }),
  v.object({ ask: v.literal('wait-bare'), room: v.string() }),
]);
export type Question = v.InferOutput<typeof Question>;

let peers: { readonly ours: LinkedPeer; readonly bare: BarePeer } | undefined;

async function answer(question: Question): Promise<string | null> {
  if (question.ask === 'start') {
    const [ours, bare] = [
      await LinkedPeer.connect(question.ours),
      await BarePeer.connect(question.bare),
    ];
    peers = { ours, bare };
    return ours.id;
  }
  if (question.ask === 'wait') await peers?.ours.wait(question.meeting);
  else await peers?.bare.wait(question.room);
  return null;
}

if (import.meta.main) answerParent(Question, answer);
