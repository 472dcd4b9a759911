import { batch } from 'solid-js';
import { createStore, reconcile } from 'solid-js/store';
import type { Peer, View } from '../engine/view.ts';
import {
  contactsOf,
  copyOf,
  devicesOf,
  linksOf,
  type Shown,
  spacesOf,
  timelineOf,
} from './shown.ts';

/** A store's setter takes no readonly keys. */
type Settable<T> = { -readonly [K in keyof T]: T[K] };

/**
 * The peer's view as a store. The whole view comes new each time, cloned on its way from the worker or another tab; compared by the
 * `id` of what is in a list, only what differs is written, so only that is drawn anew. Copied on the way in, because a store
 * writes into the objects it was given and these belong to the peer.
 */
export function createPeerStore(peer: Peer): { readonly view: Shown; readonly stop: () => void } {
  let last = peer.view;
  const [view, setView] = createStore<Settable<Shown>>(copyOf(last));
  const take = (next: View) => {
    const before = last;
    last = next;
    batch(() => {
      setView('changes', (changes) => changes + 1);
      if (next.phase !== before.phase) setView('phase', next.phase);
      if (next.failure !== before.failure)
        setView('failure', reconcile(next.failure && { ...next.failure }));
      if (next.device !== before.device)
        setView('device', reconcile(next.device && { ...next.device }));
      if (next.fileWork !== before.fileWork)
        setView(
          'fileWork',
          next.fileWork?.map((work) => ({ ...work })),
        );
      if (next.spaces !== before.spaces) setView('spaces', reconcile(spacesOf(next.spaces)));
      if (next.card !== before.card) setView('card', reconcile(next.card && { ...next.card }));
      if (next.knocks !== before.knocks)
        setView('knocks', reconcile(next.knocks && structuredClone(next.knocks)));
      if (next.contacts !== before.contacts)
        setView('contacts', reconcile(contactsOf(next.contacts)));
      if (next.devices !== before.devices) setView('devices', reconcile(devicesOf(next.devices)));
      if (next.linking !== before.linking)
        setView('linking', reconcile(next.linking && structuredClone(next.linking)));
      if (next.links !== before.links) setView('links', reconcile(linksOf(next.links)));
      if (next.timeline !== before.timeline) {
        setView('timeline', reconcile(next.timeline && timelineOf(next.timeline)));
      }
    });
  };
  const stop = peer.subscribe(take);
  take(peer.view);
  return { view, stop };
}
