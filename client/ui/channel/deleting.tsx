import './deleting.css';
import { createSignal, Show } from 'solid-js';
import type { MessageView } from '../../engine/view.ts';
import { Dialog } from '../pieces/dialog.tsx';
import { nameOf } from '../pieces/names.ts';
import { TroubleNote } from '../pieces/trouble-note.tsx';
import type { Desk } from './desk.ts';
import { DoneNote } from './done-note.tsx';

/** Asks before a message is deleted; says what was done last, and offers to take it back. */
export function Deleting(props: { desk: Desk }) {
  return (
    <>
      <Show when={props.desk.deleting()} keyed>
        {(message) => <DeleteDialog message={message} desk={props.desk} />}
      </Show>
      <div role="status">
        <Show when={props.desk.doing()} keyed>
          {(doing) => <DoneNote doing={doing} desk={props.desk} />}
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
