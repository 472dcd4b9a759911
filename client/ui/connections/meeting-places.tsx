import X from 'lucide-solid/icons/x';
import { createSignal, For, Show } from 'solid-js';
import type { Result } from '../../engine/view.ts';
import { usePeer } from '../peer-context.ts';
import { OneLineForm } from '../pieces/one-line-form.tsx';
import { TroubleNote } from '../pieces/trouble-note.tsx';
import type { ShownSpace } from '../shown.ts';

/** Most servers that a space lists. */
const MOST = 3;

/** The servers where a space meets, which its admins choose. */
export function MeetingPlaces(props: { space: ShownSpace }) {
  const { ask } = usePeer();
  const [trouble, setTrouble] = createSignal<string>();
  const admin = () => props.space.you === 'admin';
  const set = async (servers: readonly string[]): Promise<Result<null>> => {
    setTrouble(undefined);
    return ask.setServers({ space: props.space.id, servers });
  };
  const remove = async (server: string) => {
    const result = await set(props.space.servers.filter((other) => other !== server));
    if (!result.ok) setTrouble(result.trouble.message);
  };

  return (
    <section>
      <h2>
        Where <bdi>{props.space.name}</bdi> meets
      </h2>
      <p class="quiet">
        {`With more than one server its members still find each other when one is down. Each server sees their network addresses and when they are here, and cannot read what is written.${admin() ? '' : ' Its admins choose them.'}`}
      </p>
      <ul class="servers" aria-label="Servers of this space">
        <For each={props.space.servers}>
          {(server) => (
            <li>
              <span class="server-url">{server}</span>
              <Show when={admin() && props.space.servers.length > 1}>
                <button
                  type="button"
                  class="icon-button"
                  aria-label={`Remove ${server}`}
                  onClick={() => void remove(server)}
                >
                  <X size={16} stroke-width={1.7} aria-hidden="true" />
                </button>
              </Show>
            </li>
          )}
        </For>
      </ul>
      <TroubleNote message={trouble()} />
      <Show when={admin() && props.space.servers.length < MOST}>
        <OneLineForm
          class="new-server"
          label="Address of another server"
          button="Add"
          missing="Type an address first, such as https://snug.example.org."
          quiet
          ask={(server) => set([...props.space.servers, server])}
          onDone={() => {}}
        />
      </Show>
    </section>
  );
}
