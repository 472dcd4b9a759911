/** What the parts of a simulated device share with all others. */
import type { PeerId } from '@snug/shared/protocol/ids.ts';
import type { Figures } from './figures.ts';
import type { LinkDriver } from './link-driver.ts';
import type { Network } from './network.ts';
import type { SimulatedServer } from './server.ts';
import type { SignalBook } from './signals.ts';
import type { VirtualClock } from './virtual-clock.ts';

export interface World {
  readonly clock: VirtualClock;
  readonly network: Network;
  readonly server: SimulatedServer;
  readonly signals: SignalBook;
  readonly figures: Figures;
  /** The links of this peer, if its program is running now. */
  running(peer: PeerId): LinkDriver | undefined;
}
