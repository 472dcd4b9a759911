import { createEffect, createMemo, createSignal, onCleanup } from 'solid-js';

/** So many are drawn at once: more than a screen holds, and what takes a slow machine less than a frame or two. */
export const PORTION = 24;

interface Told {
  readonly id: string;
}

export interface Portion<T> {
  /** The newest, oldest first. */
  readonly drawn: readonly T[];
  /** How many before these are still to be drawn. */
  readonly left: number;
}

/**
 * What is to be drawn of a list, given what is drawn. Of a list of which nothing was there before only the newest, and all from
 * `upTo` on; else what was drawn, what has come after it, and if it is to `grow`, a portion of what comes before.
 */
export function portionOf<T extends Told>(
  before: Portion<T>,
  all: readonly T[],
  { upTo, grow }: { readonly upTo?: string | undefined; readonly grow: boolean },
): Portion<T> {
  const known = new Set(before.drawn.map(({ id }) => id));
  const first = all.findIndex(({ id }) => known.has(id));
  let from = 0;
  if (first < 0) {
    from = Math.max(0, all.length - PORTION);
    const wanted = all.findIndex(({ id }) => id === upTo);
    if (wanted >= 0) from = Math.min(from, wanted);
  } else if (before.left > 0) from = Math.max(0, grow ? first - PORTION : first);
  return { drawn: from === 0 ? all : all.slice(from), left: from };
}

/**
 * Has a long list drawn portion by portion, the newest first: whoever has pressed a key meanwhile does not wait for all of it.
 *
 * @param upTo id of what has to be there from the beginning
 */
export function createPortions<T extends Told>(
  all: () => readonly T[],
  upTo: () => string | undefined,
): () => readonly T[] {
  const [turn, setTurn] = createSignal(0);
  let last = 0;
  const portion = createMemo<Portion<T>>(
    (before) => {
      const grow = last !== turn();
      last = turn();
      return portionOf(before, all(), { upTo: upTo(), grow });
    },
    { drawn: [], left: 0 },
  );
  let timer: ReturnType<typeof setTimeout> | undefined;
  createEffect(() => {
    if (portion().left === 0) return;
    clearTimeout(timer);
    timer = setTimeout(() => setTurn((n) => n + 1));
  });
  onCleanup(() => clearTimeout(timer));
  return () => portion().drawn;
}
