import type { ChannelId } from '@snug/shared/protocol/ids.ts';
import { createSignal, createUniqueId, onMount } from 'solid-js';
import { usePeer } from '../peer-context.ts';
import { Dialog } from '../pieces/dialog.tsx';
import { TroubleNote } from '../pieces/trouble-note.tsx';
import { goTo } from '../router.ts';
import type { ShownSpace } from '../shown.ts';

/** Leads to what was said first on a day, or after. */
export function DateDialog(props: { space: ShownSpace; channel: ChannelId; onClose: () => void }) {
  const { ask } = usePeer();
  const id = createUniqueId();
  const [trouble, setTrouble] = createSignal<string>();
  let field: HTMLInputElement | undefined;
  onMount(() => field?.focus());
  const jump = async () => {
    const [year = 0, month = 1, day = 1] = (field?.value ?? '').split('-').map(Number);
    const at = new Date(year, month - 1, day).getTime();
    if (!field?.value || !Number.isFinite(at)) {
      setTrouble('Choose a day first.');
      return;
    }
    const result = await ask.locate({ space: props.space.id, channel: props.channel, at });
    if (!result.ok) {
      setTrouble(result.trouble.message);
      return;
    }
    props.onClose();
    const { channel, message } = result.value;
    goTo({ at: 'space', space: props.space.id, channel, message });
  };
  return (
    <Dialog title="Jump to a day" onClose={props.onClose}>
      <form
        class="stacked"
        onSubmit={(event) => {
          event.preventDefault();
          void jump();
        }}
      >
        <div class="with-button">
          <div class="field">
            <label for={id}>Day</label>
            <input id={id} type="date" ref={field} />
          </div>
          <button type="submit" class="button primary">
            Jump
          </button>
        </div>
        <TroubleNote message={trouble()} />
      </form>
    </Dialog>
  );
}
