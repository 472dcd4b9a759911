import { createSignal, onMount, Show } from 'solid-js';
import { usePeer } from '../peer-context.ts';
import { Dialog } from '../pieces/dialog.tsx';
import { TextField } from '../pieces/text-field.tsx';
import { clockTime, dayName } from '../pieces/times-and-sizes.ts';
import { TroubleNote } from '../pieces/trouble-note.tsx';
import type { ShownSpace } from '../shown.ts';

/** The space's invite link, to be handed on. */
export function InviteDialog(props: { space: ShownSpace; onClose: () => void }) {
  const { ask } = usePeer();
  const [invite, setInvite] = createSignal<{ link: string; expires: number }>();
  const [trouble, setTrouble] = createSignal<string>();
  const [copied, setCopied] = createSignal('');
  let field: HTMLInputElement | undefined;

  onMount(async () => {
    const result = await ask.invite({ space: props.space.id });
    if (result.ok) setInvite(result.value);
    else setTrouble(result.trouble.message);
  });

  const copy = async () => {
    const link = invite()?.link;
    if (!link) return;
    field?.focus();
    field?.select();
    try {
      await navigator.clipboard.writeText(link);
      setCopied('Copied.');
    } catch {
      // No clipboard on plain http, or it was not allowed.
      setCopied('The link is selected. Copy it with your keyboard or menu.');
    }
  };

  return (
    <Dialog title={`Invite to ${props.space.name}`} onClose={props.onClose}>
      <Show when={invite()} fallback={<TroubleNote message={trouble()} />}>
        {(it) => (
          <>
            <p class="quiet">
              Whoever opens this link can join and read what is written here. Hand it only to people
              you want in.
            </p>
            <div class="with-button">
              <TextField
                label="Invite link"
                value={it().link}
                readOnly
                autofocus
                ref={(input) => {
                  field = input;
                  input.addEventListener('focus', () => input.select());
                }}
              />
              <button type="button" class="button primary" onClick={copy}>
                Copy
              </button>
            </div>
            <p class="quiet">
              <span aria-live="polite">{copied()}</span> {expiry(it().expires)}
            </p>
          </>
        )}
      </Show>
    </Dialog>
  );
}

function expiry(at: number): string {
  return `It holds until ${dayName(at, Date.now())}, ${clockTime(at)}.`;
}
