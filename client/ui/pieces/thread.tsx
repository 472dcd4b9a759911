import './thread.css';
import type { Tie } from '../../engine/view.ts';

/** How one is tied to somebody, as a thread. Always with the word beside it, never alone. */
export function Thread(props: { tie: Tie; width?: number }) {
  const width = () => props.width ?? 22;
  return (
    <svg
      class={`thread ${props.tie.replace(' ', '-')}`}
      width={width()}
      height="6"
      aria-hidden="true"
    >
      <path d={`M1.500 3H${width() - 1.5}`} />
    </svg>
  );
}
