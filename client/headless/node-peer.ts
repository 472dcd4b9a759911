/** A peer without a face: the engine and its links in one Node process. */
import { randomBytes } from '@snug/shared/crypto/bytes.ts';
import { loadRepo } from '../engine/automerge-node.ts';
import { Engine } from '../engine/engine.ts';
import type { EngineView, Received, View } from '../engine/view.ts';
import { loadDevice } from '../identity/device.ts';
import { type WallClock, wallClock } from '../mesh/clock.ts';
import { createLinks, type Links } from '../mesh/device/links.ts';
import type { WebRtc } from '../mesh/link/direct-path.ts';
import type { LinksEvent } from '../mesh/links-port.ts';
import type { SignalingSocket } from '../mesh/signaling/signaling-client.ts';
import type { Store } from '../space/store.ts';

export interface NodePeerOptions {
  readonly store: Store;
  /** Its signaling server, and where its invite links lead. */
  readonly server: string;
  /** `undefined`: no WebRTC, so everything is relayed. */
  readonly wrtc: WebRtc | undefined;
  /** The time of day as this device believes it to be; the machine's. */
  readonly clock?: WallClock;
  /** How to connect to a server, where that is not simply by its address. */
  readonly connect?: (url: string) => SignalingSocket;
  readonly onView?: (view: EngineView) => void;
  readonly onReceived?: (received: Received) => void;
  readonly onProblem?: (problem: unknown) => void;
}

export interface NodePeer {
  readonly engine: Engine;
  readonly links: Links;
  view(): View;
  close(): Promise<void>;
  /** As `close`, and for good: the others are told, before whoever calls erases the store. */
  leaveForGood(): Promise<void>;
}

/** Rejects with an `Error` when the store holds a damaged device key. */
export async function createNodePeer(options: NodePeerOptions): Promise<NodePeer> {
  const loaded = await loadDevice(options.store, { extractable: true });
  if (!loaded.ok) throw new Error('The stored device key is damaged. It was left as it is.');
  const { device } = loaded;
  const onProblem = options.onProblem ?? (() => {});
  const links = createLinks({
    device,
    emit: (event: LinksEvent) => engine.linksEvent(event),
    ownServer: options.server,
    onProblem,
    rtc: options.wrtc ? { wrtc: options.wrtc } : {},
    ...(options.connect ? { connect: options.connect } : {}),
  });
  const engine = new Engine({
    store: options.store,
    storage: 'kept',
    device,
    server: options.server,
    page: `${options.server}/`,
    clock: options.clock ?? wallClock,
    randomBytes,
    links: (command) => links.command(command),
    onView: (view) => options.onView?.(view),
    ...(options.onReceived ? { onReceived: options.onReceived } : {}),
    loadRepo,
    tabs: [],
    onProblem,
  });
  await engine.start();
  const end = async (goodbye: Promise<void>) => {
    await goodbye.catch(onProblem);
    await links.close();
    await engine.close();
  };
  return {
    engine,
    links,
    view: () => ({ ...engine.view(), links: links.status() }),
    close: () => end(engine.farewell()),
    leaveForGood: () => end(engine.leaveForGood()),
  };
}
