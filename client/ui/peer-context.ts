import { createContext, useContext } from 'solid-js';
import type { Commands } from '../engine/view.ts';
import type { Shown } from './shown.ts';

/** What every part of the page may read and ask for. */
export interface PeerAtHand {
  readonly view: Shown;
  readonly ask: Commands;
}

const context = createContext<PeerAtHand>();
export const PeerProvider = context.Provider;

export function usePeer(): PeerAtHand {
  const peer = useContext(context);
  if (!peer) throw new Error('expected to be drawn inside a PeerProvider');
  return peer;
}
