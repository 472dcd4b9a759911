import Waypoints from 'lucide-solid/icons/waypoints';
import { createSignal, Show } from 'solid-js';
import { currentRoute } from '../router.ts';
import type { ShownSpace } from '../shown.ts';
import { isReadable, standingIn } from '../space-standing.ts';
import { Channels } from './channels.tsx';
import { ConnectionStatus } from './connection-status.tsx';
import { InviteDialog } from './invite-dialog.tsx';

/** A space's own contents page. */
export function Shelf(props: { space: ShownSpace; channel: string | undefined }) {
  const [inviting, setInviting] = createSignal(false);
  const open = () => props.space.state === 'open';
  return (
    <section class="shelf" aria-label={props.space.name || 'Space'}>
      <header class="shelf-head">
        <div>
          <h2>{props.space.name || 'A space'}</h2>
          <p>{standingIn(props.space)}</p>
        </div>
        <Show when={open() && props.space.mayInvite}>
          <button type="button" class="button small" onClick={() => setInviting(true)}>
            Invite
          </button>
        </Show>
      </header>
      <div class="shelf-scroll">
        <a
          class="shelf-link"
          href="#/connections"
          aria-current={currentRoute().at === 'connections' ? 'page' : undefined}
        >
          <Waypoints size={18} stroke-width={1.7} aria-hidden="true" />
          Connections
        </a>
        <Show when={isReadable(props.space.state)}>
          <Channels space={props.space} channel={props.channel} />
        </Show>
      </div>
      <footer class="shelf-foot">
        <ConnectionStatus space={open() ? props.space : undefined} />
      </footer>
      <Show when={inviting()}>
        <InviteDialog space={props.space} onClose={() => setInviting(false)} />
      </Show>
    </section>
  );
}
