import { createSignal, type JSX } from 'solid-js';
import type { Result } from '../../engine/view.ts';
import { Dialog } from '../pieces/dialog.tsx';
import { TroubleNote } from '../pieces/trouble-note.tsx';

/** Says what something destructive does before it is done. Keeping is as easy as doing. */
export function ConfirmDialog<T>(props: {
  title: string;
  /** On the buttons: what leaves all as it is, and what does it. */
  keep: string;
  confirm: string;
  ask: () => Promise<Result<T>>;
  onDone: () => void;
  onClose: () => void;
  children: JSX.Element;
}) {
  const [trouble, setTrouble] = createSignal<string>();
  const [busy, setBusy] = createSignal(false);
  const confirm = async () => {
    if (busy()) return;
    setBusy(true);
    const result = await props.ask();
    setBusy(false);
    if (result.ok) props.onDone();
    else setTrouble(result.trouble.message);
  };
  return (
    <Dialog title={props.title} onClose={props.onClose}>
      {props.children}
      <TroubleNote message={trouble()} />
      <div class="dialog-actions">
        <button type="button" class="button" onClick={() => props.onClose()}>
          {props.keep}
        </button>
        <button
          type="button"
          class="button destructive"
          aria-disabled={busy()}
          onClick={() => void confirm()}
        >
          {props.confirm}
        </button>
      </div>
    </Dialog>
  );
}
