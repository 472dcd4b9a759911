import { createSignal } from 'solid-js';
import { usePeer } from '../peer-context.ts';
import { TroubleNote } from '../pieces/trouble-note.tsx';
import { goTo } from '../router.ts';

/** Leads to the conversation with somebody; begins it where there is none. */
export function MessageButton(props: { account: string; primary?: boolean }) {
  const { ask } = usePeer();
  const [trouble, setTrouble] = createSignal<string>();
  const [busy, setBusy] = createSignal(false);
  const message = async () => {
    if (busy()) return;
    setBusy(true);
    const result = await ask.messagePerson({ account: props.account });
    setBusy(false);
    setTrouble(result.ok ? undefined : result.trouble.message);
    if (result.ok) goTo({ at: 'space', space: result.value.space });
  };
  return (
    <>
      <button
        type="button"
        class="button"
        classList={{ primary: props.primary ?? false }}
        aria-disabled={busy()}
        onClick={() => void message()}
      >
        Message
      </button>
      <TroubleNote message={trouble()} />
    </>
  );
}
