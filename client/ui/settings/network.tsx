import { createSignal, For, Show } from 'solid-js';
import { usePeer } from '../peer-context.ts';

/** Who introduces this device to others, and whether those learn its address. */
export function Network() {
  const { view, ask } = usePeer();
  const [hides, setHides] = createSignal(ask.hidesAddress);
  const [told, setTold] = createSignal('');
  const hide = (on: boolean) => {
    setHides(on);
    setTold(
      ask.hideAddress(on)
        ? ''
        : 'This browser keeps nothing, so the choice holds until this page is closed.',
    );
  };
  return (
    <section class="space-section" aria-label="Network">
      <h2>Network</h2>
      <label class="choice">
        <input
          type="checkbox"
          checked={hides()}
          onChange={(event) => hide(event.currentTarget.checked)}
        />
        <span>Hide my address</span>
      </label>
      <p class="quiet">
        A direct link shows its two ends each other’s network address. Hidden, everything goes
        through a server, sealed: that server still sees your address, how much you send and to
        whom. It is slower, and when no server is in reach nothing goes at all.
      </p>
      <p class="quiet" role="status">
        {told()}
      </p>
      <p class="quiet">
        <Show when={view.links.servers.length > 0} fallback="No server is in use just now.">
          Servers in use:{' '}
          <For each={view.links.servers}>
            {(server, i) => (
              <>
                {i() > 0 && ', '}
                <span class="address">{server.url}</span>
              </>
            )}
          </For>
          .
        </Show>{' '}
        <a href="#/connections">Connections</a> shows how each is reached; a space’s own are in its
        settings.
      </p>
    </section>
  );
}
