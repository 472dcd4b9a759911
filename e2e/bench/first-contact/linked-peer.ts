/** A device's links with no engine above them: everything between joining a topic and an open channel is Snug's own. */
import { createLinks, type Links } from '@snug/client/mesh/device/links.ts';
import { nodeWebrtc } from '@snug/client/mesh/link/node-webrtc.ts';
import type { LinksEvent, TopicSpec } from '@snug/client/mesh/links-port.ts';
import { randomBytes } from '@snug/shared/crypto/bytes.ts';
import { generateDeviceKey, openDeviceKey } from '@snug/shared/crypto/device-key.ts';
import { PeerId, Topic } from '@snug/shared/protocol/ids.ts';
import * as v from 'valibot';
import { newTopic } from '../new-topic.ts';

/** What two who meet have agreed on. */
export const Meeting = v.object({
  topic: Topic,
  signalKey: v.custom<Uint8Array>((bytes) => bytes instanceof Uint8Array && bytes.length === 32),
  other: PeerId,
});
export type Meeting = v.InferOutput<typeof Meeting>;

export class LinkedPeer {
  readonly id: PeerId;
  readonly #url: string;
  readonly #links: Links;
  readonly #listeners = new Set<(event: LinksEvent) => void>();

  private constructor(url: string, id: PeerId, links: (emit: (e: LinksEvent) => void) => Links) {
    this.#url = url;
    this.id = id;
    this.#links = links((event) => {
      for (const listener of this.#listeners) listener(event);
    });
  }

  /** Resolves once its server knows it, by way of a topic where nobody else is. */
  static async connect(url: string): Promise<LinkedPeer> {
    const device = await openDeviceKey(await generateDeviceKey({ extractable: false }));
    const peer = new LinkedPeer(url, device.peerId, (emit) =>
      createLinks({ device, emit, ownServer: url, rtc: { wrtc: nodeWebrtc() } }),
    );
    const topic = newTopic();
    await peer.#join({ topic, signalKey: randomBytes(32), allowed: [] });
    return peer;
  }

  /** Waits in a topic for whoever comes. */
  async wait({ topic, signalKey, other }: Meeting): Promise<void> {
    await this.#join({ topic, signalKey, allowed: [other] });
  }

  /** Joins a topic, and resolves once the link to the one who waits there goes by an open channel. */
  async meet({ topic, signalKey, other }: Meeting): Promise<void> {
    const direct = this.#heard(
      (event) =>
        (event.is === 'up' || event.is === 'path') &&
        event.peer === other &&
        event.path === 'direct',
    );
    void this.#join({ topic, signalKey, allowed: [other] });
    await direct;
  }

  close(): Promise<void> {
    return this.#links.close();
  }

  async #join(topic: Pick<TopicSpec, 'topic' | 'signalKey' | 'allowed'>): Promise<void> {
    const joined = this.#heard((event) => event.is === 'here' && event.topic === topic.topic);
    this.#links.command({
      do: 'join',
      spec: { ...topic, servers: [this.#url], initiate: 'listed' },
    });
    await joined;
  }

  #heard(wanted: (event: LinksEvent) => boolean): Promise<void> {
    return new Promise((resolve) => {
      const listener = (event: LinksEvent) => {
        if (!wanted(event)) return;
        this.#listeners.delete(listener);
        resolve();
      };
      this.#listeners.add(listener);
    });
  }
}
