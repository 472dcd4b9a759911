import './knit-avatar.css';
import { createMemo } from 'solid-js';
import { HUES, knit, STITCHES, stitchPath } from './knit.ts';

/** The knit of a key. Decoration: the name stands beside it. */
export function KnitAvatar(props: { of: string; size: number }) {
  const pattern = createMemo(() => knit(props.of));
  const hue = (yarn: 0 | 1 | 2) => String(HUES[pattern().hues[yarn]] ?? 0);
  return (
    <svg
      class="knit"
      width={props.size}
      height={props.size}
      viewBox={`0 0 ${STITCHES} ${STITCHES}`}
      aria-hidden="true"
      style={{ '--ground': hue(0), '--light': hue(1), '--dark': hue(2) }}
    >
      <rect width={STITCHES} height={STITCHES} class="knit-ground" />
      <path class="knit-texture" d={stitchPath(pattern(), 0)} />
      <path class="knit-light" d={stitchPath(pattern(), 1)} />
      <path class="knit-dark" d={stitchPath(pattern(), 2)} />
    </svg>
  );
}
