/**
 * The topics in which this device meets others. What a server says of who is there is for the links, which try whether it is so: it
 * shows nobody as here, since it would make absent members up and ✓✓ wait for them. Whoever is, is linked or says so themselves.
 */
import type { DeviceKey } from '@snug/shared/crypto/device-key.ts';
import type { ChannelId, PeerId, SpaceId, Topic } from '@snug/shared/protocol/ids.ts';
import type { LinksCommand, Path } from '../mesh/links-port.ts';
import type { Space } from '../space/space.ts';
import { LobbyWatch } from './lobby-watch.ts';
import type { Reach } from './reach.ts';
import { topicsOf } from './topics.ts';

/** Most devices that are no longer listed and are looked for all the same. */
const ONCE_LISTED = 32;

export class Meetings {
  readonly #device: DeviceKey;
  readonly #links: (command: LinksCommand) => void;
  readonly #pathTo: (peer: PeerId) => Path | undefined;
  readonly #through: (space: Space, peer: PeerId) => PeerId | undefined;
  readonly #isPresent: (space: Space, peer: PeerId) => boolean;
  readonly #typingIn: (space: Space, channel: ChannelId) => readonly PeerId[];
  readonly #isBackground: (space: Space) => boolean;
  readonly #isTold: (space: Space, peer: PeerId) => boolean;
  readonly #random: () => number;
  /** As the links were told last. */
  readonly #inBackground = new Map<SpaceId, boolean>();
  readonly #joined = new Map<SpaceId, ReadonlySet<Topic>>();
  readonly #lobbies = new WeakMap<Space, { readonly watch: LobbyWatch; looks: boolean }>();

  constructor(options: {
    device: DeviceKey;
    links: (command: LinksCommand) => void;
    pathTo: (peer: PeerId) => Path | undefined;
    through: (space: Space, peer: PeerId) => PeerId | undefined;
    isPresent: (space: Space, peer: PeerId) => boolean;
    typingIn: (space: Space, channel: ChannelId) => readonly PeerId[];
    /** One of many spaces, and not on the screen. */
    isBackground: (space: Space) => boolean;
    /** Whether a device that is not listed any more has been told so lately. */
    isTold: (space: Space, peer: PeerId) => boolean;
    /** In [0, 1). */
    random: () => number;
  }) {
    this.#device = options.device;
    this.#links = options.links;
    this.#pathTo = options.pathTo;
    this.#through = options.through;
    this.#isPresent = options.isPresent;
    this.#typingIn = options.typingIn;
    this.#isBackground = options.isBackground;
    this.#isTold = options.isTold;
    this.#random = options.random;
  }

  /** Other spaces are in the background now than before, perhaps. */
  async refocus(spaces: Iterable<Space>): Promise<void> {
    // What has not been joined yet is not whole yet.
    for (const space of spaces)
      if (this.#inBackground.get(space.record.id) === !this.#isBackground(space))
        await this.join(space);
  }

  /**
   * Joins a space's topics, or says anew whom to link to there. What it no longer meets in is left when the new topic is joined, so
   * that links with those who are listed in both stay.
   */
  async join(space: Space): Promise<void> {
    const { id } = space.record;
    const background = this.#isBackground(space);
    this.#inBackground.set(id, background);
    const seeks = this.#lobby(space).looks ? this.#onceListed(space) : undefined;
    const specs = await topicsOf(space, this.#device, { background, seeks });
    const before = this.#joined.get(id) ?? [];
    this.#joined.set(id, new Set(specs.map(({ topic }) => topic)));
    for (const spec of specs) this.#links({ do: 'join', spec });
    for (const topic of before)
      if (!this.#joined.get(id)?.has(topic)) this.#links({ do: 'leave', topic });
  }

  leave(space: Space): void {
    const { id } = space.record;
    this.#inBackground.delete(id);
    for (const topic of this.#joined.get(id) ?? []) this.#links({ do: 'leave', topic });
    this.#joined.delete(id);
  }

  /** Looks into the lobbies when it is time. To be called every second or so. */
  async watch(spaces: Iterable<Space>, now: number): Promise<void> {
    for (const space of spaces) {
      if (space.record.state !== 'open' || !this.#joined.has(space.record.id)) continue;
      const lobby = this.#lobby(space);
      const looks = lobby.watch.looks(this.#isLinked(space), this.#misses(space), now);
      if (looks === lobby.looks) continue;
      lobby.looks = looks;
      await this.join(space);
    }
  }

  #lobby(space: Space) {
    const lobby = this.#lobbies.get(space) ?? { watch: new LobbyWatch(this.#random), looks: false };
    this.#lobbies.set(space, lobby);
    return lobby;
  }

  #isLinked(space: Space): boolean {
    return [...space.membership.devices.keys()].some(
      (peer) => space.serves(peer) && this.#pathTo(peer) !== undefined,
    );
  }

  /** Whether somebody may be in the lobby who is not heard here. Who was removed waits there to be found. */
  #misses(space: Space): boolean {
    const me = this.#device.peerId;
    const { devices, everListed } = space.membership;
    const why = everListed.get(me)?.why;
    if (why === 'removed' || why === 'left') return false;
    const heard = (peer: PeerId) =>
      peer === me || this.#pathTo(peer) || this.#isPresent(space, peer);
    return ![...devices.keys()].every(heard) || this.#onceListed(space).length > 0;
  }

  /** Devices that may not have heard yet that they are listed no more. */
  #onceListed(space: Space): readonly PeerId[] {
    const me = this.#device.peerId;
    return [...space.membership.everListed]
      .filter(([peer, { role, why }]) => peer !== me && role === undefined && why !== 'left')
      .map(([peer]) => peer)
      .filter((peer) => !this.#isTold(space, peer))
      .slice(-ONCE_LISTED);
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
