import { createSignal } from 'solid-js';
import type { Trouble } from '../../engine/view.ts';

/** What a wipe has left behind: told where the page would start, because nothing else of it is left. */
export const [wipeTrouble, setWipeTrouble] = createSignal<Trouble>();
