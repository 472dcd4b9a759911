import './connection-status.css';
import { createMemo } from 'solid-js';
import { usePeer } from '../peer-context.ts';
import { Thread } from '../pieces/thread.tsx';
import type { ShownSpace } from '../shown.ts';
import { peopleHere, tiedBy } from './link-summary.ts';

/** How this device is tied to the others, in a line, and how many people are here. */
export function ConnectionStatus(props: { space?: ShownSpace | undefined }) {
  const { view } = usePeer();
  const tied = createMemo(() => tiedBy(view.links.links));
  const here = createMemo(() => props.space?.here ?? peopleHere(view.spaces));
  return (
    <div role="status" aria-label="Connection" class="connection-status">
      <Thread tie={tied().tie} />
      <span>{tied().words}</span>
      <span class="people-here">{here()} here</span>
    </div>
  );
}
