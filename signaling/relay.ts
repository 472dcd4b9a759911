import type { Bytes } from '@snug/shared/crypto/bytes.ts';
import type { PeerId, Topic } from '@snug/shared/protocol/ids.ts';
import type { Counters } from './counters.ts';
import type { Session } from './session.ts';

/** Memory that a message takes while it waits, beside its payload: its text, two packets and their buffers; measured in Node 24. */
const ENVELOPE_BYTES = 640;

export type Forwarded =
  | 'forwarded'
  /** The addressee is not connected, or not where the message is for. */
  | 'peer-not-here'
  /** The addressee reads more slowly than it is written to. */
  | 'congested';

/** The smaller set decides the cost: at most as many look-ups as a peer may have topics. */
function sharesTopic(a: ReadonlySet<Topic>, b: ReadonlySet<Topic>): boolean {
  const [few, many] = a.size <= b.size ? [a, b] : [b, a];
  for (const topic of few) if (many.has(topic)) return true;
  return false;
}

/** Passes a sealed signal on to a peer of the topic that it names. */
export function forwardSignal(
  from: PeerId,
  to: Session | undefined,
  topic: Topic,
  sealed: Bytes,
  counters: Counters,
): Forwarded {
  if (to === undefined || !to.topics.has(topic)) return 'peer-not-here';
  if (!to.reserve(ENVELOPE_BYTES, sealed)) return 'congested';
  to.signal({ from, topic, sealed });
  counters.signals++;
  counters.signalBytes += sealed.byteLength;
  return 'forwarded';
}

/** Passes a frame on to a peer with which the sender shares any topic. */
export function forwardFrame(
  from: PeerId,
  topics: ReadonlySet<Topic>,
  to: Session | undefined,
  frame: Bytes,
  counters: Counters,
): Forwarded {
  if (to === undefined || !sharesTopic(topics, to.topics)) return 'peer-not-here';
  if (!to.reserve(ENVELOPE_BYTES, frame)) return 'congested';
  to.relay({ from, frame });
  counters.relayedFrames++;
  counters.relayedBytes += frame.byteLength;
  return 'forwarded';
}
