import type { EntryId } from '@snug/shared/protocol/ids.ts';
import { TEXT_LIMITS } from '@snug/shared/protocol/limits.ts';
import { usePeer } from '../peer-context.ts';
import { Dialog } from '../pieces/dialog.tsx';
import { OneLineForm } from '../pieces/one-line-form.tsx';
import { goTo } from '../router.ts';
import type { ShownSpace } from '../shown.ts';

/** Makes a thread a channel of its own. */
export function PromoteDialog(props: { space: ShownSpace; root: EntryId; onClose: () => void }) {
  const { ask } = usePeer();
  return (
    <Dialog title="Make it a channel" onClose={props.onClose}>
      <p>
        All of the thread stands in a new channel from then on; a quiet line stays here. Who did it
        can be seen, and undone, in the history of the space.
      </p>
      <OneLineForm
        label="Channel name"
        button="Make it a channel"
        missing="Give the channel a name first."
        maxLength={TEXT_LIMITS.channelName}
        autofocus
        ask={(name) => ask.promote({ space: props.space.id, message: props.root, name })}
        onDone={({ channel }) => {
          props.onClose();
          goTo({ at: 'space', space: props.space.id, channel });
        }}
      />
    </Dialog>
  );
}
