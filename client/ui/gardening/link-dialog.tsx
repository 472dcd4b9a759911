import { CopyField } from '../pieces/copy-field.tsx';
import { Dialog } from '../pieces/dialog.tsx';

/** The address of a message, where it could not simply be copied. */
export function LinkDialog(props: { link: string; onClose: () => void }) {
  return (
    <Dialog title="Link to this message" onClose={props.onClose}>
      <CopyField label="Link" value={props.link} />
      <p class="quiet">Members of the space find the message by it. It lets nobody else in.</p>
    </Dialog>
  );
}
