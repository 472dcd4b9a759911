/**
 * The topics in which this device meets others. What a server says of who is there is for the links, which try whether it is so: it
 * shows nobody as here, since it would make absent members up and ✓✓ wait for them. Whoever is, is linked or says so themselves.
 */
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
      this.#links({ do: 'leave', topic });
    }
  }

  reach(space: Space): Reach {
    return {
      me: this.#device.peerId,
      pathTo: this.#pathTo,
      through: (peer) => this.#through(space, peer),
      isHere: (peer) => this.#isPresent(space, peer),
      typingIn: (channel) => this.#typingIn(space, channel),
    };
  }
}
