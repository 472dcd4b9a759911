import { createContext, useContext } from 'solid-js';
import type { Commands, Peer } from '../engine/view.ts';
import type { Shown } from './shown.ts';

/** What every part of the page may read and ask for. */
export interface PeerAtHand {
  readonly view: Shown;
  readonly ask: Commands & Pick<Peer, 'wipe' | 'keepForGood' | 'hidesAddress' | 'hideAddress'>;
}

const context = createContext<PeerAtHand>();
export const PeerProvider = context.Provider;

/** What this person calls somebody, where they have said so. Also for pieces that are drawn without a peer. */
export function usePetname(account: () => string): () => string | undefined {
  const peer = useContext(context);
  return () => peer?.view.contacts.find((contact) => contact.account === account())?.petname;
}

export function usePeer(): PeerAtHand {
  const peer = useContext(context);
  if (!peer) throw new Error('expected to be drawn inside a PeerProvider');
  return peer;
}
