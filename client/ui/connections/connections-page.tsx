import './connections.css';
import ChevronLeft from 'lucide-solid/icons/chevron-left';
import { createMemo, createSignal, For, onCleanup, Show } from 'solid-js';
import { tiedBy } from '../frame/link-summary.ts';
import { createMedia, NARROW } from '../frame/media.ts';
import { Notices } from '../frame/notices.tsx';
import { usePeer } from '../peer-context.ts';
import { nameOf } from '../pieces/names.ts';
import { byteCount, countOf } from '../pieces/times-and-sizes.ts';
import { hrefOf } from '../route.ts';
import type { ShownSpace } from '../shown.ts';
import { carried, howFar } from './figures.ts';
import { LinkRow } from './link-row.tsx';
import { MeetingPlaces } from './meeting-places.tsx';
import { Servers } from './servers.tsx';

/** How this device's messages travel, as it is right now. */
export function ConnectionsPage(props: { space: ShownSpace | undefined }) {
  const { view } = usePeer();
  const narrow = createMedia(NARROW);
  const [now, setNow] = createSignal(Date.now());
  const tick = setInterval(() => setNow(Date.now()), 5000);
  onCleanup(() => clearInterval(tick));

  const links = () => view.links.links;
  const bytes = createMemo(() => carried(links()));
  const members = createMemo(
    () =>
      new Map(
        view.spaces.flatMap((s) => s.members.flatMap((m) => m.devices.map((d) => [d, m] as const))),
      ),
  );
  const throughOthers = createMemo(
    () =>
      new Set(
        view.spaces.flatMap((s) =>
          s.members.flatMap((m) => (m.tie === 'through others' ? [m.account] : [])),
        ),
      ).size,
  );
  const underTies = () => {
    if (links().length === 0) return 'nobody is linked to this device just now';
    const others = throughOthers() > 0 ? [`${throughOthers()} more through others`] : [];
    return [...others, howFar(links())].join('; ');
  };
  const back = () => (props.space ? hrefOf({ at: 'space', space: props.space.id }) : '#/');

  return (
    <div class="connections">
      <header class="channel-head">
        <Show when={narrow() || !props.space}>
          <a class="icon-button" href={back()} aria-label="Back">
            <ChevronLeft size={20} stroke-width={1.7} aria-hidden="true" />
          </a>
        </Show>
        <h1>Connections</h1>
        <p class="channel-topic">How your messages travel, as it is right now</p>
      </header>
      <div class="connections-scroll" tabindex={0}>
        <div class="connections-inner">
          <Notices />
          <dl class="figures">
            <div class="figure">
              <dd>{byteCount(bytes().relayed)}</dd>
              <dt>of messages went through the server</dt>
            </div>
            <div class="figure">
              <dd>{byteCount(bytes().direct)}</dd>
              <dt>went straight from browser to browser</dt>
            </div>
            <div class="figure broad">
              <dd>{tiedBy(links()).words}</dd>
              <dt>{underTies()}</dt>
            </div>
          </dl>
          <section>
            <h2>Links</h2>
            <p class="quiet">
              Counted since each link came up. Through the server go sealed bytes only, and only
              where no direct path can be made.
            </p>
            <Show
              when={links().length > 0}
              fallback={
                <p class="none">
                  No links. What you write is kept on this device and goes out when someone comes.
                </p>
              }
            >
              <ul class="links" aria-label="Links">
                <For each={links()}>
                  {(link) => (
                    <LinkRow
                      link={link}
                      name={nameOf(members().get(link.peer)?.name ?? '')}
                      account={members().get(link.peer)?.account ?? link.peer}
                      now={now()}
                    />
                  )}
                </For>
              </ul>
            </Show>
          </section>
          <Show when={props.space?.state === 'open' && props.space}>
            {(space) => <MeetingPlaces space={space()} />}
          </Show>
          <Servers servers={view.links.servers} signaling={view.links.signaling} />
          <Show when={view.device}>
            {(device) => (
              <section>
                <h2>This device</h2>
                <p class="quiet">
                  {`Known to the others by this key. It is part of ${countOf(view.spaces.length, 'space')}.`}
                </p>
                <p class="key">{device().peer}</p>
              </section>
            )}
          </Show>
        </div>
      </div>
    </div>
  );
}
