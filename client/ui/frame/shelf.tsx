import Cog from 'lucide-solid/icons/cog';
import Contact from 'lucide-solid/icons/contact';
import Inbox from 'lucide-solid/icons/inbox';
import Search from 'lucide-solid/icons/search';
import Settings from 'lucide-solid/icons/settings-2';
import Spool from 'lucide-solid/icons/spool';
import Waypoints from 'lucide-solid/icons/waypoints';
import { createSignal, Show } from 'solid-js';
import { DirectList } from '../contacts/direct-list.tsx';
import { hrefOf } from '../route.ts';
import { currentRoute } from '../router.ts';
import { setSearching } from '../search/searching.ts';
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
          <Show
            when={props.space.direct}
            fallback={
              <>
                <h2>{props.space.name || 'A space'}</h2>
                <p>{standingIn(props.space)}</p>
              </>
            }
          >
            <h2>Direct messages</h2>
            <p>between two people each</p>
          </Show>
        </div>
        <div>
          <Show when={open() && props.space.mayInvite}>
            <button type="button" class="button small" onClick={() => setInviting(true)}>
              Invite
            </button>
          </Show>
          <Show when={isReadable(props.space.state) && !props.space.direct}>
            <a
              class="icon-button"
              href={hrefOf({ at: 'space-settings', space: props.space.id })}
              aria-label="Manage space"
              title="Manage space"
            >
              <Settings size={18} stroke-width={1.7} aria-hidden="true" />
            </a>
          </Show>
        </div>
      </header>
      <div class="shelf-scroll">
        <a
          class="shelf-link"
          href={hrefOf({ at: 'catch-up' })}
          aria-current={currentRoute().at === 'catch-up' ? 'page' : undefined}
        >
          <Inbox size={18} stroke-width={1.7} aria-hidden="true" />
          Catch up
        </a>
        <button
          type="button"
          class="shelf-link"
          aria-keyshortcuts="/ Control+K Meta+K"
          onClick={() => setSearching(true)}
        >
          <Search size={18} stroke-width={1.7} aria-hidden="true" />
          Search
        </button>
        <a
          class="shelf-link"
          href="#/connections"
          aria-current={currentRoute().at === 'connections' ? 'page' : undefined}
        >
          <Waypoints size={18} stroke-width={1.7} aria-hidden="true" />
          Connections
        </a>
        <a
          class="shelf-link"
          href={hrefOf({ at: 'contacts' })}
          aria-current={currentRoute().at === 'contacts' ? 'page' : undefined}
        >
          <Contact size={18} stroke-width={1.7} aria-hidden="true" />
          Contacts
        </a>
        <Show when={isReadable(props.space.state) && !props.space.direct}>
          <a
            class="shelf-link"
            href={hrefOf({ at: 'threads', space: props.space.id })}
            aria-current={currentRoute().at === 'threads' ? 'page' : undefined}
          >
            <Spool size={18} stroke-width={1.7} aria-hidden="true" />
            Threads and pages
          </a>
          <Channels space={props.space} channel={props.channel} />
        </Show>
        <DirectList current={props.space.id} />
      </div>
      <div class="shelf-last">
        <a
          class="shelf-link"
          href={hrefOf({ at: 'settings' })}
          aria-current={currentRoute().at === 'settings' ? 'page' : undefined}
        >
          <Cog size={18} stroke-width={1.7} aria-hidden="true" />
          Settings
        </a>
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
