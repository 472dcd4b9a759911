import type { PeerId, Topic } from '@snug/shared/protocol/ids.ts';
import type { TopicSpec } from '../links-port.ts';

interface JoinedTopic {
  readonly spec: TopicSpec;
  readonly allowed: ReadonlySet<PeerId>;
}

/** The topics of this device, as the engine said last, and whom they list. */
export class JoinedTopics {
  readonly #topics = new Map<Topic, JoinedTopic>();

  get specs(): readonly TopicSpec[] {
    return [...this.#topics.values()].map(({ spec }) => spec);
  }

  join(spec: TopicSpec): JoinedTopic {
    const joined = { spec, allowed: new Set(spec.allowed) };
    this.#topics.set(spec.topic, joined);
    return joined;
  }

  /** False if it was not joined. */
  leave(topic: Topic): boolean {
    return this.#topics.delete(topic);
  }

  get(topic: Topic): JoinedTopic | undefined {
    return this.#topics.get(topic);
  }

  /** Whether any topic lists the peer, so that a link with it needs no asking. */
  lists(peer: PeerId): boolean {
    return this.listing(peer) !== undefined;
  }

  /** A topic that lists the peer. */
  listing(peer: PeerId): Topic | undefined {
    for (const [topic, { allowed }] of this.#topics) if (allowed.has(peer)) return topic;
    return undefined;
  }
}
