import './start.css';
import type { Trouble } from '../../engine/view.ts';
import { Mark } from '../pieces/mark.tsx';

/** The page cannot go on here. */
export function Failed(props: { trouble: Trouble; title?: string }) {
  return (
    <main class="start">
      <div class="start-sheet" role="alert">
        <Mark size={52} />
        <h1>{props.title ?? 'Snug could not start'}</h1>
        <p>{props.trouble.message}</p>
        <button type="button" class="button" onClick={() => location.reload()}>
          Reload
        </button>
      </div>
    </main>
  );
}
