import { createEffect, createMemo, createSignal, Match, onCleanup, Show, Switch } from 'solid-js';
import type { Peer } from '../engine/view.ts';
import { Frame } from './frame/frame.tsx';
import { lastPlace } from './last-place.ts';
import { PeerProvider } from './peer-context.ts';
import { createPeerStore } from './peer-store.ts';
import { later } from './pieces/later.tsx';
import { currentRoute, goTo } from './router.ts';
import { wipeTrouble } from './settings/wipe-trouble.ts';
import { Failed } from './start/failed.tsx';
import { FirstRun } from './start/first-run.tsx';
import { Joining } from './start/joining.tsx';
import { Starting } from './start/starting.tsx';

const LinkPage = later(async () => (await import('./devices/link-page.tsx')).LinkPage);

/** The page: the shell at once, the rest when the peer is at hand. */
export function App(props: { peer: Peer | undefined; failed: string | undefined }) {
  return (
    <Switch fallback={<Starting />}>
      <Match when={props.failed}>
        {(why) => (
          <Failed
            trouble={{
              code: 'internal',
              message: `A part of the page did not load (${why()}). Nothing on this device is lost. Reload to try again.`,
            }}
          />
        )}
      </Match>
      <Match when={props.peer}>{(peer) => <WithPeer peer={peer()} />}</Match>
    </Switch>
  );
}

function WithPeer(props: { peer: Peer }) {
  const { view, stop } = createPeerStore(props.peer);
  onCleanup(stop);
  const invited = createMemo(() => {
    const route = currentRoute();
    return route.at === 'join' ? route : undefined;
  });
  const linked = createMemo(() => {
    const route = currentRoute();
    return route.at === 'link' ? route : undefined;
  });
  const [agreed, setAgreed] = createSignal<string>();

  // Opening the page without an address leads back to where one was.
  let fresh = location.hash === '' || location.hash === '#';
  createEffect(() => {
    if (!fresh || view.phase !== 'ready') return;
    fresh = false;
    const place = lastPlace.read();
    const space = view.spaces.find((s) => s.id === place?.space) ?? view.spaces[0];
    if (space)
      goTo(
        {
          at: 'space',
          space: space.id,
          ...(place && space.id === place.space ? { channel: place.channel } : {}),
        },
        'replace',
      );
  });

  return (
    <PeerProvider value={{ view, ask: props.peer }}>
      <Switch fallback={<Starting />}>
        <Match when={view.phase === 'failed'}>
          <Failed
            trouble={
              view.failure ?? {
                code: 'internal',
                message: 'Snug cannot run in this browser.',
              }
            }
          />
        </Match>
        <Match when={view.phase === 'starting' && wipeTrouble()}>
          {(trouble) => <Failed title="Not everything was wiped" trouble={trouble()} />}
        </Match>
        {/* Stays while the device comes by its name. */}
        <Match when={(view.phase === 'first-run' || view.phase === 'ready') && linked()} keyed>
          {(route) => <LinkPage token={route.token} />}
        </Match>
        <Match when={view.phase === 'first-run'}>
          <FirstRun token={invited()?.token} onAgree={setAgreed} />
        </Match>
        <Match when={view.phase === 'ready'}>
          <Show when={invited()} fallback={<Frame />} keyed>
            {({ token }) => <Joining token={token} agreed={agreed() === token} />}
          </Show>
        </Match>
      </Switch>
    </PeerProvider>
  );
}
