import { type Accessor, createSignal, onCleanup } from 'solid-js';

/** Whether a media query holds, followed while the component lives. */
export function createMedia(query: string): Accessor<boolean> {
  const list = matchMedia(query);
  const [holds, setHolds] = createSignal(list.matches);
  const change = () => setHolds(list.matches);
  list.addEventListener('change', change);
  onCleanup(() => list.removeEventListener('change', change));
  return holds;
}

/** Room for the members beside the channel. */
export const WIDE = '(min-width: 900px)';
/** One pane at a time. */
export const NARROW = '(max-width: 699px)';
