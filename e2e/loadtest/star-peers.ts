/** Peers who share one Automerge document by way of automerge-repo's WebSocket server, without a browser. */
import { decodeSyncMessage, getHeads, type Patch } from '@automerge/automerge';
import {
  type AutomergeUrl,
  type DocHandle,
  ImmutableString,
  isValidAutomergeUrl,
  type Message,
  type PeerId,
  type PeerMetadata,
  Repo,
} from '@automerge/automerge-repo';
import { WebSocketClientAdapter } from '@automerge/automerge-repo-network-websocket';
import { ClientAccounts } from './client-accounts.ts';
import type { ModePeers, OnMessage, Participant } from './participant.ts';
import { starClassifier } from './star-traffic.ts';

/** Strings that are never edited: as text that can be, a message of 60 characters takes 18 bytes more. */
interface Channel {
  messages: ImmutableString[];
}

/** The server answers within this, ms, or is taken to be out of reach. */
const PATIENCE_MS = 120_000;

export const starPeers: ModePeers = {
  async found(_index, server, onMessage) {
    const peer = new StarPeer(server, onMessage);
    const invitation = await peer.create();
    return { participant: peer, invitation };
  },
  async join(_index, server, invitation, _direct, onMessage) {
    if (!isValidAutomergeUrl(invitation))
      throw new Error(`Expected the URL of an Automerge document, got ${invitation}.`);
    const peer = new StarPeer(server, onMessage);
    peer.join(invitation);
    return peer;
  },
};

class StarPeer implements Participant {
  readonly #accounts = new ClientAccounts(starClassifier);
  readonly #adapter: AccountedAdapter;
  readonly #repo: Repo;
  readonly #onMessage: OnMessage;
  #handle: Promise<DocHandle<Channel>> | undefined;
  #closed: Promise<void> | undefined;

  constructor(server: string, onMessage: OnMessage) {
    this.#adapter = new AccountedAdapter(server, this.#accounts);
    this.#repo = new Repo({ network: [this.#adapter] });
    this.#onMessage = onMessage;
  }

  /** Resolves with the document's URL once the server holds it. */
  async create(): Promise<AutomergeUrl> {
    await this.#connected();
    const handle = this.#repo.create<Channel>({ messages: [] });
    this.#handle = Promise.resolve(this.#watch(handle));
    await within('the server has the document', this.#serverHolds(handle));
    return handle.url;
  }

  join(url: AutomergeUrl): void {
    this.#handle = this.#find(url);
    // Whoever waits for it hears of it.
    this.#handle.catch(() => {});
  }

  async ready(): Promise<void> {
    await this.#handle;
  }

  async say(text: string): Promise<void> {
    const handle = await this.#handle;
    handle?.change((channel) => {
      channel.messages.push(new ImmutableString(text));
    });
  }

  bytes() {
    return this.#accounts.bytes;
  }

  async channel() {
    const texts = ((await this.#handle)?.doc().messages ?? []).map(String);
    return { texts, whole: true };
  }

  close(): Promise<void> {
    this.#closed ??= this.#repo.shutdown();
    return this.#closed;
  }

  async #find(url: AutomergeUrl): Promise<DocHandle<Channel>> {
    await this.#connected();
    const signal = AbortSignal.timeout(PATIENCE_MS);
    const handle = await this.#repo.find<Channel>(url, { signal });
    this.#watch(handle);
    for (const text of handle.doc().messages) this.#onMessage(String(text));
    return handle;
  }

  #watch(handle: DocHandle<Channel>): DocHandle<Channel> {
    handle.on('change', ({ doc, patches }) => {
      for (const index of inserted(patches)) this.#onMessage(String(doc.messages[index]));
    });
    return handle;
  }

  #connected(): Promise<void> {
    const introduced = Promise.withResolvers<void>();
    if (this.#adapter.remotePeerId) introduced.resolve();
    else this.#adapter.once('peer-candidate', () => introduced.resolve());
    return within('the server has introduced itself', introduced.promise);
  }

  /** The first sync message in which the server names our heads. */
  #serverHolds(handle: DocHandle<Channel>): Promise<void> {
    const [head] = getHeads(handle.doc());
    const held = Promise.withResolvers<void>();
    const listener = (message: Message) => {
      const { type, documentId, data } = message;
      if (type !== 'sync' || documentId !== handle.documentId || !data || !head) return;
      if (!decodeSyncMessage(data).heads.includes(head)) return;
      this.#adapter.off('message', listener);
      held.resolve();
    };
    this.#adapter.on('message', listener);
    return held.promise;
  }
}

/** Counts what goes through each connection it makes. */
class AccountedAdapter extends WebSocketClientAdapter {
  readonly #accounts: ClientAccounts;

  constructor(url: string, accounts: ClientAccounts) {
    super(url);
    this.#accounts = accounts;
  }

  override connect(peerId: PeerId, metadata?: PeerMetadata): void {
    super.connect(peerId, metadata);
    if (this.socket) this.#accounts.watch(this.socket);
  }
}

/** Where, after these patches, the messages stand that they brought. Each patch speaks of the list as those before it left it. */
export function inserted(patches: readonly Patch[]): readonly number[] {
  let places: number[] = [];
  for (const patch of patches) {
    const [list, at] = patch.path;
    if (patch.action !== 'insert' || list !== 'messages' || typeof at !== 'number') continue;
    const { length } = patch.values;
    places = places.map((place) => (place < at ? place : place + length));
    for (let i = 0; i < length; i++) places.push(at + i);
  }
  return places;
}

async function within<T>(what: string, promise: Promise<T>): Promise<T> {
  const late = Promise.withResolvers<never>();
  const timer = setTimeout(
    () => late.reject(new Error(`After ${PATIENCE_MS / 1000} s it was not so: ${what}.`)),
    PATIENCE_MS,
  );
  try {
    return await Promise.race([promise, late.promise]);
  } finally {
    clearTimeout(timer);
  }
}
