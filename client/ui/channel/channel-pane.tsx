import './channel.css';
import type { ChannelId } from '@snug/shared/protocol/ids.ts';
import ChevronLeft from 'lucide-solid/icons/chevron-left';
import Users from 'lucide-solid/icons/users';
import { createEffect, createSignal, on, onCleanup, Show } from 'solid-js';
import { ConnectionStatus } from '../frame/connection-status.tsx';
import { createMedia, NARROW, WIDE } from '../frame/media.ts';
import { MembersPanel } from '../frame/members-panel.tsx';
import { Notices } from '../frame/notices.tsx';
import { usePeer } from '../peer-context.ts';
import { hrefOf } from '../route.ts';
import type { ShownSpace } from '../shown.ts';
import { kept } from '../text-storage.ts';
import { Composer } from './composer.tsx';
import { FIRST_SHOWN, withEarlier } from './earlier.ts';
import { Timeline } from './timeline.tsx';
import { TypingLine } from './typing-line.tsx';

/** One channel: its header, its timeline, the composer, and beside it who is a member. */
export function ChannelPane(props: { space: ShownSpace; channel: ChannelId }) {
  const { view, ask } = usePeer();
  const wide = createMedia(WIDE);
  const narrow = createMedia(NARROW);
  const [newest, setNewest] = createSignal(FIRST_SHOWN);
  const [shown, setShown] = createSignal(wide() && kept.read('members') !== 'closed');
  let toggle: HTMLButtonElement | undefined;

  // Crossing the breakpoint must not leave a panel lying over what is being read.
  createEffect(
    on(wide, (room) => setShown(room && kept.read('members') !== 'closed'), { defer: true }),
  );

  const channel = () => props.space.channels.find((c) => c.id === props.channel);
  const timeline = () =>
    view.timeline?.space === props.space.id && view.timeline.channel === props.channel
      ? view.timeline
      : undefined;

  createEffect(() => {
    const [space, channelId] = [props.space.id, props.channel];
    void ask.watch({ space, channel: channelId, newest: newest() });
  });
  onCleanup(() => void ask.watch(null));

  const showMembers = (show: boolean) => {
    setShown(show);
    if (wide()) kept.write('members', show ? undefined : 'closed');
    if (!show) toggle?.focus();
  };
  const alone = () => !props.space.members.some((m) => !m.you && m.tie !== 'offline');

  return (
    <div class="channel" classList={{ 'with-panel': shown() }}>
      <div class="channel-column">
        <header class="channel-head">
          <Show when={narrow()}>
            <a
              class="icon-button"
              href={hrefOf({ at: 'space', space: props.space.id })}
              aria-label="Back"
            >
              <ChevronLeft size={20} stroke-width={1.7} aria-hidden="true" />
            </a>
          </Show>
          <h1>{channel()?.name || 'name under way'}</h1>
          <Show when={channel()?.topic}>
            <p class="channel-topic">{channel()?.topic}</p>
          </Show>
          <Show when={narrow()}>
            <ConnectionStatus space={props.space} />
          </Show>
          <button
            type="button"
            class="icon-button members-toggle"
            aria-label="Members"
            aria-expanded={shown()}
            ref={toggle}
            onClick={() => showMembers(!shown())}
          >
            <Users size={18} stroke-width={1.7} aria-hidden="true" />
          </button>
        </header>
        <div class="channel-notices">
          <Notices pressingOnly />
        </div>
        <Timeline
          space={props.space}
          timeline={timeline()}
          newest={newest()}
          onEarlier={() => setNewest(withEarlier)}
          onRead={() => void ask.markRead({ space: props.space.id, channel: props.channel })}
        />
        <TypingLine names={timeline()?.typing ?? []} />
        <Composer space={props.space.id} channel={props.channel} alone={alone()} />
      </div>
      <Show when={shown()}>
        <MembersPanel space={props.space} onClose={() => showMembers(false)} over={!wide()} />
      </Show>
    </div>
  );
}
