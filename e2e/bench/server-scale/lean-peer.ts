/**
 * A peer without WebRTC and without Socket.IO's client, so that thousands fit into a process: Engine.IO 4 and Socket.IO 5 as
 * they are on the wire (https://socket.io/docs/v4/socket-io-protocol/), real keys, real signatures.
 */
import { generateKeyPairSync, type KeyObject, randomBytes, sign } from 'node:crypto';
import { toBase64url } from '@snug/shared/crypto/bytes.ts';
import { peerIdFromPublicKey } from '@snug/shared/crypto/did-key.ts';
import type { PeerId } from '@snug/shared/protocol/ids.ts';
import { PROTOCOL_VERSION } from '@snug/shared/protocol/limits.ts';
import {
  Challenge,
  challengeBytes,
  Joined,
  parseAnswer,
  Welcome,
} from '@snug/shared/protocol/signaling.ts';
import * as v from 'valibot';
import { WebSocket } from 'ws';

/** Engine.IO's packet types, and behind `message` Socket.IO's. */
const OPENED = '0';
const PING = '2';
const PONG = '3';
const CONNECTED = '40';
const ACKNOWLEDGED = '43';
const CONNECTED_NOT = '44';
const CHALLENGED = '42["challenge",';

/** An acknowledgement is `43`, the number of what it answers, and a list of what it says. */
const ACK = /^43(\d+)(\[.*\])$/s;

interface Device {
  readonly peer: PeerId;
  readonly key: KeyObject;
}

/** SubjectPublicKeyInfo of an Ed25519 key ends in the key itself (RFC 8410, §4). */
function newDevice(): Device {
  const { publicKey, privateKey } = generateKeyPairSync('ed25519');
  const raw = publicKey.export({ format: 'der', type: 'spki' }).subarray(-32);
  return { peer: peerIdFromPublicKey(raw), key: privateKey };
}

function challengeOf(packet: string): Uint8Array {
  const event = JSON.parse(packet.slice(CHALLENGED.length, -1));
  return v.parse(Challenge, event).nonce;
}

export class LeanPeer {
  readonly #socket: WebSocket;
  readonly #host: string;
  readonly #answers = new Map<number, (answer: unknown) => void>();
  readonly #gone: Promise<never>;
  #asked = 0;
  #onConnected = () => {};
  #onChallenge: (challenge: Uint8Array) => void = () => {};

  private constructor(url: string) {
    this.#host = new URL(url).host;
    const socket = new WebSocket(`ws://${this.#host}/socket.io/?EIO=4&transport=websocket`, {
      perMessageDeflate: false,
    });
    this.#socket = socket;
    this.#gone = new Promise((_resolve, reject) => {
      socket.on('error', reject);
      socket.on('close', (code) => reject(new Error(`The server ended a connection: ${code}.`)));
    });
    // Whoever waits is told; nobody may be waiting.
    this.#gone.catch(() => undefined);
    socket.on('message', (data, isBinary) => {
      // Nothing that a peer without neighbours gets has bytes of its own.
      if (!isBinary) this.#said(String(data));
    });
  }

  /** Greets any Socket.IO server and waits until it is connected; rejects when it is turned away. */
  static async connect(url: string): Promise<LeanPeer> {
    const peer = new LeanPeer(url);
    await peer.#or(
      new Promise<void>((resolve) => {
        peer.#onConnected = resolve;
      }),
    );
    return peer;
  }

  /** Connects and answers the challenge of a signaling server. */
  static async authenticate(url: string): Promise<LeanPeer> {
    const peer = new LeanPeer(url);
    await peer.#authenticate([]);
    return peer;
  }

  /** The same, and joins a topic by the way, as `client/mesh/signaling/signaling-client.ts` does. */
  static async join(url: string, topic: string): Promise<LeanPeer> {
    const peer = new LeanPeer(url);
    const { joined } = await peer.#authenticate([topic]);
    if (!joined?.[0]) throw new Error('The server did not let a peer into its topic.');
    return peer;
  }

  /** A second time it answers with another sample. */
  async join(topic: string): Promise<Joined> {
    const joined = parseAnswer(Joined, await this.#ask('join', { topic }));
    if (!joined.ok) throw new Error(joined.problem.message);
    return joined.value;
  }

  async leave(topic: string): Promise<void> {
    const left = parseAnswer(v.null(), await this.#ask('leave', { topic }));
    if (!left.ok) throw new Error(left.problem.message);
  }

  /** Done when the connection is closed at both ends. */
  async close(): Promise<void> {
    const closed = new Promise((resolve) => this.#socket.once('close', resolve));
    this.#socket.close();
    await closed;
  }

  async #authenticate(topics: readonly string[]): Promise<Welcome> {
    const { peer: id, key } = newDevice();
    const challenge = await this.#or(
      new Promise<Uint8Array>((resolve) => {
        this.#onChallenge = resolve;
      }),
    );
    const nonce = randomBytes(16);
    const signature = sign(null, challengeBytes(this.#host, challenge, nonce), key);
    const message = {
      peer: id,
      nonce: toBase64url(nonce),
      signature: toBase64url(signature),
      topics,
    };
    const welcome = parseAnswer(Welcome, await this.#ask('authenticate', message));
    if (!welcome.ok) throw new Error(welcome.problem.message);
    return welcome.value;
  }

  #or<T>(answer: Promise<T>): Promise<T> {
    return Promise.race([answer, this.#gone]);
  }

  #ask(event: string, message: object): Promise<unknown> {
    const id = this.#asked++;
    const answer = new Promise<unknown>((resolve) => this.#answers.set(id, resolve));
    this.#socket.send(`42${id}${JSON.stringify([event, message])}`);
    return this.#or(answer);
  }

  #said(packet: string): void {
    if (packet === PING) this.#socket.send(PONG);
    else if (packet.startsWith(OPENED))
      this.#socket.send(CONNECTED + JSON.stringify({ version: PROTOCOL_VERSION }));
    else if (packet.startsWith(CONNECTED)) this.#onConnected();
    else if (packet.startsWith(ACKNOWLEDGED)) this.#answered(packet);
    else if (packet.startsWith(CONNECTED_NOT)) this.#socket.close();
    else if (packet.startsWith(CHALLENGED)) this.#onChallenge(challengeOf(packet));
    else throw new Error(`Not expected: ${packet}`);
  }

  #answered(packet: string): void {
    const [, id, answer] = ACK.exec(packet) ?? [];
    const resolve = this.#answers.get(Number(id));
    this.#answers.delete(Number(id));
    resolve?.(v.parse(v.array(v.unknown()), JSON.parse(answer ?? '[]'))[0]);
  }
}
