import { For, Show } from 'solid-js';
import { byteCount } from '../pieces/times-and-sizes.ts';
import type { LinksStatus, ServerState } from '../shown.ts';

const words: Readonly<Record<ServerState, string>> = {
  connecting: 'being reached',
  connected: 'reached',
  unreachable: 'cannot be reached',
  refused: 'refused this device',
};

/** The servers that introduce people, and what that costs them. */
export function Servers(props: Pick<LinksStatus, 'servers' | 'signaling'>) {
  return (
    <section>
      <h2>Introductions</h2>
      <p class="quiet">
        {`A server tells browsers of each other, then gets out of the way. Introductions have taken ${byteCount(props.signaling.bytesOut)} out and ${byteCount(props.signaling.bytesIn)} in.`}
      </p>
      <Show when={props.servers.length > 0} fallback={<p class="none">No server is in use.</p>}>
        <ul class="servers" aria-label="Servers">
          <For each={props.servers}>
            {(server) => (
              <li>
                <span class="server-url">{server.url}</span>
                <span class={`server-state ${server.state}`}>{words[server.state]}</span>
                <Show when={server.problem}>{(problem) => <p class="quiet">{problem()}</p>}</Show>
              </li>
            )}
          </For>
        </ul>
      </Show>
    </section>
  );
}
