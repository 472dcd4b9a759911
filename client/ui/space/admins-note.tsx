import { createSignal, Match, Show, Switch } from 'solid-js';
import { hrefOf } from '../route.ts';
import type { ShownSpace } from '../shown.ts';
import { kept } from '../text-storage.ts';
import { adminsWanted } from './roles.ts';

/** Proposes a second admin, or says what it means that there is none. */
export function AdminsNote(props: { space: ShownSpace }) {
  const key = () => `one-admin.${props.space.id}`;
  const [put, setPut] = createSignal(false);
  const wanted = () => adminsWanted(props.space);
  const dismissed = () => put() || kept.read(key()) !== undefined;
  return (
    <Switch>
      <Match when={wanted() === 'none'}>
        <div class="admins-note" role="note">
          <p>
            Nobody is an admin here any more, and nobody becomes one. The space goes on as it is. To
            have admins again, create another space and invite the same people there.
          </p>
          <a class="button small" href={hrefOf({ at: 'home' })}>
            Create another
          </a>
        </div>
      </Match>
      <Match when={wanted() === 'second'}>
        <Show when={!dismissed()}>
          <div class="admins-note" role="note">
            <p>
              You are the only admin. If you lose your devices, nobody can take your place. Choose
              somebody under Members and make them an admin too.
            </p>
            <button
              type="button"
              class="button small"
              onClick={() => {
                kept.write(key(), 'seen');
                setPut(true);
              }}
            >
              Not now
            </button>
          </div>
        </Show>
      </Match>
    </Switch>
  );
}
