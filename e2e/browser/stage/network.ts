/**
 * A person's network, from outside of the page: what its connections say of themselves, and a switch that makes direct
 * paths impossible and possible again.
 */
import type { Page } from 'playwright-core';

interface WatchedNetwork {
  direct: boolean;
  readonly connections: RTCPeerConnection[];
  readonly channels: RTCDataChannel[];
}

declare global {
  var watchedNetwork: WatchedNetwork;
}

/**
 * Runs in each page before anything of its own. While direct paths are impossible, a new connection has no ICE
 * candidates: none is gathered under the policy `relay` without a TURN server.
 */
export function watchConnections(direct: boolean): void {
  const network: WatchedNetwork = { direct, connections: [], channels: [] };
  globalThis.watchedNetwork = network;
  globalThis.RTCPeerConnection = class extends RTCPeerConnection {
    constructor(configuration?: RTCConfiguration) {
      super(
        network.direct
          ? configuration
          : { ...configuration, iceServers: [], iceTransportPolicy: 'relay' },
      );
      network.connections.push(this);
      this.addEventListener('datachannel', ({ channel }) => network.channels.push(channel));
    }

    override createDataChannel(label: string, options?: RTCDataChannelInit): RTCDataChannel {
      const channel = super.createDataChannel(label, options);
      network.channels.push(channel);
      return channel;
    }
  };
}

/** Cuts what is direct, and lets nothing direct come about. */
export async function makeDirectImpossible(page: Page): Promise<void> {
  await page.evaluate(() => {
    const { connections, channels } = watchedNetwork;
    watchedNetwork.direct = false;
    for (const channel of channels) channel.close();
    // The closing of a channel is told to the other end; of a connection that never came up there is nothing to tell.
    for (const connection of connections)
      if (connection.connectionState !== 'connected') connection.close();
  });
}

/** As after walking out of a network that blocks UDP: the browser tells its pages of the change. */
export async function makeDirectPossible(page: Page): Promise<void> {
  await page.evaluate(() => {
    watchedNetwork.direct = true;
    dispatchEvent(new Event('online'));
  });
}

/** Sends bytes on each open channel beside the program that it belongs to. */
export async function sendOnChannels(page: Page, bytes: readonly number[]): Promise<number> {
  return page.evaluate((numbers) => {
    const open = watchedNetwork.channels.filter((channel) => channel.readyState === 'open');
    for (const channel of open) channel.send(new Uint8Array(numbers));
    return open.length;
  }, bytes);
}

/** Of one connection whose ICE has found a pair of candidates that works. */
export interface DirectConnection {
  /** What its data channels have carried. */
  readonly messagesSent: number;
  readonly messagesReceived: number;
  readonly bytesSent: number;
  readonly bytesReceived: number;
}

/** What the browser's own statistics (`RTCPeerConnection.getStats`) say. */
export async function directConnections(page: Page): Promise<readonly DirectConnection[]> {
  return page.evaluate(async () => {
    const live = watchedNetwork.connections.filter((one) => one.connectionState === 'connected');
    const reports = await Promise.all(live.map((one) => one.getStats()));
    return reports.flatMap((report) => {
      const stats = [...report.values()];
      const works = stats.some(
        ({ type, state, nominated }) =>
          type === 'candidate-pair' && state === 'succeeded' && nominated === true,
      );
      if (!works) return [];
      const sum = { messagesSent: 0, messagesReceived: 0, bytesSent: 0, bytesReceived: 0 };
      for (const channel of stats.filter(({ type }) => type === 'data-channel')) {
        sum.messagesSent += channel.messagesSent;
        sum.messagesReceived += channel.messagesReceived;
        sum.bytesSent += channel.bytesSent;
        sum.bytesReceived += channel.bytesReceived;
      }
      return [sum];
    });
  });
}
