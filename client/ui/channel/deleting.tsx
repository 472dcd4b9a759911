import './deleting.css';
import X from 'lucide-solid/icons/x';
import { createSignal, Show } from 'solid-js';
import type { Done, MessageView } from '../../engine/view.ts';
import { Dialog } from '../pieces/dialog.tsx';
import { nameOf } from '../pieces/names.ts';
import { TroubleNote } from '../pieces/trouble-note.tsx';
import type { Desk } from './desk.ts';

/** Asks before a message is deleted, and offers to take it back afterwards. */
export function Deleting(props: { desk: Desk }) {
  return (
    <>
      <Show when={props.desk.deleting()} keyed>
        {(message) => <DeleteDialog message={message} desk={props.desk} />}
      </Show>
      <div role="status">
        <Show when={props.desk.deleted()} keyed>
          {(done) => <UndoNote done={done} desk={props.desk} />}
        </Show>
      </div>
    </>
  );
}

function DeleteDialog(props: { message: MessageView; desk: Desk }) {
  const [trouble, setTrouble] = createSignal<string>();
  const [busy, setBusy] = createSignal(false);
  const { id } = props.message;
  const title = () =>
    props.message.own
      ? 'Delete this message?'
      : `Delete this message of ${nameOf(props.message.authorName)}?`;
  const close = () => {
    props.desk.askToDelete(undefined);
    props.desk.focus(id);
  };
  const confirm = async () => {
    if (busy()) return;
    setBusy(true);
    const failed = await props.desk.delete(props.message);
    setBusy(false);
    setTrouble(failed);
    if (failed === undefined) props.desk.focus(id);
  };
  return (
    <Dialog title={title()} onClose={close}>
      <p class="delete-quote" dir="auto">
        {props.message.text.slice(0, 300)}
      </p>
      <p>Everyone's app will stop showing it. Whoever read it may still have it.</p>
      <TroubleNote message={trouble()} />
      <div class="dialog-actions">
        <button type="button" class="button" onClick={close}>
          Keep
        </button>
        <button
          type="button"
          class="button destructive"
          aria-disabled={busy()}
          onClick={() => void confirm()}
        >
          Delete
        </button>
      </div>
    </Dialog>
  );
}

function UndoNote(props: { done: Done; desk: Desk }) {
  const [trouble, setTrouble] = createSignal<string>();
  const [busy, setBusy] = createSignal(false);
  const undo = async () => {
    if (busy()) return;
    setBusy(true);
    const result = await props.desk.undoDelete(props.done);
    setBusy(false);
    if (result.ok) props.desk.letGo();
    else setTrouble(result.trouble.message);
  };
  return (
    <div class="undo-note">
      <p>
        <span>{trouble() ?? 'The message is deleted.'}</span>
        <button type="button" class="button" onClick={() => void undo()}>
          Undo
        </button>
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
