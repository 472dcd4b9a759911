import './frame.css';
import { createEffect, createMemo, Match, on, Show, Switch } from 'solid-js';
import { ChannelPane } from '../channel/channel-pane.tsx';
import { ConnectionsPage } from '../connections/connections-page.tsx';
import { lastPlace } from '../last-place.ts';
import { usePeer } from '../peer-context.ts';
import { currentRoute, goTo } from '../router.ts';
import { isReadable } from '../space-standing.ts';
import { Home } from '../start/home.tsx';
import { EmptySpace, NoSuchSpace, Refused, WaitingToBeLetIn } from '../start/space-states.tsx';
import { createMedia, NARROW } from './media.ts';
import { Rail } from './rail.tsx';
import { Shelf } from './shelf.tsx';

/** Rail, shelf and what is being read; on a narrow screen one of them at a time. */
export function Frame() {
  const { view } = usePeer();
  const narrow = createMedia(NARROW);
  let main: HTMLElement | undefined;

  const wanted = createMemo(() => {
    const route = currentRoute();
    if (route.at === 'space') return route.space;
    if (route.at !== 'connections') return undefined;
    const last = lastPlace.read()?.space;
    return view.spaces.some((s) => s.id === last) ? last : view.spaces[0]?.id;
  });
  const space = createMemo(() => view.spaces.find((s) => s.id === wanted()));
  const channel = createMemo(() => {
    const route = currentRoute();
    if (route.at !== 'space' || !route.channel) return undefined;
    return space()?.channels.find((c) => c.id === route.channel);
  });

  const thread = () => {
    const route = currentRoute();
    return route.at === 'space' ? route.thread : undefined;
  };

  // A wide screen always reads something: the last channel, or the first.
  createEffect(() => {
    const route = currentRoute();
    const at = space();
    if (route.at !== 'space' || !at || !isReadable(at.state) || channel()) return;
    if (narrow() && !route.channel && lastPlace.channelIn(at.id) !== undefined) return;
    const known = at.channels.find((c) => c.id === lastPlace.channelIn(at.id)) ?? at.channels[0];
    if (known) goTo({ at: 'space', space: at.id, channel: known.id }, 'replace');
  });
  createEffect(() => {
    const at = space();
    const reading = channel();
    if (currentRoute().at === 'space' && at && reading) lastPlace.write(at.id, reading.id);
  });
  createEffect(() => {
    const route = currentRoute();
    const names = route.at === 'connections' ? ['Connections'] : [channel()?.name, space()?.name];
    document.title = [...names.filter(Boolean), 'Snug'].join(' · ');
  });

  // Where the place one came from is no longer on the screen, the keyboard goes on from the new one.
  createEffect(
    on(
      currentRoute,
      () =>
        queueMicrotask(() => {
          if (document.activeElement === document.body) main?.focus({ preventScroll: true });
        }),
      { defer: true },
    ),
  );

  const pane = () => {
    const route = currentRoute();
    if (route.at === 'home') return 'home';
    if (route.at === 'connections' || !space()) return 'main';
    const at = space();
    const listed = at !== undefined && isReadable(at.state);
    return channel() || !listed || !narrow() ? 'main' : 'shelf';
  };
  const showsRail = () => view.spaces.length > 0;

  return (
    <div class="frame" data-pane={pane()}>
      <button type="button" class="skip" onClick={() => main?.focus()}>
        Skip navigation
      </button>
      <Show when={showsRail()}>
        <Rail current={currentRoute().at === 'home' ? undefined : space()?.id} />
      </Show>
      <Show when={pane() !== 'home' && space()}>
        {(at) => <Shelf space={at()} channel={channel()?.id} />}
      </Show>
      <main class="main" tabindex={-1} ref={main}>
        <Switch>
          <Match when={currentRoute().at === 'home'}>
            <Home />
          </Match>
          <Match when={currentRoute().at === 'connections'}>
            <ConnectionsPage space={space()} />
          </Match>
          <Match when={space()?.state === 'joining' && space()}>
            {(at) => <WaitingToBeLetIn space={at()} />}
          </Match>
          <Match when={space()?.state === 'refused' && space()}>
            {(at) => <Refused space={at()} />}
          </Match>
          <Match when={channel()?.id && space()}>
            {(at) => (
              <Show when={channel()?.id} keyed>
                {(id) => <ChannelPane space={at()} channel={id} thread={thread()} />}
              </Show>
            )}
          </Match>
          <Match when={space()}>{(at) => <EmptySpace space={at()} />}</Match>
          <Match when={true}>
            <NoSuchSpace />
          </Match>
        </Switch>
      </main>
    </div>
  );
}
