import './start.css';
import { TEXT_LIMITS } from '@snug/shared/protocol/limits.ts';
import { createEffect, createMemo, createResource, createSignal, Show } from 'solid-js';
import { usePeer } from '../peer-context.ts';
import { Mark } from '../pieces/mark.tsx';
import { TextField } from '../pieces/text-field.tsx';
import { TroubleNote } from '../pieces/trouble-note.tsx';
import { hideInvite } from '../router.ts';
import { newServers, previewInvite } from './invite-preview.ts';
import { NewServersNote } from './new-servers-note.tsx';

/**
 * Asks for a name, the only thing one needs. With an invite in the address, says first where it leads; whoever goes on from
 * there agrees to that (`onAgree`).
 */
export function FirstRun(props: { token: string | undefined; onAgree: (token: string) => void }) {
  const { view, ask } = usePeer();
  const [name, setName] = createSignal('');
  const [trouble, setTrouble] = createSignal<string>();
  const [busy, setBusy] = createSignal(false);
  const [invite] = createResource(() => props.token, previewInvite);
  const strange = createMemo(() => {
    const seen = invite();
    const known = [
      ...view.links.servers.map((server) => server.url),
      ...(view.device?.server === undefined ? [] : [view.device.server]),
    ];
    return seen?.ok ? newServers(seen, location.origin, known) : [];
  });
  createEffect(() => {
    const seen = invite();
    if (seen?.ok === false && !seen.unread) hideInvite();
  });
  document.title = 'Snug';

  const go = async (event: SubmitEvent) => {
    event.preventDefault();
    const text = name().trim();
    if (busy()) return;
    if (!text) {
      setTrouble('Type a name first. Any will do; the others will see it.');
      return;
    }
    setBusy(true);
    setTrouble(undefined);
    if (props.token && invite()?.ok) props.onAgree(props.token);
    const result = await ask.setName({ name: text });
    setBusy(false);
    if (!result.ok) setTrouble(result.trouble.message);
  };

  return (
    <main class="start">
      <div class="start-sheet">
        <Mark size={52} />
        <Show
          when={props.token}
          fallback={
            <>
              <h1>A place to talk that belongs to whoever is in it</h1>
              <p>
                Messages go straight from one browser to the next. Nothing to sign up for: this
                device keeps your name and everything you read.
              </p>
            </>
          }
        >
          <Show when={invite()} fallback={<h1>You have an invite</h1>}>
            {(seen) => {
              const it = seen();
              return it.ok ? (
                <>
                  <h1>{it.name}</h1>
                  <p class="invited">
                    You are invited to <strong>{it.name}</strong>. Choose a name, and you are in as
                    soon as somebody there lets this device in.
                  </p>
                  <NewServersNote servers={strange()} />
                </>
              ) : (
                <>
                  <h1>This invite does not work</h1>
                  <p class="trouble">{it.message}</p>
                </>
              );
            }}
          </Show>
        </Show>
        {/* Nobody agrees to an invite before it says where it leads. */}
        <Show when={!invite.loading}>
          <form onSubmit={go}>
            <TextField
              label="Display name"
              value={name()}
              onInput={setName}
              maxLength={TEXT_LIMITS.displayName}
              autocomplete="nickname"
              autofocus
            />
            <TroubleNote message={trouble()} />
            <button type="submit" class="button primary" aria-disabled={busy()}>
              Continue
            </button>
          </form>
        </Show>
        <Show when={!props.token}>
          <p>
            <a href="#/link">I already use Snug on another device</a>
          </p>
        </Show>
      </div>
    </main>
  );
}
