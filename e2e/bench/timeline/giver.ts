/** The one peer that holds a channel's whole history: now online with it, now away while more is written into its store. */
import { createNodePeer, type NodePeer } from '@snug/client/headless/node-peer.ts';
import { loadDevice } from '@snug/client/identity/device.ts';
import { nodeWebrtc } from '@snug/client/mesh/link/node-webrtc.ts';
import { parseSpaceRecord, spaceKey } from '@snug/client/space/space-record.ts';
import { type KeptValue, MemoryStore, type StoredEntry } from '@snug/client/space/store.ts';
import { generateDeviceKey } from '@snug/shared/crypto/device-key.ts';
import type { ChannelId, DocumentId, SpaceId } from '@snug/shared/protocol/ids.ts';
import { must } from '../room.ts';
import { History } from './history.ts';

/** Keeps count of what it holds. */
class CountingStore extends MemoryStore {
  count = 0;

  override async append(
    document: DocumentId,
    entries: readonly StoredEntry[],
    beside?: readonly KeptValue[],
  ): Promise<void> {
    await super.append(document, entries, beside);
    this.count += entries.length;
  }
}

export class Giver {
  readonly history: History;
  readonly space: SpaceId;
  readonly channel: ChannelId;
  /** Into the space. */
  readonly link: string;
  readonly #store: CountingStore;
  readonly #server: string;
  #peer: NodePeer | undefined;

  private constructor(parts: {
    store: CountingStore;
    server: string;
    history: History;
    space: SpaceId;
    channel: ChannelId;
    link: string;
  }) {
    this.#store = parts.store;
    this.#server = parts.server;
    this.history = parts.history;
    this.space = parts.space;
    this.channel = parts.channel;
    this.link = parts.link;
  }

  /** A new space, with nothing said in it yet; the giver is away. @param messages how many will be said at most */
  static async found(server: string, messages: number): Promise<Giver> {
    const store = new CountingStore();
    // Where this Node has it, WebCrypto signs ten times as fast as what a file can hold.
    await store.put('device', await generateDeviceKey());
    const peer = await createNodePeer({ store, server, wrtc: nodeWebrtc() });
    must(await peer.engine.commands.setName({ name: 'Ada' }));
    const { space, channel } = must(
      await peer.engine.commands.createSpace({ name: 'Lyre Street' }),
    );
    const { link } = must(await peer.engine.commands.invite({ space }));
    await peer.close();
    const loaded = await loadDevice(store, { extractable: false });
    const epoch = parseSpaceRecord(await store.get(spaceKey(space)))?.epochs[0];
    if (!loaded.ok || !epoch) throw new Error('The space was not kept.');
    const { device } = loaded;
    const until = Date.now();
    const history = new History({ store, device, epoch, space, channel, messages, until });
    return new Giver({ store, server, history, space, channel, link });
  }

  /** Entries held, of all documents. */
  get entries(): number {
    return this.#store.count;
  }

  async comes(): Promise<void> {
    this.#peer = await createNodePeer({
      store: this.#store,
      server: this.#server,
      wrtc: nodeWebrtc(),
    });
  }

  async leaves(): Promise<void> {
    await this.#peer?.close();
    this.#peer = undefined;
  }
}
