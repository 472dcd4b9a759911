import { TEXT_LIMITS } from '@snug/shared/protocol/limits.ts';
import { createSignal } from 'solid-js';
import { usePeer } from '../peer-context.ts';
import { TextField } from '../pieces/text-field.tsx';
import { TroubleNote } from '../pieces/trouble-note.tsx';
import { goTo } from '../router.ts';
import type { ShownSpace } from '../shown.ts';

/** Opens a channel, and goes there. */
export function NewChannel(props: { space: ShownSpace; onClose: () => void }) {
  const { ask } = usePeer();
  const [name, setName] = createSignal('');
  const [trouble, setTrouble] = createSignal<string>();
  const [busy, setBusy] = createSignal(false);

  const create = async (event: SubmitEvent) => {
    event.preventDefault();
    if (busy()) return;
    if (!name().trim()) {
      setTrouble('Give the channel a name first.');
      return;
    }
    setBusy(true);
    setTrouble(undefined);
    const space = props.space.id;
    const result = await ask.createChannel({ space, name: name().trim() });
    setBusy(false);
    if (!result.ok) {
      setTrouble(result.trouble.message);
      return;
    }
    props.onClose();
    goTo({ at: 'space', space, channel: result.value.channel });
  };

  return (
    <form
      class="new-channel"
      onSubmit={create}
      onKeyDown={(event) => event.key === 'Escape' && props.onClose()}
    >
      <div class="with-button">
        <TextField
          label="Channel name"
          value={name()}
          onInput={setName}
          maxLength={TEXT_LIMITS.channelName}
          autofocus
        />
        <button type="submit" class="button primary" aria-disabled={busy()}>
          Create
        </button>
      </div>
      <TroubleNote message={trouble()} />
    </form>
  );
}
