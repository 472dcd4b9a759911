import { TEXT_LIMITS } from '@snug/shared/protocol/limits.ts';
import { usePeer } from '../peer-context.ts';
import { OneLineForm } from '../pieces/one-line-form.tsx';
import { goTo } from '../router.ts';
import type { ShownSpace } from '../shown.ts';

/** Opens a channel, and goes there. */
export function NewChannel(props: { space: ShownSpace; onClose: () => void }) {
  const { ask } = usePeer();
  return (
    <OneLineForm
      class="new-channel"
      label="Channel name"
      button="Create"
      missing="Give the channel a name first."
      maxLength={TEXT_LIMITS.channelName}
      autofocus
      ask={async (name) => {
        const space = props.space.id;
        const result = await ask.createChannel({ space, name });
        return result.ok ? { ok: true, value: { space, ...result.value } } : result;
      }}
      onDone={(made) => {
        props.onClose();
        goTo({ at: 'space', ...made });
      }}
      onEscape={() => props.onClose()}
    />
  );
}
