import { For, Show } from 'solid-js';

/** What it means to follow an invite to servers that this device does not use yet. */
export function NewServersNote(props: { servers: readonly string[] }) {
  const one = () => props.servers.length === 1;
  return (
    <Show when={props.servers.length > 0}>
      <p>
        It leads to {one() ? 'a server' : 'servers'} that this device does not use yet:{' '}
        <For each={props.servers}>
          {(server, index) => (
            <>
              {index() > 0 && ', '}
              <bdi class="server-name">{server}</bdi>
            </>
          )}
        </For>
        . {one() ? 'It sees' : 'They see'} this device’s network address and when it is here, and
        cannot read what is written.
      </p>
    </Show>
  );
}
