import './start.css';
import { Mark } from '../pieces/mark.tsx';

/** What is on the screen before the engine is: it must need nothing that is not here already. */
export function Starting() {
  return (
    <main class="starting" aria-busy="true">
      <Mark size={44} />
      <h1>Snug</h1>
      <p>Opening what this device holds.</p>
    </main>
  );
}
