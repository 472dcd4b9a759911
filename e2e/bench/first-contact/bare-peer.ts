/** What simple-peer and Socket.IO do by themselves: whoever comes offers to whoever is there, and candidates trickle. */
import { nodeWebrtc } from '@snug/client/mesh/link/node-webrtc.ts';
import SimplePeer, { type Instance, type SignalData } from 'simple-peer';
import { io, type Socket } from 'socket.io-client';

export class BarePeer {
  readonly #socket: Socket;
  readonly #peers = new Map<string, Instance>();

  private constructor(socket: Socket) {
    this.#socket = socket;
    socket.on('signal', (from: string, signal: SignalData) => {
      (this.#peers.get(from) ?? this.#begin(from, false)).signal(signal);
    });
  }

  /** Resolves once it is connected to its server. */
  static async connect(url: string): Promise<BarePeer> {
    const socket = io(url, { transports: ['websocket'], forceNew: true, reconnection: false });
    await new Promise<void>((resolve, reject) => {
      socket.once('connect', resolve);
      socket.once('connect_error', reject);
    });
    return new BarePeer(socket);
  }

  /** Waits in a room for whoever comes. */
  async wait(room: string): Promise<void> {
    await this.#socket.emitWithAck('join', room);
  }

  /** Joins a room, and resolves once the channel to the one who waits there is open. */
  async meet(room: string): Promise<void> {
    const [other] = await this.#socket.emitWithAck('join', room);
    const peer = this.#begin(other, true);
    await new Promise<void>((resolve, reject) => {
      peer.once('connect', resolve);
      peer.once('close', () => reject(new Error('The bare pair did not connect.')));
    });
  }

  close(): void {
    for (const peer of this.#peers.values()) peer.destroy();
    this.#socket.disconnect();
  }

  #begin(other: string, initiator: boolean): Instance {
    const peer = new SimplePeer({
      initiator,
      trickle: true,
      config: { iceServers: [] },
      wrtc: nodeWebrtc(),
    });
    this.#peers.set(other, peer);
    peer.on('signal', (signal) => this.#socket.emit('signal', other, signal));
    peer.on('error', () => peer.destroy());
    peer.on('close', () => this.#peers.delete(other));
    return peer;
  }
}
