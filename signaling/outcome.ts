import type { PeerId } from '@snug/shared/protocol/ids.ts';
import { type Answer, RelayOut } from '@snug/shared/protocol/signaling.ts';
import * as v from 'valibot';
import { no, type ProblemCode, yes } from './answer.ts';
import type { Forwarded } from './relay.ts';

/** What came of a request: an answer; `blameless` if a refusal is not held against the sender. */
export interface Outcome {
  readonly answer: Answer<unknown>;
  readonly blameless?: boolean;
  /** Whether a refusal ends the connection. */
  readonly last?: boolean;
}

/** Rough sizes in memory, while it waits: of an answer, and of each peer that it names. */
const ANSWER_BYTES = 400;
const PEER_BYTES = 100;

/** Reads what a client sent by its schema, and goes on with it if it fits. */
export function parsed<S extends v.GenericSchema>(
  schema: S,
  raw: unknown,
  then: (message: v.InferOutput<S>) => Outcome,
): Outcome {
  const result = v.safeParse(schema, raw);
  return result.success ? then(result.output) : unfit(result.issues[0]);
}

export function refusal(code: ProblemCode, message: string): Outcome {
  return { answer: no(code, message) };
}

export function unfit(issue: v.BaseIssue<unknown>): Outcome {
  const where = v.getDotPath(issue);
  return refusal('bad-request', where === null ? issue.message : `${where}: ${issue.message}`);
}

export function notInTopic(): Outcome {
  return refusal('not-in-topic', 'Join the topic before you ask about it or signal in it.');
}

/** People leave while others write to them, and read slowly: neither is the sender's fault. */
export function delivered(result: Forwarded): Outcome {
  switch (result) {
    case 'forwarded':
      return { answer: yes(null) };
    case 'peer-not-here':
      return {
        answer: no(
          'peer-not-here',
          'That peer is not connected here, or shares no topic with you.',
        ),
        blameless: true,
      };
    case 'congested':
      return {
        answer: no('rate-limited', 'That peer reads more slowly than it is written to. Wait.'),
        blameless: true,
      };
  }
}

/** Roughly what an answer takes in memory while it waits. */
export function answerBytes(answer: Answer<unknown>): number {
  if (!answer.ok) return ANSWER_BYTES + 2 * answer.problem.message.length;
  return ANSWER_BYTES + PEER_BYTES * peersIn(answer.value);
}

/** How many peers an answer names, each topic that it joins counted as one more. */
function peersIn(value: unknown): number {
  if (typeof value !== 'object' || value === null) return 0;
  if ('peers' in value && Array.isArray(value.peers)) return value.peers.length;
  if (!('joined' in value) || !Array.isArray(value.joined)) return 0;
  return value.joined.reduce((sum: number, each: unknown) => sum + 1 + peersIn(each), 0);
}

const Addressed = v.object({ to: RelayOut.entries.to });

/** Whom a refused message was for, if that much of it could be read. */
export function addressee(raw: unknown): PeerId | null {
  const result = v.safeParse(Addressed, raw);
  return result.success ? result.output.to : null;
}
