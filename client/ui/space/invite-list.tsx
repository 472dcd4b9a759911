import './space-page.css';
import { createSignal, For, Show } from 'solid-js';
import type { InviteView } from '../../engine/view.ts';
import { usePeer } from '../peer-context.ts';
import { nameOf } from '../pieces/names.ts';
import { clockTime, dayName } from '../pieces/times-and-sizes.ts';
import { TroubleNote } from '../pieces/trouble-note.tsx';
import type { ShownSpace } from '../shown.ts';

/** The invites by which somebody may come in now, and the way to end each. */
export function InviteList(props: { space: ShownSpace }) {
  const { ask } = usePeer();
  const [trouble, setTrouble] = createSignal<string>();
  const invites = () => props.space.invites ?? [];
  const mayRevoke = (invite: InviteView) => invite.you || props.space.you === 'admin';
  const revoke = async ({ key }: InviteView) => {
    const result = await ask.revokeInvite({ space: props.space.id, invite: key });
    setTrouble(result.ok ? undefined : result.trouble.message);
  };
  return (
    <>
      <Show
        when={invites().length > 0}
        fallback={<p class="quiet">No invite holds. Nobody can come in until one is made.</p>}
      >
        <ul class="rows" aria-label="Invites that hold">
          <For each={invites()}>
            {(invite) => (
              <li class="row">
                <span class="row-words">
                  {invite.uses === 'single' ? 'For one person' : 'For everybody who has the link'}
                  <small>{underInvite(invite, Date.now())}</small>
                </span>
                <Show when={mayRevoke(invite)}>
                  <button
                    type="button"
                    class="button small"
                    aria-label={`Revoke the invite ${underInvite(invite, Date.now())}`}
                    onClick={() => void revoke(invite)}
                  >
                    Revoke
                  </button>
                </Show>
              </li>
            )}
          </For>
        </ul>
      </Show>
      <TroubleNote message={trouble()} />
    </>
  );
}

/** `by Ada, until Friday 27 November, 18:02`. */
export function underInvite({ you, byName, expires }: InviteView, now: number): string {
  const by = you ? 'by you' : `by ${nameOf(byName)}`;
  return expires === undefined
    ? by
    : `${by}, until ${dayName(expires, now)}, ${clockTime(expires)}`;
}
