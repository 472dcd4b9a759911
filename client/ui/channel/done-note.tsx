import X from 'lucide-solid/icons/x';
import { createSignal, Show } from 'solid-js';
import type { Desk, Doing } from './desk.ts';

/** What was just done, in a quiet line, and the way to take it back. */
export function DoneNote(props: { doing: Doing; desk: Desk }) {
  const [trouble, setTrouble] = createSignal<string>();
  const [busy, setBusy] = createSignal(false);
  const undo = async (done: NonNullable<Doing['done']>) => {
    if (busy()) return;
    setBusy(true);
    const result = await props.desk.undo(done);
    setBusy(false);
    if (result.ok) props.desk.letGo();
    else setTrouble(result.trouble.message);
  };
  return (
    <div class="undo-note">
      <p>
        <span>{trouble() ?? props.doing.words}</span>
        <Show when={props.doing.done}>
          {(done) => (
            <button type="button" class="button" onClick={() => void undo(done())}>
              Undo
            </button>
          )}
        </Show>
        <button
          type="button"
          class="icon-button"
          aria-label="Close"
          onClick={() => props.desk.letGo()}
        >
          <X size={16} stroke-width={1.7} aria-hidden="true" />
        </button>
      </p>
    </div>
  );
}
