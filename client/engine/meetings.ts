/** The topics in which this device meets others, and who is said to be there. */
import type { DeviceKey } from '@snug/shared/crypto/device-key.ts';
import type { ChannelId, PeerId, SpaceId, Topic } from '@snug/shared/protocol/ids.ts';
import type { LinksCommand, Path } from '../mesh/links-port.ts';
import type { Space } from '../space/space.ts';
import type { Reach } from './space-view.ts';
import { lobbyTopic, topicOf, topicsOf } from './topics.ts';

export class Meetings {
  readonly #device: DeviceKey;
  readonly #links: (command: LinksCommand) => void;
  readonly #pathTo: (peer: PeerId) => Path | undefined;
  readonly #through: (space: Space, peer: PeerId) => PeerId | undefined;
  readonly #isPresent: (space: Space, peer: PeerId) => boolean;
  readonly #typingIn: (space: Space, channel: ChannelId) => readonly PeerId[];
  readonly #isBackground: (space: Space) => boolean;
  /** As the links were told last. */
  readonly #inBackground = new Map<SpaceId, boolean>();
  readonly #joined = new Set<Topic>();
  readonly #here = new Map<Topic, ReadonlySet<PeerId>>();

  constructor(options: {
    device: DeviceKey;
    links: (command: LinksCommand) => void;
    pathTo: (peer: PeerId) => Path | undefined;
    through: (space: Space, peer: PeerId) => PeerId | undefined;
    isPresent: (space: Space, peer: PeerId) => boolean;
    typingIn: (space: Space, channel: ChannelId) => readonly PeerId[];
    /** One of many spaces, and not on the screen. */
    isBackground: (space: Space) => boolean;
  }) {
    this.#device = options.device;
    this.#links = options.links;
    this.#pathTo = options.pathTo;
    this.#through = options.through;
    this.#isPresent = options.isPresent;
    this.#typingIn = options.typingIn;
    this.#isBackground = options.isBackground;
  }

  /** Other spaces are in the background now than before, perhaps. */
  async refocus(spaces: Iterable<Space>): Promise<void> {
    for (const space of spaces)
      if ((this.#inBackground.get(space.record.id) ?? false) !== this.#isBackground(space))
        await this.join(space);
  }

  /** Joins a space's topics, or says anew whom to link to there. */
  async join(space: Space): Promise<void> {
    this.#inBackground.set(space.record.id, this.#isBackground(space));
    for (const spec of await topicsOf(space, this.#device, this.#isBackground(space))) {
      this.#joined.add(spec.topic);
      this.#links({ do: 'join', spec });
    }
  }

  leave(space: Space): void {
    this.#inBackground.delete(space.record.id);
    for (const topic of [lobbyTopic(space), topicOf(space)]) {
      if (topic === undefined || !this.#joined.delete(topic)) continue;
      this.#here.delete(topic);
      this.#links({ do: 'leave', topic });
    }
  }

  /** What a server said of a topic. */
  said(topic: Topic, peers: readonly PeerId[]): void {
    if (this.#joined.has(topic)) this.#here.set(topic, new Set(peers));
  }

  /** A link went down: whoever was at its end is not here until a server says so again. */
  gone(peer: PeerId): void {
    for (const [topic, here] of this.#here) {
      if (!here.has(peer)) continue;
      const left = new Set(here);
      left.delete(peer);
      this.#here.set(topic, left);
    }
  }

  get here(): readonly (readonly [Topic, readonly PeerId[]])[] {
    return [...this.#here].map(([topic, peers]) => [topic, [...peers]]);
  }

  reach(space: Space): Reach {
    const topic = topicOf(space);
    const here = topic && this.#here.get(topic);
    return {
      me: this.#device.peerId,
      pathTo: this.#pathTo,
      through: (peer) => this.#through(space, peer),
      isHere: (peer) => here?.has(peer) === true || this.#isPresent(space, peer),
      typingIn: (channel) => this.#typingIn(space, channel),
    };
  }
}
