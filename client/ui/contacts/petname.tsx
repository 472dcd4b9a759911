import { TEXT_LIMITS } from '@snug/shared/protocol/limits.ts';
import { createEffect, createSignal } from 'solid-js';
import { usePeer } from '../peer-context.ts';
import { TextField } from '../pieces/text-field.tsx';
import { TroubleNote } from '../pieces/trouble-note.tsx';

/** What this person calls somebody. Empty: as they call themselves. */
export function Petname(props: { account: string; petname: string }) {
  const { ask } = usePeer();
  const [text, setText] = createSignal(props.petname);
  const [told, setTold] = createSignal('');
  const [trouble, setTrouble] = createSignal<string>();
  createEffect(() => setText(props.petname));
  const save = async (event: SubmitEvent) => {
    event.preventDefault();
    const petname = text().trim();
    const result = await ask.setContact({ account: props.account, petname });
    setTrouble(result.ok ? undefined : result.trouble.message);
    setTold(result.ok ? (petname ? 'Saved.' : 'They are called as they call themselves.') : '');
  };
  return (
    <section>
      <h2>Your name for them</h2>
      <p class="quiet">Only your own devices know it. The name that they use stands beside it.</p>
      <form class="petname" onSubmit={(event) => void save(event)}>
        <div class="with-button">
          <TextField
            label="Petname"
            value={text()}
            onInput={setText}
            maxLength={TEXT_LIMITS.displayName}
          />
          <button type="submit" class="button">
            Save
          </button>
        </div>
        <p class="quiet" role="status">
          {told()}
        </p>
        <TroubleNote message={trouble()} />
      </form>
    </section>
  );
}
