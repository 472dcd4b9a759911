/** Peers of the mesh without a browser: the engine and links that are shipped. */
import type { View } from '@snug/client/engine/view.ts';
import { createNodePeer, type NodePeer } from '@snug/client/headless/node-peer.ts';
import { cleanUpNodeWebrtc, nodeWebrtc } from '@snug/client/mesh/link/node-webrtc.ts';
import type { Path } from '@snug/client/mesh/links-port.ts';
import { MemoryStore } from '@snug/client/space/store.ts';
import { must } from '../bench/room.ts';
import { sumOfReadings, WireMeter, type WireReading } from '../bench/wire-meter.ts';
import { until } from '../chaos/waiting.ts';
import type {
  ChannelShown,
  Invitation,
  ModePeers,
  OnMessage,
  Participant,
  PeerBytes,
} from './participant.ts';

/** On a busy machine a newcomer to a large room may take as long, ms. */
const PATIENCE_MS = 120_000;
const LOOK_MS = 10;
/** As many of a channel's messages as an engine shows at once. */
const MOST_SHOWN = 5_000;

/** How a peer stands in the room: what tells when everybody has settled. */
export interface Standing {
  readonly index: number;
  /** As others' links name it. */
  readonly peer: string;
  readonly direct: boolean;
  readonly members: number;
  readonly here: number;
  readonly links: readonly {
    readonly peer: string;
    readonly path: Path;
    readonly upSinceMs: number;
  }[];
}

export interface MeshPeersOptions {
  /** This one has its first direct link. */
  readonly onFirstLink: (index: number) => void;
  readonly onProblem: (index: number, problem: string) => void;
}

export class MeshPeers implements ModePeers {
  readonly #options: MeshPeersOptions;
  readonly #members: MeshParticipant[] = [];

  constructor(options: MeshPeersOptions) {
    this.#options = options;
  }

  async found(index: number, server: string, onMessage: OnMessage) {
    const participant = await this.#start(index, server, true, onMessage);
    const invitation = await participant.found();
    return { participant, invitation };
  }

  async join(
    index: number,
    server: string,
    invitation: Invitation,
    direct: boolean,
    onMessage: OnMessage,
  ): Promise<Participant> {
    const participant = await this.#start(index, server, direct, onMessage);
    await participant.join(invitation, () => this.#options.onFirstLink(index));
    return participant;
  }

  get standings(): readonly Standing[] {
    return this.#members.map((member) => member.standing);
  }

  /** What has come over the links of all peers of this process. */
  read(): WireReading {
    return sumOfReadings(this.#members.map((member) => member.read()));
  }

  /** Once all participants are closed. No more can be made in this process. */
  end(): void {
    cleanUpNodeWebrtc();
  }

  async #start(
    index: number,
    server: string,
    direct: boolean,
    onMessage: OnMessage,
  ): Promise<MeshParticipant> {
    const peer = await createNodePeer({
      store: new MemoryStore(),
      server,
      wrtc: direct ? nodeWebrtc() : undefined,
      onReceived: ({ message }) => onMessage(message.text),
      onProblem: (problem) =>
        this.#options.onProblem(index, problem instanceof Error ? problem.message : `${problem}`),
    });
    const participant = new MeshParticipant(index, peer, direct);
    this.#members.push(participant);
    must(await peer.engine.commands.setName({ name: `Peer ${index}` }));
    return participant;
  }
}

class MeshParticipant implements Participant {
  readonly #index: number;
  readonly #peer: NodePeer;
  readonly #direct: boolean;
  readonly #meter: WireMeter;
  #closed = false;

  constructor(index: number, peer: NodePeer, direct: boolean) {
    this.#meter = new WireMeter([peer]);
    this.#index = index;
    this.#peer = peer;
    this.#direct = direct;
  }

  async found(): Promise<Invitation> {
    const { commands } = this.#peer.engine;
    const { space } = must(await commands.createSpace({ name: 'Load test' }));
    await this.#until(
      'connected to the server',
      ({ links }) => links.servers[0]?.state === 'connected',
    );
    return must(await commands.invite({ space })).link;
  }

  /** @param onFirstLink called once it has one */
  async join(invitation: Invitation, onFirstLink: () => void): Promise<void> {
    must(await this.#peer.engine.commands.joinSpace({ invite: invitation }));
    const looking = setInterval(() => {
      const { links } = this.#peer.links.status();
      if (!this.#closed && !links.some(({ path }) => path === 'direct')) return;
      clearInterval(looking);
      if (!this.#closed) onFirstLink();
    }, LOOK_MS);
  }

  ready(): Promise<void> {
    return this.#until('let in', ({ spaces }) => {
      const [space] = spaces;
      if (space?.state === 'refused') throw new Error(space.trouble?.message ?? 'It was refused.');
      return space?.state === 'open' && space.channels.length > 0;
    });
  }

  async say(text: string): Promise<void> {
    const [space] = this.#peer.view().spaces;
    const [channel] = space?.channels ?? [];
    if (space === undefined || channel === undefined)
      throw new Error(`Peer ${this.#index} has no channel to write in.`);
    must(await this.#peer.engine.commands.say({ space: space.id, channel: channel.id, text }));
  }

  get standing(): Standing {
    const { device, spaces, links } = this.#peer.view();
    const [space] = spaces;
    return {
      index: this.#index,
      peer: device?.peer ?? '',
      direct: this.#direct,
      members: space?.members.length ?? 0,
      here: space?.here ?? 0,
      links: links.links.map(({ peer, path, upSinceMs }) => ({ peer, path, upSinceMs })),
    };
  }

  read(): WireReading {
    return this.#meter.read();
  }

  bytes(): PeerBytes {
    const { direct, relayed } = this.#meter.read();
    const { bytesIn, bytesOut } = this.#peer.links.status().signaling;
    return { direct, relayed, signaling: { in: bytesIn, out: bytesOut } };
  }

  async channel(): Promise<ChannelShown> {
    const [space] = this.#peer.view().spaces;
    const [channel] = space?.channels ?? [];
    if (space === undefined || channel === undefined) return { texts: [], whole: true };
    const watched = { space: space.id, channel: channel.id, newest: MOST_SHOWN };
    must(await this.#peer.engine.commands.watch(watched));
    await this.#until('showing its channel', ({ timeline }) => timeline !== undefined);
    const { timeline } = this.#peer.view();
    const texts = (timeline?.messages ?? []).map(({ text }) => text);
    return { texts, whole: timeline?.more !== true };
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#meter.stop();
    await this.#peer.close();
  }

  #until(what: string, condition: (view: View) => boolean): Promise<void> {
    return until(
      `peer ${this.#index} is ${what}`,
      PATIENCE_MS,
      () => condition(this.#peer.view()),
      LOOK_MS,
    );
  }
}
