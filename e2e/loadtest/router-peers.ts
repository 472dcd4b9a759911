/** Members of a chat router's room, without a browser. */
import type { DeviceKey } from '@snug/shared/crypto/device-key.ts';
import { generateDeviceKey, openDeviceKey } from '@snug/shared/crypto/device-key.ts';
import { WebSocket } from 'ws';
import { ClientAccounts } from './client-accounts.ts';
import type { Invitation, ModePeers, OnMessage, Participant } from './participant.ts';
import { newInvitation, RefusedEntry, RouterChannel } from './router-channel.ts';
import { authorIn, enterFrame, entryIn, welcomeIn } from './router-frames.ts';

export const routerPeers: ModePeers = {
  async found(_index, server, onMessage) {
    const invitation = newInvitation();
    const participant = await enter(server, invitation, onMessage);
    return { participant, invitation };
  },
  join: (_index, server, invitation, _direct, onMessage) => enter(server, invitation, onMessage),
};

async function enter(
  server: string,
  invitation: Invitation,
  onMessage: OnMessage,
): Promise<RouterMember> {
  const device = await openDeviceKey(await generateDeviceKey());
  return new RouterMember(server, device, invitation, onMessage);
}

class RouterMember implements Participant {
  readonly #channel: RouterChannel;
  readonly #socket: WebSocket;
  readonly #accounts: ClientAccounts;
  readonly #onMessage: OnMessage;
  readonly #ready = Promise.withResolvers<void>();
  readonly #closed: Promise<void>;
  #number: number | undefined;
  /** Entries of the history that have not been taken in. */
  #missing = 0;
  /** One after the other, as the server sent them: what an entry builds on comes before it. */
  #queue: Promise<void> = Promise.resolve();

  constructor(server: string, device: DeviceKey, invitation: Invitation, onMessage: OnMessage) {
    this.#channel = new RouterChannel(device, invitation);
    this.#onMessage = onMessage;
    this.#socket = new WebSocket(server, { perMessageDeflate: false });
    this.#accounts = new ClientAccounts(
      () => (message) => (authorIn(message) === undefined ? 'setUp' : 'chat'),
    );
    this.#accounts.watch(this.#socket);
    // Whoever waits for it hears of it.
    this.#ready.promise.catch(() => {});
    this.#closed = new Promise((resolve) =>
      this.#socket.once('close', (code, reason) => {
        this.#fail(
          new Error(`The router closed the connection: ${code} ${reason.toString()}`.trim()),
        );
        resolve();
      }),
    );
    this.#socket.on('error', (error) => this.#fail(error));
    this.#socket.once('open', () => this.#socket.send(enterFrame(this.#channel.room)));
    this.#socket.on('message', (data) => {
      if (!(data instanceof Buffer)) return;
      this.#exclusively(() => this.#received(data)).catch((error: unknown) => this.#fail(error));
    });
  }

  ready(): Promise<void> {
    return this.#ready.promise;
  }

  async say(text: string): Promise<void> {
    await this.#ready.promise;
    await this.#exclusively(async () => {
      const number = this.#number ?? 0;
      const frame = await this.#channel.write(number, text, Date.now());
      this.#socket.send(frame);
      this.#onMessage(text);
    });
  }

  bytes() {
    return this.#accounts.bytes;
  }

  async channel() {
    await this.#queue;
    return { texts: this.#channel.texts(Date.now()), whole: true };
  }

  async close(): Promise<void> {
    await this.#queue;
    this.#socket.close();
    await this.#closed;
  }

  async #received(frame: Uint8Array): Promise<void> {
    if (this.#number === undefined) return this.#welcomed(frame);
    await this.#take(frame);
    if (this.#missing > 0 && --this.#missing === 0) this.#ready.resolve();
  }

  /** What is refused is left out, and shows as lost: one member's forgery takes nobody else away. */
  async #take(frame: Uint8Array): Promise<void> {
    const entry = entryIn(frame);
    const text = entry && (await this.#channel.take(entry).catch(unlessRefused));
    if (text !== undefined) this.#onMessage(text);
  }

  #welcomed(frame: Uint8Array): void {
    const welcome = welcomeIn(frame);
    if (!welcome) throw new Error('The router sent no welcome.');
    this.#number = welcome.number;
    this.#missing = welcome.history;
    if (this.#missing === 0) this.#ready.resolve();
  }

  #exclusively(work: () => void | Promise<void>): Promise<void> {
    const run = this.#queue.then(work);
    this.#queue = run.catch(() => {});
    return run;
  }

  /** A member that cannot trust what it was sent has no use for the connection. */
  #fail(error: unknown): void {
    this.#ready.reject(error);
    this.#socket.terminate();
  }
}

function unlessRefused(error: unknown): undefined {
  if (!(error instanceof RefusedEntry)) throw error;
}
