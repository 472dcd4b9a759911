import './frame.css';
import { createEffect, createMemo, Match, on, Show, Switch } from 'solid-js';
import { ChannelPane } from '../channel/channel-pane.tsx';
import { ConnectionsPage } from '../connections/connections-page.tsx';
import { AskedToWrite } from '../contacts/asked-to-write.tsx';
import { lastPlace } from '../last-place.ts';
import { usePeer } from '../peer-context.ts';
import { later } from '../pieces/later.tsx';
import { currentRoute, goTo } from '../router.ts';
import { createSearchKeys, searching, setSearching } from '../search/searching.ts';
import { isReadable } from '../space-standing.ts';
import { Home } from '../start/home.tsx';
import { EmptySpace, NoSuchSpace, Refused, WaitingToBeLetIn } from '../start/space-states.tsx';
import { createMedia, NARROW } from './media.ts';
import { Rail } from './rail.tsx';
import { Shelf } from './shelf.tsx';

const SpaceSettings = later(
  async () => (await import('../space/space-settings.tsx')).SpaceSettings,
);
const ContactsPage = later(
  async () => (await import('../contacts/contacts-page.tsx')).ContactsPage,
);
const KnockPage = later(async () => (await import('../contacts/knock-page.tsx')).KnockPage);
const ContactPage = later(async () => (await import('../contacts/contact-page.tsx')).ContactPage);
const CatchUpPage = later(async () => (await import('../catch-up/catch-up-page.tsx')).CatchUpPage);
const SettingsPage = later(
  async () => (await import('../settings/settings-page.tsx')).SettingsPage,
);
const SearchDialog = later(async () => (await import('../search/search-dialog.tsx')).SearchDialog);
const PagePane = later(async () => (await import('../page/page-pane.tsx')).PagePane);
const ThreadsPage = later(async () => (await import('../space/threads-page.tsx')).ThreadsPage);

const PAGES = {
  connections: 'Connections',
  settings: 'Settings',
  'catch-up': 'Catch up',
  contacts: 'Contacts',
  contact: 'Contacts',
  card: 'Contact card',
  threads: 'Threads and pages',
  page: 'Page',
  'space-settings': 'Manage space',
};

/** Rail, shelf and what is being read; on a narrow screen one of them at a time. */
export function Frame() {
  const { view } = usePeer();
  const narrow = createMedia(NARROW);
  createSearchKeys();
  let main: HTMLElement | undefined;

  const wanted = createMemo(() => {
    const route = currentRoute();
    if ('space' in route) return route.space;
    if (route.at === 'home' || !(route.at in PAGES)) return undefined;
    const last = lastPlace.read()?.space;
    return view.spaces.some((s) => s.id === last) ? last : view.spaces[0]?.id;
  });
  const space = createMemo(() => view.spaces.find((s) => s.id === wanted()));
  const channel = createMemo(() => {
    const route = currentRoute();
    if (route.at !== 'space' || !route.channel) return undefined;
    return space()?.channels.find((c) => c.id === route.channel);
  });

  const cardGiven = () => {
    const route = currentRoute();
    return route.at === 'card' ? route.token : undefined;
  };
  const contact = () => {
    const route = currentRoute();
    return route.at === 'contact' ? route.account : undefined;
  };
  // Two who began to write to each other at once end in one conversation: whoever reads the other is brought along.
  let partner: string | undefined;
  createEffect(() => {
    const at = space();
    if (at) partner = at.direct?.account;
    else if (partner !== undefined && currentRoute().at === 'space') {
      const there = view.spaces.find(({ direct }) => direct?.account === partner);
      if (there) goTo({ at: 'space', space: there.id }, 'replace');
    }
  });

  const thread = () => {
    const route = currentRoute();
    return route.at === 'space' ? route.thread : undefined;
  };

  const message = () => {
    const route = currentRoute();
    return route.at === 'space' ? route.message : undefined;
  };

  const page = () => {
    const route = currentRoute();
    return route.at === 'page' ? route.page : undefined;
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
    const page = Object.entries(PAGES).find(([at]) => at === route.at)?.[1];
    const names = page ? [page] : [channel()?.name, space()?.name];
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
    if (route.at !== 'space' || !space()) return 'main';
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
          <Match when={currentRoute().at === 'catch-up'}>
            <CatchUpPage space={space()} />
          </Match>
          <Match when={currentRoute().at === 'settings'}>
            <SettingsPage space={space()} />
          </Match>
          <Match when={currentRoute().at === 'contacts'}>
            <ContactsPage space={space()} />
          </Match>
          <Match when={cardGiven()} keyed>
            {(token) => <KnockPage token={token} />}
          </Match>
          <Match when={contact()} keyed>
            {(account) => <ContactPage account={account} />}
          </Match>
          <Match when={currentRoute().at === 'threads' && space()}>
            {(at) => <ThreadsPage space={at()} />}
          </Match>
          <Match when={page() !== undefined && space()}>
            {(at) => (
              <Show when={page()} keyed>
                {(id) => <PagePane space={at()} page={id} />}
              </Show>
            )}
          </Match>
          <Match when={currentRoute().at === 'space-settings' && space()}>
            {(at) => <SpaceSettings space={at()} />}
          </Match>
          <Match when={space()?.state === 'joining' && space()?.direct}>
            {(direct) => <AskedToWrite direct={direct()} />}
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
                {(id) => (
                  <ChannelPane space={at()} channel={id} thread={thread()} message={message()} />
                )}
              </Show>
            )}
          </Match>
          <Match when={space()}>{(at) => <EmptySpace space={at()} />}</Match>
          <Match when={true}>
            <NoSuchSpace />
          </Match>
        </Switch>
      </main>
      <Show when={searching()}>
        <SearchDialog space={space()} onClose={() => setSearching(false)} />
      </Show>
    </div>
  );
}
