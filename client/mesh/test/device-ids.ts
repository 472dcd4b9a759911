/** For tests: ids of devices, the same in every run. */
import { peerIdFromPublicKey } from '@snug/shared/crypto/did-key.ts';
import type { PeerId } from '@snug/shared/protocol/ids.ts';

export const peers: readonly PeerId[] = Array.from({ length: 60 }, (_, i) => {
  const key = new Uint8Array(32);
  key[0] = i + 1;
  return peerIdFromPublicKey(key);
});

/** @param n below 60 */
export function peer(n: number): PeerId {
  const id = peers[n];
  if (id === undefined)
    throw new RangeError(`there are ${peers.length} devices, and no number ${n}`);
  return id;
}

export const [me, ada, bo, cy, dee] = [peer(0), peer(1), peer(2), peer(3), peer(4)] as const;
